"""Clean the text that people and files bring, and fold it for comparisons.

Characters that shape other characters stay: the joiners of Persian, Hindi and emoji, variation selectors, and
the tag characters of a flag (UTS #51, section C.1). Characters that reorder or hide text go (UTR #36, 2.11).
"""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U0010ffff"
)
"""Characters that show nothing by themselves, as the inside of a regular expression's class.

The API's description quotes it: with escapes that Python, Rust and JavaScript read alike.
"""

_SPACES = re.compile("[\t\x0b\x0c\x1c-\x1f]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Controls, soft hyphens, zero-width spaces, embeddings and overrides of direction, invisible operators,
# surrogates, private use and code points that are no characters.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u2065\u206a-\u206f"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000f0000-\U0010ffff]"
)
# A black flag, the letters of a region, and the end of the sequence; alone, tag characters hide text.
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e007f]"
)
# A joiner shapes a neighbor beyond ASCII, or nothing.
_IDLE_JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+(?![^\x00-\x7f])")
_ISOLATES = re.compile("[\u2066-\u2069]")
_JOINERS = "\u200c\u200d"
_ENDS_ISOLATE = "\u2069"
_VISIBLE = re.compile(f"[^{INVISIBLE}]")


def clean_text(untrusted: str, *, lines: bool = False) -> str:
    r"""Return the text in NFC without controls and hidden characters, or "" if it shows nothing.

    Line ends become spaces unless ``lines``.

    >>> clean_text("a\u202egpj.jpg\x00 \u200d")
    'agpj.jpg'
    >>> clean_text("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645") == "می\u200cخواهم"
    True
    """
    text = _SPACES.sub(" ", _LINE_ENDS.sub("\n", untrusted))
    text = _REMOVED.sub("", text if lines else text.replace("\n", " "))
    text = _TAGS.sub(lambda found: found[1] or "", text)
    if not all(_is_balanced(line) for line in text.split("\n")):
        text = _ISOLATES.sub("", text)
    text = _IDLE_JOINERS.sub("", unicodedata.normalize("NFC", text))
    text = text.strip().strip(_JOINERS).strip()
    return text if _VISIBLE.search(text) else ""


def _is_balanced(line: str) -> bool:
    """Return whether each isolate of direction ends, and none ends that did not begin."""
    depth = 0
    for mark in _ISOLATES.findall(line):
        depth += -1 if mark == _ENDS_ISOLATE else 1
        if depth < 0:
            return False
    return depth == 0


def nfc(text: str) -> str:
    """Return the text in NFC, as names are stored, to be looked up."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return the text as it compares without regard to case (Unicode, section 3.13, D145).

    >>> folded("STRASSE") == folded("straße") and folded("E\u0301") == folded("é")
    True
    """
    if text.isascii():
        return text.lower()
    return nfc(unicodedata.normalize("NFD", text).casefold())
