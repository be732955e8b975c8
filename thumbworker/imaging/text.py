"""Decode and clean text that cameras and programs put into files.

Few of them say which encoding they use, so it is found by evidence: a byte order mark, valid UTF-8, what
the file declares, the structure of Shift-JIS, else Windows-1252.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

MAX_TEXT_BYTES = 80

_JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: part of the spelling in Persian and Indic scripts, and of emoji."""

_TAGGED_FLAG, _TAGS = "\U0001f3f4", range(0xE0020, 0xE0080)
"""A black flag and the tag characters that name a region's flag (UTS 51, ED-14a)."""

_SHIFT_JIS_PAIR = re.compile(rb"([\x81-\x9f\xe0-\xfc])([\x40-\x7e\x80-\xfc])")
_SHIFT_JIS_KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]")
_WESTERN = re.compile(rb"[\x00-\x80\x85\x91-\x97\x99\xa0-\xff]*")
_ACCENT_BY_LETTER = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]")


def cleaned(raw: bytes, maximum: int = MAX_TEXT_BYTES, declared: str = "") -> str:
    """Return printable text of at most ``maximum`` bytes of UTF-8; markup stays, templates escape it.

    >>> cleaned(b"NIKON  D750" + bytes(3))
    'NIKON D750'
    """
    return printable(decoded(raw[: 4 * maximum], declared), maximum)


def decoded(raw: bytes, declared: str = "") -> str:
    r"""Return the text of bytes up to the first NUL, by the encoding that fits.

    >>> decoded("東京".encode("shift_jis")), decoded(b"caf\xe9")
    ('東京', 'café')
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            return raw[2:].decode(encoding, "ignore").split("\x00", 1)[0]
    raw = raw.lstrip(b"\x00").split(b"\x00", 1)[0]
    for encoding in ("utf-8", declared, "cp932" if _looks_like_shift_jis(raw) else "", "cp1252"):
        text = _decoded_by(raw, encoding)
        if text is not None:
            return text
    return raw.decode("latin-1")


def _decoded_by(raw: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(raw)
    except UnicodeDecodeError:
        return None
    # A text that was cut after a number of bytes may end within a character, but not within its only one.
    whole = len(text.encode(encoding)) == len(raw)
    return text if whole or not text.isascii() else None


def _looks_like_shift_jis(raw: bytes) -> bool:
    """Return whether bytes above ASCII come in pairs as in Japanese, not alone as in "café" or "it's"."""
    pairs = _SHIFT_JIS_PAIR.findall(raw)
    if not pairs:
        return False
    if _SHIFT_JIS_KANA.search(raw):
        return True
    if _WESTERN.fullmatch(raw) and _ACCENT_BY_LETTER.search(raw):
        return False
    high_trails = sum(1 for _, trail in pairs if trail[0] >= 0x80)
    return 2 * high_trails > len(pairs)


def utf16(raw: bytes, order: str) -> str:
    """Return UTF-16 text up to the first NUL, in an order (``<`` or ``>``) unless the other fits better."""
    if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return decoded(raw)
    names = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    first, second = (raw.decode(name, "ignore").split("\x00", 1)[0] for name in names)
    return second if second and _oddness(second) < _oddness(first) / 2 else first


def _oddness(text: str) -> float:
    """Return how unlikely a text is, by control and unassigned characters and by the number of scripts."""
    odd = sum(unicodedata.category(c)[0] == "C" for c in text)
    return (odd + len({ord(c) >> 8 for c in text})) / (len(text) or 1)


def printable(text: str, maximum: int = MAX_TEXT_BYTES) -> str:
    r"""Return the text in one line, without characters that could change the text around it.

    Control, surrogate and private-use characters go, and so do all marks of direction: an override that is
    not closed would turn what follows it. Joiners between letters and the tags of a flag stay.

    >>> printable("a\u202egnp.exe")
    'agnp.exe'
    """
    kept: list[str] = []
    flag = False
    for c in text[: 4 * maximum]:
        category = unicodedata.category(c)
        if category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif category[0] != "C" or (flag and ord(c) in _TAGS) or (c in _JOINERS and _joinable(kept)):
            kept.append(c)
        flag = c == _TAGGED_FLAG or (flag and ord(c) in _TAGS)
    line = " ".join("".join(kept).split())
    return line.encode()[:maximum].decode(errors="ignore").rstrip(" " + _JOINERS)


def _joinable(kept: list[str]) -> bool:
    return bool(kept) and not kept[-1].isspace() and kept[-1] not in _JOINERS
