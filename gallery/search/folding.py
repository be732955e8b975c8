"""How words compare in a search: without regard to case, width, ligatures and optional accents.

Stored words and typed words go through the same function, so both spellings find each other.
"""

from __future__ import annotations

import re
import unicodedata

_OPTIONAL_MARKS = re.compile(
    "["
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f"  # Latin, Greek and Cyrillic accents
    "\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Cyrillic titla, Hebrew points
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"  # Arabic vowels, tatweel
    "\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc"  # nuktas of Indic scripts
    "\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"  # joiners, directions, variations
    "]"
)
"""Marks that people leave out. Vowel signs of Indic scripts and Japanese voicing marks are letters."""
_LETTERS = str.maketrans(
    {
        **dict(zip("łøđðħıŧƶ\u06cc\u0649\u06a9", "loddhitz\u064a\u064a\u0643", strict=True)),
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
"""Ligatures and letters with a stroke, which Unicode doesn't decompose; Persian forms of Arabic letters."""


def folded_for_search(text: str) -> str:
    """Return the text as words compare in a search. Lines stay; other space is one blank.

    Compatibility forms are resolved and case is folded (Unicode, section 3.13, D146), then accents go.

    >>> folded_for_search("Café  ＳＴＲＡẞＥ"), folded_for_search("Łódź"), folded_for_search("ガ")
    ('cafe strasse', 'lodz', 'ガ')
    """
    if not text.isascii():
        text = _without_marks(_without_marks(text).casefold()).translate(_LETTERS)
        text = unicodedata.normalize("NFKC", text)
    lines = (" ".join(line.split()) for line in text.lower().split("\n"))
    return "\n".join(line for line in lines if line)


def _without_marks(text: str) -> str:
    return _OPTIONAL_MARKS.sub("", unicodedata.normalize("NFKD", text))


def bigrams_of(*texts: str) -> list[str]:
    """Return the pairs of neighboring signs within the words of folded texts, each once, in order.

    >>> bigrams_of("sea of a", "sea")
    ['ea', 'of', 'se']
    """
    words = {word for text in texts for word in text.split()}
    return sorted({word[start : start + 2] for word in words for start in range(len(word) - 1)})
