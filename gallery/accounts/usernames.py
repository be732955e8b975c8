"""Which usernames are refused: with @, in mixed scripts, or mistaken for another person's or the gallery's.

Two names that look alike have one *skeleton*: folded, without marks, lookalikes replaced by one of them.
Unicode's data for all scripts (UTS 39) has 6,000 pairs. Mixed scripts are refused, and so are scripts that
hardly anyone writes today: Cherokee and Lisu spell whole Latin words. So the skeleton needs the lookalikes of
Latin only: within it, and of whole names in Cyrillic or Greek.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

RESERVED = (
    "admin",
    "administrator",
    "contactsheet",
    "gallery",
    "help",
    "moderator",
    "moderators",
    "owner",
    "postmaster",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "webmaster",
)
LOOKALIKES = {
    ord(letter): latin
    for latin, letters in {
        "a": "аαɑ@",
        "b": "βь",
        "c": "сϲ",
        "d": "ԁ",
        "e": "еεҽ",
        "g": "ց",
        "h": "һнհ",
        "i": "іιɩlӏ1|",
        "j": "јϳ",
        "k": "кκ",
        "m": "м",
        "n": "ηոп",
        "o": "оοσօ0",
        "p": "рρ",
        "q": "ԛզ",
        "r": "гr",
        "s": "ѕ$5",
        "t": "тτ",
        "u": "υսцʊ",
        "v": "ѵνʋ",
        "w": "ѡωԝ",
        "x": "хχ",
        "y": "уүγɣ",
    }.items()
    for letter in letters
}
LATIN = re.compile(
    r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL)"
    r"(?: DOTLESS| SCRIPT| TURNED| REVERSED| OPEN| CLOSED| SIDEWAYS| INSULAR| LONG)* ([A-Z])(?: WITH .+)?"
)
"""Unicode's names of the other shapes of a Latin letter: barred, hooked, small capital, phonetic."""
PAIRS = (("rn", "m"), ("vv", "w"))
COMMON = frozenset({"COMMON", "DIGIT", "LOW", "HYPHEN-MINUS", "FULL", "PLUS", "COMMERCIAL"})
SCRIPTS = COMMON.union(
    ("ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "CYRILLIC", "DEVANAGARI"),
    ("ETHIOPIC", "GEORGIAN", "GREEK", "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW"),
    ("HIRAGANA", "IDEOGRAPHIC", "KANNADA", "KATAKANA", "KATAKANA-HIRAGANA", "KHMER", "LAO"),
    ("LATIN", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU"),
    ("THAANA", "THAI", "TIBETAN"),
)
"""The scripts in common use today (UAX 31, table 5), as Unicode names their letters."""
TOGETHER = (
    frozenset({"HIRAGANA", "KATAKANA", "CJK", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}),
    frozenset({"HANGUL", "CJK"}),
    frozenset({"BOPOMOFO", "CJK"}),
)


def skeleton(name: str) -> str:
    """Return what all names that look like this one have in common.

    >>> skeleton("аdmin") == skeleton("Admin") == skeleton("adrnin") == skeleton("ádmin")
    True
    >>> skeleton("аӏех"), skeleton("alex")  # all Cyrillic, and Latin
    ('aiex', 'aiex')
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    bare = "".join(map(_plain, bare)).translate(LOOKALIKES)
    for pair, letter in PAIRS:
        bare = bare.replace(pair, letter)
    return "".join(letter for letter in bare if letter.isalnum())


def _plain(letter: str) -> str:
    """Return the Latin letter that this one is a shape of, or itself.

    >>> "".join(map(_plain, "ᴀʟɪᴄᴇ łukasz ɡ ǝ"))
    'alice lukasz g e'
    """
    found = LATIN.fullmatch(unicodedata.name(letter, ""))
    return found[1].lower() if found else letter


def scripts_of(name: str) -> frozenset[str]:
    """Return the scripts of the letters, by the first word of their Unicode names."""
    words = {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in name if letter.isalpha()}
    return frozenset(words - COMMON)


def is_mixed(name: str) -> bool:
    """Return whether letters of scripts stand together that no language writes together."""
    scripts = scripts_of(name)
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in TOGETHER)


def is_reserved(name: str) -> bool:
    """Return whether people would take the name for the gallery's own."""
    return skeleton(name) in {skeleton(word) for word in RESERVED}


def check(name: str, *, may_be_reserved: bool = False) -> None:
    """Check a new username, apart from its uniqueness.

    Raises:
        ValidationError: it contains @, mixes scripts or has an uncommon one, or is one that people would take
            for the gallery's own.
    """
    if "@" in name:
        raise ValidationError(_("Usernames can't contain @. Your username is public; your email isn't."))
    if is_mixed(name):
        raise ValidationError(_("Use letters of one alphabet only."))
    if not scripts_of(name) <= SCRIPTS:
        raise ValidationError(_("Usernames can't have letters of this alphabet. Choose others."))
    if not skeleton(name):
        raise ValidationError(_("A username needs a letter or a digit."))
    if not may_be_reserved and is_reserved(name):
        raise ValidationError(_("This username is reserved. Choose another."))
