"""How a database finds texts that contain some signs. Only this module and a migration know which it is.

PostgreSQL has ``pg_trgm`` indexes on both texts, SQLite an FTS5 table of trigrams. Neither finds words of two
signs, so the pairs of signs are indexed as well. Whatever an index gives is compared with the text itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection
from django.db.models import BooleanField, Case, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Upper
from django.db.models.lookups import Contains, GreaterThan

from gallery.search.folding import bigrams_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNS_OF_A_TRIGRAM = 3
FEW = 2000
"""Texts with a word of two signs that are collected and sorted; where more have it, the list is walked."""
SIGNS, LETTERS = "_.-", "ɐɑɒ"
"""Signs of file names, and rare letters that stand for them in the index of owners' texts: ``pg_trgm`` takes
trigrams from letters and digits only, and would find "img", "7" and "jpg" wherever they are words."""
_LETTERS_OF_SIGNS = str.maketrans(SIGNS, LETTERS)
_HAS_TRIGRAM = re.compile(r"[^\W_]{3}")


def contains_all(column: str, texts: Iterable[str], *, through: str = "") -> Q:
    """Return the condition that the column contains each of these folded texts.

    ``through`` is the relation that leads from the filtered rows to ``SearchText``.
    """
    prefix = f"{through}__" if through else ""
    one = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    found = Q()
    for text in texts:
        found &= one(prefix, column, text)
    return found


def contains_in_any_case(columns: Iterable[str], text: str) -> Q:
    """Return the condition that one of the columns contains the text, for rows that an index has found.

    PostgreSQL would estimate LIKE, and together with the condition of the index as much rarer than each.
    """
    found = Q()
    for column in columns:
        if connection.vendor == "postgresql":
            found |= Q(_Contains(Upper(column), Upper(Value(text))))
        else:
            found |= Q(**{f"{column}__icontains": text})
    return found


def on_the_way(condition: Q) -> Q:
    """Return the condition in a form that makes PostgreSQL walk the list and leave out what doesn't meet it.

    It knows how many rows meet each condition by itself, but not how many meet all. Where it expects too few,
    it collects and sorts all of them to show 60.
    """
    meets = Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
    return Q(GreaterThan(meets, 0))


def _on_postgresql(prefix: str, column: str, text: str) -> Q:
    pairs = bigrams_of(text)
    if not pairs or _HAS_TRIGRAM.search(text):
        return _like(prefix, column, text)
    # LIKE would be estimated as well, and both together as much rarer than each.
    contains = Q(_Contains(F(f"{prefix}{column}"), Value(text)))
    if _are_few(pairs):
        return Q(_HasBigrams(F(f"{prefix}bigrams"), Value(pairs))) & contains
    # What 1 % of all photos have is met soon. To collect and sort it costs more, the more photos there are.
    return on_the_way(contains)


def _like(prefix: str, column: str, text: str) -> Q:
    if column != "own_text":
        return Q(**{f"{prefix}{column}__contains": text})
    found = Q(Contains(_WithLetters(F(f"{prefix}own_text")), text.translate(_LETTERS_OF_SIGNS)))
    if set(text).isdisjoint(SIGNS + LETTERS):
        return found
    # A text may have such a letter itself.
    return found & Q(_Contains(F(f"{prefix}own_text"), Value(text)))


def _are_few(pairs: list[str]) -> bool:
    """Return whether few texts have these pairs of signs.

    The statistics have each pair that is not rare, by its share. To count what 30 % of all texts have, an
    index gives all of it, so only what they don't have is counted.
    """
    with connection.cursor() as cursor:
        if len(pairs) == 1:
            cursor.execute(
                "SELECT share * reltuples FROM pg_stats, pg_class,"
                " unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common(pair, share)"
                " WHERE tablename = 'search_bigrams' AND schemaname = current_schema()"
                " AND pg_class.oid = 'search_searchtext'::regclass AND pair = %s",
                pairs,
            )
            if known := cursor.fetchone():
                return bool(known[0] <= FEW)
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM search_searchtext WHERE string_to_array(bigrams, ' ') @> %s"
            " LIMIT %s) few",
            [pairs, FEW + 1],
        )
        (found,) = cursor.fetchone()
    return bool(found <= FEW)


def _on_sqlite(prefix: str, column: str, text: str) -> Q:
    found = Q(_Instr(F(f"{prefix}{column}"), Value(text)))
    if len(text) >= SIGNS_OF_A_TRIGRAM:
        return Q(_InTrigrams(F(f"{prefix}id"), Value(f"{column} : {_quoted(text)}"))) & found
    if pairs := bigrams_of(text):
        return Q(_InBigrams(F(f"{prefix}id"), Value(" ".join(map(_quoted, pairs))))) & found
    return found


def _quoted(text: str) -> str:
    """Return a string of FTS5's query language (section 3.1 of its manual)."""
    return '"' + text.replace('"', '""') + '"'


class _Condition(Func):
    output_field: ClassVar[Any] = BooleanField()


class _HasBigrams(_Condition):
    """The expression of the index ``search_bigrams``."""

    template = "(string_to_array(%(expressions)s)"
    arg_joiner = ", ' ') @> "


class _WithLetters(Func):
    """The expression of the index ``search_own_signs``."""

    template = f"translate(%(expressions)s, '{SIGNS}', '{LETTERS}')"
    output_field: ClassVar[Any] = TextField()


class _Contains(_Condition):
    template = "(strpos(%(expressions)s) > 0)"


class _Instr(_Condition):
    template = "(instr(%(expressions)s) > 0)"


class _InTrigrams(_Condition):
    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT rowid FROM search_trigrams WHERE search_trigrams MATCH "


class _InBigrams(_Condition):
    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT rowid FROM search_bigrams WHERE search_bigrams MATCH "
