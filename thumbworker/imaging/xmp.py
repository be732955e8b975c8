"""A bounded reader of XMP packets: the few properties that are used, by expat.

Layout: ISO 16684-1. A packet with a document type is left: only there can XML declare entities.
Reading ends at the first error or limit, and what was read until then counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat

MAX_BYTES = 1 << 20
_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 40
_MAX_VALUES = 100
_MAX_CHARACTERS = 4096

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_DC = "http://purl.org/dc/elements/1.1/ "
_XMP = "http://ns.adobe.com/xap/1.0/ "
_EXIF = "http://ns.adobe.com/exif/1.0/ "
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/ "

_NAMES = {
    f"{_DC}title": "title",
    f"{_DC}description": "description",
    f"{_DC}subject": "keywords",
    f"{_DC}creator": "creator",
    f"{_DC}rights": "rights",
    f"{_XMP}Rating": "rating",
    f"{_XMP}CreateDate": "create_date",
    f"{_EXIF}DateTimeOriginal": "date_time_original",
    f"{_EXIF}OffsetTimeOriginal": "offset_time_original",
    "http://cipa.jp/exif/1.0/ OffsetTimeOriginal": "offset_time_original",
    f"{_EXIF}DateTimeDigitized": "date_time_digitized",
    f"{_PHOTOSHOP}DateCreated": "date_created",
}
_LISTS = {f"{_RDF}Alt", f"{_RDF}Bag", f"{_RDF}Seq"}
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"

Properties = Mapping[str, tuple[str, ...]]
"""The values of each property by the names above; of an alternative by language, the default comes first."""


class _Enough(Exception):
    """A limit is reached."""


def read_properties(packet: bytes) -> Properties:
    """Return the used properties of a packet; what cannot be read is left out."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    with contextlib.suppress(expat.ExpatError, _Enough, ValueError, LookupError):
        parser.Parse(packet[:MAX_BYTES].strip(b"\x00 \t\r\n"), True)
    return {name: tuple(values) for name, values in reader.properties.items()}


class _Reader:
    """Keeps the text of wanted properties while expat walks over the packet."""

    def __init__(self) -> None:
        self.properties: dict[str, list[str]] = {}
        self._stack: list[str] = []
        self._elements = 0
        self._text: list[str] = []
        self._length = 0
        self._first = False

    def doctype(self, *_: object) -> NoReturn:
        raise _Enough

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._stack.append(name)
        if self._elements > _MAX_ELEMENTS or len(self._stack) > _MAX_DEPTH:
            raise _Enough
        self._text, self._length = [], 0
        self._first = attributes.get(_LANGUAGE, "").lower() == "x-default"
        if self._stack[-2:] == [f"{_RDF}RDF", f"{_RDF}Description"]:
            for attribute, value in attributes.items():
                self._add(_NAMES.get(attribute), value)

    def text(self, text: str) -> None:
        if self._length < _MAX_CHARACTERS:
            self._text.append(text)
            self._length += len(text)

    def end(self, _: str) -> None:
        self._add(self._property(), "".join(self._text))
        self._stack.pop()
        self._text, self._length, self._first = [], 0, False

    def _property(self) -> str | None:
        """Return the wanted property whose value ends here: its own text, or that of an item of its list."""
        match self._stack:
            case [*_, rdf, description, name] if (rdf, description) == (f"{_RDF}RDF", f"{_RDF}Description"):
                return _NAMES.get(name)
            case [*_, description, name, kind, item] if (
                description == f"{_RDF}Description" and kind in _LISTS and item == f"{_RDF}li"
            ):
                return _NAMES.get(name)
        return None

    def _add(self, name: str | None, value: str) -> None:
        value = value[:_MAX_CHARACTERS].strip()
        if not name or not value:
            return
        values = self.properties.setdefault(name, [])
        if self._first:
            values.insert(0, value)
        elif len(values) < _MAX_VALUES:
            values.append(value)
