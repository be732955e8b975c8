"""How a database finds texts that contain some signs. Only this module and a migration know which it is.

PostgreSQL has ``pg_trgm`` indexes on both texts, SQLite an FTS5 table of trigrams. Neither finds words of two
signs, so the pairs of signs are indexed as well. Whatever an index gives is compared with the text itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value

from gallery.search.folding import bigrams_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNS_OF_A_TRIGRAM = 3
_HAS_TRIGRAM = re.compile(r"[^\W_]{3}")
"""``pg_trgm`` takes trigrams from letters and digits only, as it does not know other signs."""


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


def _on_postgresql(prefix: str, column: str, text: str) -> Q:
    found = Q(**{f"{prefix}{column}__contains": text})
    pairs = bigrams_of(text)
    if pairs and not _HAS_TRIGRAM.search(text):
        found &= Q(_HasBigrams(F(f"{prefix}bigrams"), Value(pairs)))
    return found


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


class _Instr(_Condition):
    template = "(instr(%(expressions)s) > 0)"


class _InTrigrams(_Condition):
    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT rowid FROM search_trigrams WHERE search_trigrams MATCH "


class _InBigrams(_Condition):
    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT rowid FROM search_bigrams WHERE search_bigrams MATCH "
