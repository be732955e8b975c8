"""File and folder names that every system can store: Windows, macOS, Linux, and their archives.

The zip that a browser makes and the ``contactsheet`` command both take their names from here.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

FORBIDDEN = frozenset('<>:"/\\|?*')
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
"""Names of devices, also with an extension (Microsoft, "Naming Files, Paths, and Namespaces")."""
MAX_STEM_BYTES = 150
"""Leaves room for an id and an extension in the 255 bytes that file systems allow for a name."""
MAX_SUFFIX_LENGTH = 20
OWN_NAMES = ("contactsheet.json", "not-downloaded.txt")
"""What an archive has beside photos."""
ID_DIGITS = 8


def safe_name(untrusted: str, *, fallback: str) -> str:
    r"""Return a name that can be stored everywhere: in NFC, without signs of control, not reserved.

    >>> safe_name("../a:b.jpg", fallback="photo")
    '_a_b.jpg'
    >>> safe_name("CON.jpg", fallback="photo"), safe_name("\u202e. ", fallback="photo")
    ('_CON.jpg', 'photo')
    """
    stem, suffix = _parts(untrusted, fallback)
    return stem + suffix


def names_of(file_name: str, photo_id: UUID, *, fallback: str = "photo") -> list[str]:
    """Return the names a photo may get, the best first: its own, then ones made unique by its id.

    The first is taken that no other file of the same folder has, whatever its case.
    """
    stem, suffix = _parts(file_name, fallback)
    others = [f"{stem}-{photo_id.hex[:ID_DIGITS]}{suffix}", f"{stem}-{photo_id.hex}{suffix}"]
    own = stem + suffix
    return others if own.casefold() in OWN_NAMES else [own, *others]


def neutral_names(caption: str, suffix: str, photo_id: UUID) -> list[str]:
    """Return the names of a photo for those who must not read its own: of its caption, else of its id.

    >>> from uuid import UUID
    >>> neutral_names("", ".jpg", UUID(int=1))
    ['photo-00000000.jpg', 'photo-00000000000000000000000000000001.jpg']
    >>> neutral_names("Low tide", ".jpg", UUID(int=1))[0]
    'Low tide.jpg'
    """
    names = names_of(f"{caption}{suffix}" if caption else f"photo{suffix}", photo_id)
    return names if caption else names[1:]


def folder_names(titles: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Return a folder's name for each album, all different whatever their case."""
    names: dict[UUID, str] = {}
    taken = set(OWN_NAMES)
    for album_id, title in titles:
        name = safe_name(title.replace(".", "_"), fallback="album")
        if name.casefold() in taken:
            name = f"{name}-{album_id.hex[:ID_DIGITS]}"
        taken.add(name.casefold())
        names[album_id] = name
    return names


def _parts(untrusted: str, fallback: str) -> tuple[str, str]:
    """Return the safe stem and the end of the name, such as ``.jpg``."""
    text = unicodedata.normalize("NFC", untrusted)
    kept = "".join("_" if c in FORBIDDEN else c for c in text if c.isprintable()).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    is_suffix = bool(stem and ending) and len(ending) < MAX_SUFFIX_LENGTH and ending.isalnum()
    stem, suffix = (stem, dot + ending) if is_suffix else (kept, "")
    stem = stem.encode(errors="ignore")[:MAX_STEM_BYTES].decode(errors="ignore").strip(" .") or fallback
    if stem.partition(".")[0].rstrip(" ").casefold() in RESERVED:
        stem = f"_{stem}"
    return stem, suffix
