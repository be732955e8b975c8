"""The language of searches: words, "phrases" and filters such as ``tag:sea``.

``parse`` knows neither the database nor the reader. It never raises: what it doesn't understand is a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from gallery.core import reasons
from gallery.search.folding import folded_for_search
from thumbworker.contract.formats import CAMERA_RAWS, Format
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from gallery.core.reasons import Reason

MAX_LENGTH = 200
MAX_TERMS = 12
SHORTEST = 2
"""Signs of a word that an index finds."""


class Kind(StrEnum):
    """What a term asks for. The value of a filter is its key."""

    WORD = "word"
    PHRASE = "phrase"
    TAG = "tag"
    ALBUM = "album"
    CAMERA = "camera"
    LENS = "lens"
    OWNER = "owner"
    FROM = "from"
    UNTIL = "until"
    UPLOADED = "uploaded"
    FORMAT = "format"
    ORIENTATION = "orientation"
    NO = "no"
    IS = "is"


FILTERS = frozenset(Kind) - {Kind.WORD, Kind.PHRASE}
DATES = frozenset({Kind.FROM, Kind.UNTIL, Kind.UPLOADED})
MARKS = ("favorite", "archived")
ORIENTATIONS = ("landscape", "portrait", "square")
RAW = "raw"
FORMATS = {
    **{kind.lower(): kind for kind in (*Format, *CAMERA_RAWS)},
    "jpg": Format.JPEG,
    "heic": Format.HEIF,
    "tif": Format.TIFF,
    RAW: RAW,
}
"""What people call a format, and the photo's column or ``raw``, which is any camera raw."""

_QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)
_TERM = re.compile(
    r'(?P<key>[a-z]+)[:：](?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]*))'
    r'|"(?P<phrase>[^"]*)"?'
    r'|(?P<word>[^\s"]+)',
    re.IGNORECASE | re.ASCII,
)
_PERIOD = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for. ``text`` is how to write it in a query."""

    kind: Kind
    value: str
    text: str

    @property
    def folded(self) -> str:
        """Return the value as words compare."""
        return folded_for_search(self.value)

    @property
    def period(self) -> tuple[date, date]:
        """Return the first day of the value's year, month or day, and the day after its last."""
        found = period(self.value)
        assert found is not None, "parse keeps dates only"
        return found


@dataclass(frozen=True, slots=True)
class Note:
    """A part of a query that was not understood, and why."""

    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood. With a ``refusal`` there is nothing to look for."""

    terms: tuple[Term, ...] = ()
    notes: tuple[Note, ...] = ()
    refusal: Reason | None = None

    def __str__(self) -> str:
        """Return a query that is understood in the same way."""
        return " ".join(term.text for term in self.terms)

    def without(self, term: Term) -> str:
        """Return the query without one of its terms."""
        return " ".join(other.text for other in self.terms if other is not term)

    def of(self, *kinds: Kind) -> list[Term]:
        """Return the terms of these kinds."""
        return [term for term in self.terms if term.kind in kinds]

    @property
    def texts(self) -> list[str]:
        """Return the folded words and phrases."""
        return [term.folded for term in self.of(Kind.WORD, Kind.PHRASE)]


def parse(untrusted: str) -> Query:
    """Return the query as understood: all its terms have to hold.

    >>> [(term.kind.value, term.value) for term in parse('harbor "old town" camera:X100 from:2019-05').terms]
    [('word', 'harbor'), ('phrase', 'old town'), ('camera', 'X100'), ('from', '2019-05')]
    """
    if len(untrusted) > MAX_LENGTH:
        return Query(refusal=reasons.SEARCH_TOO_LONG)
    terms: list[Term] = []
    notes: list[Note] = []
    for found in _TERM.finditer(clean_text(untrusted.translate(_QUOTES))):
        understood = _understood(found)
        if isinstance(understood, Note):
            notes.append(understood)
            if understood.reason is reasons.SEARCH_FILTER_UNKNOWN:
                terms += _words(found[0].replace('"', ""))
        else:
            terms += understood
    unique = tuple({(term.kind, term.folded): term for term in terms}.values())
    return Query(unique, tuple(notes), _refusal(unique))


def last_typed(untrusted: str) -> tuple[str, str, str]:
    """Return what stands before the term that is being typed, its key ("" for a word), and its value so far.

    >>> last_typed('harbor camera:"fuji x')
    ('harbor', 'camera', 'fuji x')
    """
    text = untrusted[:MAX_LENGTH].translate(_QUOTES)
    *_, last = None, *_TERM.finditer(text)
    if last is None or last.end() != len(text):
        return text.strip(), "", ""
    key = (last["key"] or "").lower()
    value = next(
        part for part in (last["quoted"], last["plain"], last["phrase"], last["word"]) if part is not None
    )
    return text[: last.start()].strip(), key, value


def _understood(found: re.Match[str]) -> list[Term] | Note:
    if found["word"] is not None:
        if found["word"].lower() == "-caption":
            return [Term(Kind.NO, "caption", "no:caption")]
        return _words(found["word"])
    if found["phrase"] is not None:
        phrase = found["phrase"].strip()
        return [Term(Kind.PHRASE, phrase, f'"{phrase}"')] if folded_for_search(phrase) else []
    key = found["key"].lower()
    if key not in FILTERS:
        return Note(found[0], reasons.SEARCH_FILTER_UNKNOWN)
    value = (found["quoted"] if found["quoted"] is not None else found["plain"]).strip()
    return _filter(Kind(key), value, found[0])


def _words(text: str) -> list[Term]:
    # Compatibility forms may bring blanks, which separate words.
    return [Term(Kind.WORD, word, word) for word in text.split() if folded_for_search(word)]


def _filter(kind: Kind, value: str, text: str) -> list[Term] | Note:
    if not folded_for_search(value):
        return Note(text, reasons.SEARCH_VALUE_MISSING)
    match kind:
        case Kind.FROM | Kind.UNTIL | Kind.UPLOADED:
            refusal = None if period(value) else reasons.SEARCH_DATE_INVALID
        case Kind.FORMAT:
            refusal = None if value.lower() in FORMATS else reasons.SEARCH_FORMAT_UNKNOWN
        case Kind.ORIENTATION:
            refusal = None if value.lower() in ORIENTATIONS else reasons.SEARCH_ORIENTATION_UNKNOWN
        case Kind.NO:
            refusal = None if value.lower() == "caption" else reasons.SEARCH_NO_WHAT
        case Kind.IS:
            refusal = None if value.lower() in MARKS else reasons.SEARCH_IS_WHAT
        case Kind.TAG | Kind.ALBUM | Kind.CAMERA | Kind.LENS | Kind.OWNER:
            return [written(kind, value)]
        case Kind.WORD | Kind.PHRASE:
            raise ValueError("Words and phrases are no filters.")
        case _:
            assert_never(kind)
    return Note(text, refusal) if refusal else [written(kind, value.lower())]


def written(kind: Kind, value: str) -> Term:
    """Return a filter with its text.

    >>> written(Kind.TAG, "blue hour").text
    'tag:"blue hour"'
    """
    value = value.replace('"', "")
    return Term(kind, value, f'{kind}:"{value}"' if " " in value or not value else f"{kind}:{value}")


def period(text: str) -> tuple[date, date] | None:
    """Return the first day of a year, month or day, and the day after its last; ``None`` if it is none.

    >>> period("2019-12"), period("2019-13")
    ((datetime.date(2019, 12, 1), datetime.date(2020, 1, 1)), None)
    """
    found = _PERIOD.fullmatch(folded_for_search(text))
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        start = date(year, month or 1, day or 1)
        if day:
            return start, start + timedelta(days=1)
        return start, date(year + (month in {0, 12}), 1 if month in {0, 12} else month + 1, 1)
    except (ValueError, OverflowError):
        return None


def _refusal(terms: tuple[Term, ...]) -> Reason | None:
    if len(terms) > MAX_TERMS:
        return reasons.SEARCH_TOO_LONG
    if terms and all(term.kind in {Kind.WORD, Kind.PHRASE} and len(term.folded) < SHORTEST for term in terms):
        return reasons.SEARCH_TOO_SHORT
    return None
