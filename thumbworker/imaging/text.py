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
_SHIFT_JIS_RUN = re.compile(rb"(?:[\x81-\x9f][\x40-\x7e\x80-\xfc]){2}")
_NOT_WESTERN = re.compile(
    rb"[\x81\x83\x86-\x89\x8b\x8d\x8f\x90\x98\x9b\x9d]"
    rb"|[a-z][\x8a\x8c\x8e]|[A-Za-z]\x93[a-z]|[\x80-\xff][@\\^_`{|~]"
)
"""What Windows-1252 hardly has: rare signs, a capital or an opening quote within a word, a symbol after."""

_HIGH = re.compile(rb"[\x80-\xff]")
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


def plain_text(raw: bytes) -> str:
    """Return the text of bytes that may be anything; empty if they are hardly a text, or one of programs."""
    raw = raw.rstrip(b"\x00 ")
    text = _decoded_by(raw, "utf-8") or (
        decoded(raw) if _looks_western(raw) or _looks_like_shift_jis(raw) else ""
    )
    data = b"\x00" in raw or text.startswith(("{", "<")) or any(map(_is_control, text))
    return "" if data else text


def _looks_western(raw: bytes) -> bool:
    return 4 * len(_HIGH.findall(raw)) < len(raw)


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
    if _SHIFT_JIS_RUN.search(raw) and _NOT_WESTERN.search(raw):
        return True
    high_trails = sum(1 for _, trail in pairs if trail[0] >= 0x80)
    return 2 * high_trails > len(pairs)


def utf16(raw: bytes, order: str) -> str:
    """Return UTF-16 text up to the first NUL, in an order (``<`` or ``>``) unless the other fits better."""
    if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return decoded(raw)
    names = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    whole = raw[: len(raw) // 2 * 2]
    first, second = (whole.decode(name, "replace").split("\x00", 1)[0] for name in names)
    (odd, blocks), (other_odd, other_blocks) = _oddness(first), _oddness(second)
    fits_better = second and (other_odd, 2 * other_blocks) < (odd, blocks)
    return (second if fits_better else first).replace("\ufffd", "")


def _oddness(text: str) -> tuple[int, int]:
    """Return how unlikely a text is: by characters that texts hardly have and by scripts, then by blocks."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in set(text) if unicodedata.category(c)[0] in "LM"}
    scripts = {"CJK" if script in {"HIRAGANA", "KATAKANA"} else script for script in scripts}
    return 2 * sum(map(_is_odd, text)) + max(1, len(scripts)), len({ord(c) >> 8 for c in text})


def _is_odd(character: str) -> bool:
    """Return whether a text of people hardly has it: controls and gaps, rare ideographs, swapped ASCII."""
    code = ord(character)
    swapped = not code & 0xFF and 0x20 <= code >> 8 < 0x7F and character not in "\u3000一最稀紀"
    return swapped or 0x3400 <= code < 0x4DC0 or _is_control(character)


def _is_control(character: str) -> bool:
    odd = character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}
    return odd and not character.isspace()


def printable(text: str, maximum: int = MAX_TEXT_BYTES) -> str:
    r"""Return the text in one line of at most ``maximum`` bytes, without characters that hide or reorder.

    >>> printable("two\n lines")
    'two lines'
    """
    line = " ".join(clean_text(text[: 4 * maximum]).split())
    # Cut within a joined emoji, the rest would end in a joiner.
    return clean_text(line.encode()[:maximum].decode(errors="ignore"))
