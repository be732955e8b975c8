"""Find the video that phones store in the file of a still: live or motion photos.

It is an ISO media file of its own, behind a JPEG's end, in Samsung's trailer, or in the box ``mpvd`` of a
HEIC ("Motion Photo format 1.0", Android). XMP announces it, but stays when a program removes the video; so
the video itself is looked for, by its first box (ISO/IEC 14496-12, 4.3).
"""

from __future__ import annotations

from thumbworker.contract.formats import Format, recognize
from thumbworker.contract.reasons import Reason

_FORMATS = {Format.JPEG, Format.HEIF, Format.AVIF}
_BOX_BYTES = range(12, 257)
_MAX_FOUND = 1000


def facts_of(data: bytes, found: Format, picture_end: int) -> dict[str, str]:
    """Return the fact ``video`` if a still has one, which is behind its ``picture_end``."""
    return {"video": "included"} if found in _FORMATS and _contains_video(data, picture_end) else {}


def _contains_video(data: bytes, picture_end: int) -> bool:
    at = max(4, picture_end)  # a HEIC begins with such a box itself
    for _ in range(_MAX_FOUND):
        at = data.find(b"ftyp", at + 1)
        if at < 4:
            return False
        beginning = data[at - 4 : at + 252]
        if int.from_bytes(beginning[:4], "big") in _BOX_BYTES and recognize(beginning) is Reason.VIDEO:
            return True
    return False
