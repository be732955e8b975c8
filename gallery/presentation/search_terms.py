"""What a search asks for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.search.query import DATES, Kind

if TYPE_CHECKING:
    from gallery.search.query import Term


def in_words(term: Term) -> str:
    """Return a term for people, such as "from May 2019"."""
    value = _date(term) if term.kind in DATES else term.value
    labels = {
        Kind.WORD: "%(value)s",
        Kind.PHRASE: "“%(value)s”",
        Kind.TAG: _("tag %(value)s"),
        Kind.ALBUM: _("album %(value)s"),
        Kind.CAMERA: _("camera %(value)s"),
        Kind.LENS: _("lens %(value)s"),
        Kind.OWNER: _("by %(value)s"),
        Kind.FROM: _("from %(value)s"),
        Kind.UNTIL: _("until %(value)s"),
        Kind.UPLOADED: _("uploaded %(value)s"),
        Kind.FORMAT: _("format %(value)s"),
        Kind.ORIENTATION: "%(value)s",
        Kind.NO: _("without caption"),
        Kind.IS: _("favorites") if term.value == "favorite" else _("archived"),
    }
    if term.kind == Kind.ORIENTATION:
        value = {"landscape": _("landscape"), "portrait": _("portrait"), "square": _("square")}[value]
    return labels[term.kind] % {"value": value}


def _date(term: Term) -> str:
    """Write a year, a month or a day, as far as the term names them."""
    first, after = term.period
    days = (after - first).days
    if days == 1:
        return date_format(first, "DATE_FORMAT")
    return date_format(first, "YEAR_MONTH_FORMAT") if days <= 31 else str(first.year)
