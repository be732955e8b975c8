"""What the pages of album titles and of names share: a moderator's decision about one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from gallery.moderation import decisions
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from gallery.photos.actions import Outcome

PER_PAGE = 30


def decide_about_words(
    request: HttpRequest, *, approve: Callable[[], Outcome], reject: Callable[[str], Outcome]
) -> HttpResponse:
    """Do what the form says, and return to the page with a message. A rejection needs a reason."""
    decision = request.POST.get("decision", "")
    reason = clean_text(request.POST.get("reason", ""))[: decisions.MAX_REASON_LENGTH]
    if decision == decisions.APPROVE:
        outcome = approve()
    elif decision != decisions.REJECT:
        raise Http404
    elif not reason:
        messages.warning(request, _("Enter a reason. The owner sees it."))
        return redirect(request.get_full_path())
    else:
        outcome = reject(reason)
    level = messages.SUCCESS if outcome.is_done else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(request.get_full_path())
