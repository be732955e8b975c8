"""Decode and clean text that cameras and programs put into files.

Few of them say which encoding they use, so it is found by evidence: a byte order mark, valid UTF-8, what
the file declares, the structure of Shift-JIS, else Windows-1252.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from thumbworker.contract.text import clean_text

MAX_TEXT_BYTES = 80

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
    r"""Return the text in one line of at most ``maximum`` bytes, without characters that hide or reorder.

    >>> printable("two\n lines")
    'two lines'
    """
    line = " ".join(clean_text(text[: 4 * maximum]).split())
    # Cut within a joined emoji, the rest would end in a joiner.
    return clean_text(line.encode()[:maximum].decode(errors="ignore"))
