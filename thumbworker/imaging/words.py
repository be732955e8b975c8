"""Title, description, keywords, rating, creator and rights, from XMP, IPTC, EXIF and PNG texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.imaging.text import cleaned, plain_text, printable, utf16

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from thumbworker.imaging.exif import Tags, Value
    from thumbworker.imaging.iptc import Records
    from thumbworker.imaging.packets import Packets

    Words = dict[str, str | int | list[str]]

MAX_KEYWORDS = 20
MAX_KEYWORD_BYTES = 60
_MAX_KEYWORDS_BYTES = 500
_MAX_BYTES = {"title": 120, "description": 400, "artist": 80, "copyright": 120}

_IMAGE_DESCRIPTION, _ARTIST, _COPYRIGHT, _RATING, _USER_COMMENT = 0x010E, 0x013B, 0x8298, 0x4746, 0x9286
_XP_TITLE, _XP_COMMENT, _XP_AUTHOR, _XP_KEYWORDS, _XP_SUBJECT = 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F

_WRITTEN_BY_CAMERAS = {
    *("default", "digital still camera", "exif_jpeg_420", "exif jpeg picture", "jpeg image", "untitled"),
    *("minolta digital camera", "olympus digital camera", "sony dsc", "kodak digital still camera"),
    *("konica minolta digital camera", "samsung", "samsung digital camera", "camera roll", "hdrplus"),
    *("dcim", "process", "ascii", "charset=ascii", "screenshot"),
}
"""Descriptions that cameras write into every photo."""


def words_of(tags: Tags, xmp: Mapping[str, tuple[str, ...]], iptc: Records, packets: Packets) -> Words:
    """Return the words that a file has, at most 1.5 kB as UTF-8 JSON.

    The order for each: XMP, IPTC, EXIF, Windows' tags, PNG texts. IPTC comes first if a program that knows
    no XMP changed it (Metadata Working Group, Guidelines 2.0, 3.3).
    """
    old, new = (xmp, iptc.values) if iptc.newer_than_xmp else (iptc.values, xmp)
    exif = _of_exif(tags)
    png = packets.texts
    texts = {
        "title": (*_firsts("title", new, old), exif["xp_title"], png.get("Title", "")),
        "description": (
            *_firsts("description", new, old),
            exif["description"],
            exif["xp_comment"],
            exif["xp_subject"],
            exif["comment"],
            png.get("Description", ""),
        ),
        "artist": (*_joined("creator", new, old), exif["artist"], exif["xp_author"], png.get("Author", "")),
        "copyright": (*_firsts("rights", new, old), exif["copyright"], png.get("Copyright", "")),
    }
    words: Words = {}
    for name, candidates in texts.items():
        clean = (printable(text, _MAX_BYTES[name]) for text in candidates)
        text = next((text for text in clean if text and text.lower() not in _WRITTEN_BY_CAMERAS), "")
        if text:
            words[name] = text
    keywords = _keywords(new.get("keywords") or old.get("keywords") or tuple(exif["xp_keywords"].split(";")))
    if keywords:
        words["keywords"] = keywords
    rating = _rating(xmp.get("rating", ()), tags.main.get(_RATING))
    if rating:
        words["rating"] = rating
    return words


def _firsts(name: str, *sources: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for source in sources:
        yield next(iter(source.get(name, ())), "")


def _joined(name: str, *sources: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for source in sources:
        yield ", ".join(source.get(name, ())[:5])


def _of_exif(tags: Tags) -> dict[str, str]:
    main = tags.main
    return {
        "description": _text(main.get(_IMAGE_DESCRIPTION)),
        "artist": _text(main.get(_ARTIST)),
        "copyright": _text(main.get(_COPYRIGHT)),
        "comment": _comment(tags.exif.get(_USER_COMMENT), tags.byte_order),
        "xp_title": _windows_text(main.get(_XP_TITLE)),
        "xp_comment": _windows_text(main.get(_XP_COMMENT)),
        "xp_author": _windows_text(main.get(_XP_AUTHOR)),
        "xp_keywords": _windows_text(main.get(_XP_KEYWORDS)),
        "xp_subject": _windows_text(main.get(_XP_SUBJECT)),
    }


def _text(value: Value | None) -> str:
    return cleaned(value, _MAX_BYTES["description"]) if isinstance(value, bytes) else ""


def _windows_text(value: Value | None) -> str:
    """Return the text of an XP tag: UTF-16, little-endian, stored as bytes."""
    if isinstance(value, tuple):
        value = bytes(item & 0xFF for item in value if isinstance(item, int))
    return utf16(value, "<") if value else ""


def _comment(value: Value | None, byte_order: str) -> str:
    """Return a user comment, whose first eight bytes name its encoding (Exif 3.0, 4.6.6.4).

    Eight NULs leave it open, and some programs write no code at all: then it counts if it is plain text.
    """
    if not isinstance(value, bytes):
        return ""
    code, body = value[:8].rstrip(b"\x00 ").upper(), value[8:]
    if code == b"UNICODE":
        return utf16(body, byte_order)
    if code == b"JIS":
        for encoding in ("iso2022_jp", "cp932", "euc_jp"):
            try:
                return body.rstrip(b"\x00 ").decode(encoding)
            except UnicodeDecodeError:
                continue
    if code == b"ASCII":
        return _text(body)
    return plain_text(body if not code else value)


def _keywords(candidates: tuple[str, ...]) -> list[str]:
    """Return distinct keywords, as many as fit."""
    keywords: dict[str, str] = {}
    left = _MAX_KEYWORDS_BYTES
    for candidate in candidates:
        keyword = printable(candidate, MAX_KEYWORD_BYTES)
        size = len(keyword.encode()) + 4
        if keyword and keyword.casefold() not in keywords and size <= left and len(keywords) < MAX_KEYWORDS:
            keywords[keyword.casefold()] = keyword
            left -= size
    return list(keywords.values())


def _rating(xmp: tuple[str, ...], exif: Value | None) -> int:
    """Return stars from 1 to 5, or -1 for a rejected photo (XMP part 2, 2.1); 0 if there is no rating."""
    for text in xmp[:1]:
        try:
            return number if -1 <= (number := round(float(text))) <= 5 else 0
        except (ValueError, OverflowError):
            return 0
    number = exif[0] if isinstance(exif, tuple) and exif and isinstance(exif[0], int) else 0
    return number if 0 <= number <= 5 else 0
