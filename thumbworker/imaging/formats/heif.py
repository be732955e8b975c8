"""HEIC through pi-heif, where it is installed: iPhones hand over nothing else unless asked."""

from __future__ import annotations

from typing import Any

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.formats.isobmff import without_metadata
from thumbworker.imaging.frames import HeifFrame
from thumbworker.imaging.refusal import Refused


def open_primary(data: bytes) -> tuple[HeifFrame, dict[str, Any]]:
    """Return the primary picture, not yet decoded, and what its header says.

    Raises:
        Refused: pi-heif is not installed.
        ValueError, EOFError, SyntaxError, RuntimeError, OSError: the file is damaged.
    """
    try:
        import pi_heif  # noqa: PLC0415 - most pictures never need it
    except ImportError as error:
        raise Refused(Reason.HEIC_NOT_READ, "pi-heif is not installed") from error
    # One core; and of all that a phone packs into the file only the picture itself is wanted.
    options = pi_heif.options
    options.DECODE_THREADS, options.THUMBNAILS, options.DEPTH_IMAGES, options.AUX_IMAGES = (
        1,
        False,
        False,
        False,
    )
    file = pi_heif.open_heif(without_metadata(data), convert_hdr_to_8bit=True, remove_stride=False)
    primary = file[file.primary_index]
    return HeifFrame(primary), primary.info
