"""Compile the translations in ``locale/`` for programs: ``python -m infra.catalogs``.

GNU gettext has ``msgfmt`` for it, which machines that deploy need not have. Only what ``make messages``
writes is read: no fuzzy entries, no dates.
"""

from __future__ import annotations

import ast
import os
import struct
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONTEXT, PLURAL = "\x04", "\0"
MAGIC = 0x950412DE
WORD = 4


def texts_of(source: str) -> dict[str, str]:
    r"""Return the translated texts of a ``.po`` file by their id, as ``gettext`` looks them up.

    >>> texts_of('msgctxt "verb"\nmsgid "Archive"\nmsgstr "アーカイブ"\n')
    {'verb\x04Archive': 'アーカイブ'}
    """
    found = {}
    for block in source.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            keyword, _space, quoted = line.partition(" ")
            if line.startswith('"'):
                quoted = line
            else:
                name = keyword
            parts[name] = parts.get(name, "") + ast.literal_eval(quoted)
        forms = [text for keyword, text in parts.items() if keyword.startswith("msgstr")]
        if not forms or not all(forms):
            continue
        context = parts["msgctxt"] + CONTEXT if "msgctxt" in parts else ""
        ids = [parts["msgid"], *([parts["msgid_plural"]] if "msgid_plural" in parts else [])]
        found[context + PLURAL.join(ids)] = PLURAL.join(forms)
    return found


def compiled(texts: dict[str, str]) -> bytes:
    """Return the ``.mo`` file: two tables, sorted by id, and no hash table (GNU gettext manual, 10.3)."""
    ids = sorted(text.encode() for text in texts)
    tables = [ids, [texts[one.decode()].encode() for one in ids]]
    start = 7 * WORD
    offset = start + 2 * 2 * WORD * len(ids)
    index, body = b"", b""
    for table in tables:
        for entry in table:
            index += struct.pack("<2I", len(entry), offset + len(body))
            body += entry + b"\0"
    header = struct.pack("<7I", MAGIC, 0, len(ids), start, start + 2 * WORD * len(ids), 0, offset)
    return header + index + body


def compile_catalogs(locale: Path = PROJECT / "locale", to: Path | None = None) -> None:
    """Write a ``.mo`` file for each ``.po`` file that has translations, below ``to`` or beside it."""
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        texts = texts_of(source.read_text())
        # Only the header: English is what the sources say.
        if set(texts) == {""}:
            continue
        target = (to or locale) / source.relative_to(locale).with_suffix(".mo")
        content = compiled(texts)
        if target.exists() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # Whole at once: tests that run side by side read it.
        unfinished = target.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(target)


if __name__ == "__main__":
    compile_catalogs()
