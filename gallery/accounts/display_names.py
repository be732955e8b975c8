"""Which display names are refused. They have spaces and any common script, and need not be unique."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from gallery.accounts import usernames
from gallery.accounts.models import MAX_DISPLAY_NAME_LENGTH, User
from thumbworker.contract.text import clean_text

MOST_MARKS = 4
"""Marks on one letter: Vietnamese, Thai and Hindi need three; a pile of them covers the lines around."""
# Mail programs make links of them, and a name stands in an email.
ADDRESS = re.compile(r"://|@|\w\.\w{2}")


def clean(untrusted: str) -> str:
    r"""Return the name without hidden characters and with single spaces.

    >>> clean("  Anna\u202e \t Smith ")
    'Anna Smith'
    """
    return " ".join(clean_text(untrusted).split())


def check(name: str, *, username: str, may_be_reserved: bool = False) -> None:
    """Check the cleaned display name of the person with this username.

    Raises:
        ValidationError: it is too long, holds an address, mixes scripts in one word or has an uncommon one,
            or people would take it for the gallery's own or for another person's username.
    """
    if len(name) > MAX_DISPLAY_NAME_LENGTH:
        raise ValidationError(_("Use at most 60 characters."))
    if ADDRESS.search(name):
        raise ValidationError(_("Names can't contain web or email addresses. Everyone can see your name."))
    if _most_marks(name) > MOST_MARKS:
        raise ValidationError(_("This name has too many marks on one letter."))
    if any(usernames.is_mixed(word) for word in re.split(r"[\s-]+", name)):
        raise ValidationError(_("Use letters of one alphabet in each word."))
    if not usernames.scripts_of(name) <= usernames.SCRIPTS:
        raise ValidationError(_("Names can't have letters of this alphabet. Choose others."))
    bare = usernames.skeleton(name)
    if not bare:
        raise ValidationError(_("A name needs a letter or a digit."))
    if not may_be_reserved and usernames.is_reserved(name):
        raise ValidationError(_("This name is reserved. Choose another."))
    taken = User.objects.filter(skeleton=bare[:200])
    if bare != usernames.skeleton(username) and taken.exists():
        raise ValidationError(_("This is someone's username. Add a last name or an initial."))


def _most_marks(name: str) -> int:
    r"""Return the most marks that stand on one letter.

    >>> _most_marks("Anna"), _most_marks("Zo\u0308\u0308")
    (0, 2)
    """
    runs = "".join(" M"[bool(unicodedata.combining(sign))] for sign in name).split()
    return max(map(len, runs), default=0)
