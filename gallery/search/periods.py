"""Months and years that a person types as words: "May 2019", "2019", "5/2019"."""

from __future__ import annotations

import re
from datetime import date

from django.conf import settings
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import get_language, override

from gallery.search.folding import folded_for_search
from gallery.search.query import Kind, written

FIRST_YEAR, LAST_YEAR = 1826, 2200
"""The year of the first photograph, and one after which a number is no year."""
SHORTEST_NAME = 3
"""Letters of a month's name: fewer fit too many."""
_NUMBER_LAST = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_NUMBER_FIRST = re.compile(r"(\d{1,2})[-/.](\d{4})")
_MONTH = re.compile(r"(0?[1-9]|1[0-2])月")
_YEAR = re.compile(r"(\d{4})年?")


def period_meant(text: str) -> tuple[str, str] | None:
    """Return the name and the query of the month or year that the text is; ``None`` if it is none.

    >>> period_meant("may 2019")
    ('May 2019', 'from:2019-05 until:2019-05')
    >>> period_meant("2019")
    ('2019', 'from:2019 until:2019')
    """
    words = folded_for_search(text).replace(",", " ").split()
    year, month = _numbers(words[0]) if len(words) == 1 else _named(words)
    if not FIRST_YEAR <= year <= LAST_YEAR or not 0 <= month <= 12:
        return None
    value = f"{year}-{month:02}" if month else str(year)
    name = date_format(date(year, month, 1), "YEAR_MONTH_FORMAT") if month else str(year)
    return name, f"{written(Kind.FROM, value).text} {written(Kind.UNTIL, value).text}"


def _numbers(word: str) -> tuple[int, int]:
    """Return year and month (0 if only a year); year 0 if the word is neither."""
    found = _NUMBER_LAST.fullmatch(word)
    first = None if found else _NUMBER_FIRST.fullmatch(word)
    year, month = (found[1], found[2]) if found else (first[2], first[1]) if first else ("0", "0")
    if int(month):
        return int(year), int(month)
    found = _YEAR.fullmatch(word)
    return (int(found[1]), 0) if found else (0, 0)


def _named(words: list[str]) -> tuple[int, int]:
    """Return year and month of a name and a number, in either order; year 0 if it is something else."""
    years = [word for word in words if _YEAR.fullmatch(word)]
    names = [word.rstrip(".") for word in words if word not in years]
    if len(years) != 1 or len(names) != 1:
        return 0, 0
    year = int(_numbers(years[0])[0])
    if found := _MONTH.fullmatch(names[0]):
        return year, int(found[1])
    # In the reader's language, and in English: who reads Japanese may type "May".
    for language in (get_language(), settings.LANGUAGE_CODE):
        with override(language):
            if month := _month_named(names[0]):
                return year, month
    return 0, 0


def _month_named(typed: str) -> int:
    """Return the month whose name begins like this, in the current language; 0 if none does."""
    if len(typed) < SHORTEST_NAME:
        return 0
    for known in (MONTHS_3, MONTHS):
        for number, name in known.items():
            folded = folded_for_search(str(name)).rstrip(".")
            # A name may be typed in part, and short forms differ: "Sept".
            if folded == typed or (known is MONTHS and folded.startswith(typed)):
                return number
    return 0
