"""Recognize a file's format by its first bytes, or refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.contract.formats import recognize
from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from thumbworker.contract.formats import Format


def format_of(data: bytes) -> Format:
    """Return the format that the first bytes show.

    Raises:
        Refused: the file is empty, not an image, or of an unsupported type.
    """
    found = recognize(data)
    if isinstance(found, Reason):
        raise Refused(found, f"begins with {data[:12]!r}")
    return found
