"""Open HEIC, the default format of iPhones, by pi-heif if it is installed."""

from __future__ import annotations

from typing import Any

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.formats.isobmff import without_metadata
from thumbworker.imaging.frames import HeifFrame


def open_primary(data: bytes) -> tuple[HeifFrame, dict[str, Any]]:
    """Return the primary image, not yet decoded, and pi-heif's header info.

    Raises:
        Refused: pi-heif is not installed.
        ValueError, EOFError, SyntaxError, RuntimeError, OSError: the file is damaged.
    """
    try:
        import pi_heif  # noqa: PLC0415 - most images do not need it
    except ImportError as error:
        raise Refused(Reason.HEIC_NOT_READ, "pi-heif is not installed") from error
    # One core, and only the image itself of all that a phone stores in the file.
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
