"""Open HEIC, the default format of iPhones, by pi-heif if it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import depth
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.formats.isobmff import without_metadata
from thumbworker.imaging.frames import HeifFrame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pi_heif
    from PIL import Image


class DeepHeif(HeifFrame):
    """The primary image of a HEIC of more than eight bits, narrowed to eight by a table."""

    def __init__(self, data: bytes, table: Sequence[int]) -> None:
        super().__init__(_primary(data, deep=True))
        self._table = table

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows in eight bits."""
        part = self._buffer[top * self._stride : bottom * self._stride]
        channels = len(self.mode.partition(";")[0])
        return depth.levels_of(part, (self.size[0], bottom - top), channels, self._table, self._stride)


def open_primary(data: bytes) -> tuple[HeifFrame, dict[str, Any]]:
    """Return the primary image, not yet decoded, and pi-heif's header info.

    Raises:
        Refused: pi-heif is not installed.
        ValueError, EOFError, SyntaxError, RuntimeError, OSError: the file is damaged.
    """
    primary = _primary(data, deep=False)
    return HeifFrame(primary), primary.info


def _primary(data: bytes, *, deep: bool) -> pi_heif.HeifImage:
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
    file = pi_heif.open_heif(without_metadata(data), convert_hdr_to_8bit=not deep, remove_stride=False)
    return file[file.primary_index]
