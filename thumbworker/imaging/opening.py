"""Open an original: read its size, orientation and profile from the header, without decoding pixels."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, TiffImagePlugin

from thumbworker.contract.formats import CAMERA_RAWS, Format
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import color, damage, depth, exif, exif_color, memory_estimate
from thumbworker.imaging.color import ColorNames
from thumbworker.imaging.errors import Refused, decoder_errors
from thumbworker.imaging.formats import (
    coded_items,
    heif,
    isobmff,
    item_properties,
    jpeg,
    jpeg2000,
    jpeg2000_stream,
    jpeg_scans,
    png,
    raw,
    tiff,
    transforms,
    webp,
)
from thumbworker.imaging.formats.jpeg2000_frame import Jpeg2000Frame, parts_of
from thumbworker.imaging.formats.jpeg_damage import CodedJpeg
from thumbworker.imaging.formats.jpeg_frame import JpegFrame
from thumbworker.imaging.formats.png_frame import PngFrame
from thumbworker.imaging.formats.sniffing import format_of
from thumbworker.imaging.formats.webp_damage import WebpFrame
from thumbworker.imaging.frames import (
    FirstDecodable,
    Frame,
    ImageFrame,
    LimitedFrame,
    PluginFrame,
    RowsFrame,
    UncopiedAvif,
    UncopiedWebP,
)
from thumbworker.imaging.pixels import fitted
from thumbworker.imaging.source import Deadline, open_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from thumbworker.imaging.limits import Limits

_PLUGINS = (TiffImagePlugin,)
"""Imported here, or ``Image.open`` would import every plugin to find this one."""

Image.MAX_IMAGE_PIXELS = None
"""Pillow's own limit counts pixels; here each format is admitted by its cost."""

_SECONDS_TO_ENCODE = 1.0
_MAX_EXIF_BYTES = 1 << 20

_FINE_BYTES_PER_PIXEL = 0.22
"""A JPEG with more has detail down to single pixels; cameras write 0.2 to 0.6."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An original whose header is within the limits.

    ``orientation`` is the EXIF orientation (1 to 8) of the decoded pixels. ``facts`` are what the container
    says of them, beside the ``tags``. Nothing else is in the file before ``picture_end``, in bytes.
    """

    frame: Frame
    format: Format
    orientation: int
    tags: exif.Tags
    colors: ColorNames
    facts: dict[str, str] = field(default_factory=dict)
    picture_end: int = 0

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return width and height of the upright original in pixels."""
        width, height = self.frame.size
        return (height, width) if self.orientation >= 5 else (width, height)


def open_original(data: bytes, limits: Limits, deadline: Deadline) -> Opened:
    """Read the header of an original and check it against the limits, before anything is decoded.

    Raises:
        Refused: the file is not a supported image, is damaged, or exceeds a limit.
    """
    if len(data) > limits.original_bytes:
        raise Refused(Reason.TOO_LARGE, f"{len(data)} bytes")
    found = format_of(data)
    with decoder_errors():
        return _OPENERS[found](data, _Gate(limits, len(data)), deadline)


@dataclass(frozen=True, slots=True)
class _Gate:
    """The check that every header passes before decoding."""

    limits: Limits
    data_bytes: int

    def admit(self, size: tuple[int, int], decoder_bytes: int) -> None:
        width, height = size
        if width < 1 or height < 1:
            raise Refused(Reason.DAMAGED, f"{width}x{height}")
        if max(size) > self.limits.side_pixels:
            raise Refused(Reason.TOO_LONG, f"{width}x{height}")
        if width * height > self.limits.pixels:
            raise Refused(Reason.TOO_MANY_PIXELS, f"{width}x{height}")
        need = (
            memory_estimate.IDLE_BYTES + self.data_bytes + max(decoder_bytes, memory_estimate.ENCODING_BYTES)
        )
        if need > self.limits.memory_bytes:
            raise Refused(Reason.TOO_COSTLY, f"{width}x{height} needs about {need >> 20} MB")


def _open(file: IO[bytes], found: Format) -> ImageFile.ImageFile:
    return Image.open(file, formats=(found.value,))


def _open_jpeg(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    header = jpeg.read_header(data)
    size = header.width, header.height
    gate.admit(size, memory_estimate.of_jpeg(header))
    scans = jpeg_scans.read_scans(data, header)
    passes = len(scans.scans) if header.buffered else 1
    if passes * header.width * header.height > memory_estimate.MAX_SCANNED_PIXELS:
        raise Refused(Reason.TOO_MANY_PARTS, f"{passes} scans of {header.width}x{header.height}")
    if len(data) - header.scan_offset < header.bytes_needed() // 2:
        raise Refused(Reason.TRUNCATED, f"{len(data)} bytes for {header.width}x{header.height}")
    tags = exif.read_tags(header.exif)
    fine = scans.end - header.scan_offset > _FINE_BYTES_PER_PIXEL * header.width * header.height
    frame = JpegFrame(CodedJpeg(data, header, scans, deadline), fine=fine)
    colors = ColorNames(icc_profile=header.icc_profile, exif=exif_color.space_of(tags))
    return Opened(frame, Format.JPEG, tags.orientation, tags, colors, picture_end=scans.end)


def _open_png(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    header = png.read_chunks(data)
    tags = exif.read_tags(header.exif)
    colors = replace(header.colors, exif=exif_color.space_of(tags))
    space = color.space_of(colors)
    deep = space is not None and header.deep and depth.needed(space)
    gate.admit((header.width, header.height), memory_estimate.of_png(header, images=2 if deep else 1))

    def opened() -> ImageFile.ImageFile:
        return _open(open_pieces(header.pieces, deadline), Format.PNG)

    frame: Frame = PngFrame(opened(), header)
    if space is not None and deep and frame.transparency is None:
        table, narrow = depth.narrowing(space)
        frame = depth.DeepFrame(frame, PngFrame(depth.low_bytes_of(opened()), header), table)
        colors = ColorNames(cicp=narrow)
    return Opened(frame, Format.PNG, tags.orientation, tags, colors)


def _open_webp(data: bytes, gate: _Gate, _: Deadline) -> Opened:
    # The decoder allocates its canvases when it is created, so the header is checked first.
    size = webp.canvas_size(data)
    gate.admit(size, memory_estimate.of_webp(size))
    image = UncopiedWebP(io.BytesIO(data))
    tags = exif.read_tags(image.info.get("exif") or b"")
    colors = ColorNames(icc_profile=image.info.get("icc_profile") or b"", exif=exif_color.space_of(tags))
    return Opened(WebpFrame(data, image), Format.WEBP, tags.orientation, tags, colors)


def _open_avif(data: bytes, gate: _Gate, _: Deadline) -> Opened:
    data = item_properties.with_readable_colors(data)
    image = UncopiedAvif(io.BytesIO(data))
    decoder_bytes = memory_estimate.of_avif(image.size, isobmff.av1_depths(data), image.mode)
    gate.admit(image.size, decoder_bytes)
    tags = exif.read_tags(image.info.get("exif") or b"")
    properties = item_properties.of_primary(data)
    # Pillow replaces the orientation in EXIF by that of irot and imir, which alone count; it ignores clap.
    crop, orientation = transforms.placement(image.size, properties.transforms)
    colors = ColorNames(
        icc_profile=image.info.get("icc_profile") or b"",
        nclx=properties.nclx or coded_items.color_of_avif(data, properties.coded),
        exif=exif_color.space_of(tags),
    )
    frame = PluginFrame(image, crop)
    missing = coded_items.missing_of_avif(data, properties.coded)
    space = color.space_of(colors)
    if space is not None and depth.needed(space):
        from thumbworker.imaging.formats import avif  # noqa: PLC0415 - most images do not need ctypes

        table, narrow = depth.narrowing(space)
        frame, colors = avif.DeepAvif(data, image, crop, table), ColorNames(nclx=narrow)
    frame.missing = damage.require_most(missing, Reason.DAMAGED, "a stretch of the data is filled")
    return Opened(LimitedFrame(frame, decoder_bytes), Format.AVIF, orientation, tags, colors)


def _open_heif(data: bytes, gate: _Gate, _: Deadline) -> Opened:
    data = item_properties.with_readable_colors(data)
    frame, info = heif.open_primary(data)
    gate.admit(frame.size, memory_estimate.of_heif(frame.size, info, frame.mode))
    properties = item_properties.of_primary(data)
    missing = coded_items.missing_of_heic(data, properties.coded)
    # libheif applies irot and imir itself; EXIF only repeats them (ISO/IEC 23008-12, 6.5.10).
    tags = exif.read_tags(isobmff.exif_of(data))
    colors = ColorNames(
        icc_profile=info.get("icc_profile") or b"",
        nclx=properties.nclx,
        exif=exif_color.space_of(tags),
    )
    space, bits = color.space_of(colors), info.get("bit_depth", 8)
    if space is not None and depth.needed(space) and bits > 8 and frame.mode in {"RGB", "RGBA"}:
        gate.admit(frame.size, memory_estimate.of_heif(frame.size, info, frame.mode, wide=True))
        table, narrow = depth.narrowing(space, bits)
        frame, colors = heif.DeepHeif(data, table), ColorNames(nclx=narrow)
    frame.missing = damage.require_most(missing, Reason.DAMAGED, "a stretch of the data is filled")
    return Opened(frame, Format.HEIF, 1, tags, colors)


def _open_tiff(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    tags = exif.read_tags(data)
    if (found := raw.of_tiff(data, tags)) is not None:
        return _open_preview(data, found, gate, deadline)
    tiff.require_plain(tags)
    image = _open(io.BytesIO(data), Format.TIFF)
    decoder_bytes = memory_estimate.of_tiff(
        image.size, image.mode, tiff.block_bytes(tags), turned=tags.orientation != 1
    )
    gate.admit(image.size, decoder_bytes)
    rows = tags.orientation == 1 and not tiff.is_tiled(tags)
    frame = LimitedFrame(RowsFrame(image) if rows else ImageFrame(image), decoder_bytes)
    # Pillow's reader applies the orientation itself.
    colors = ColorNames(icc_profile=image.info.get("icc_profile") or b"", exif=exif_color.space_of(tags))
    return Opened(frame, Format.TIFF, 1, tags, colors)


def _open_raw(kind: Format) -> Callable[[bytes, _Gate, Deadline], Opened]:
    return lambda data, gate, deadline: _open_preview(data, raw.read(data, kind), gate, deadline)


def _open_preview(data: bytes, found: raw.CameraRaw, gate: _Gate, deadline: Deadline) -> Opened:
    """Open the largest preview of a camera raw; a smaller one replaces it if its pixels are damaged."""
    opened = list(_previews(data, found, gate, deadline))
    if not opened:
        raise Refused(Reason.RAW_WITHOUT_PREVIEW, f"{found.format} with {len(found.previews)} JPEGs")
    tags = raw.merged(found.tags, opened[0].tags)
    colors = opened[0].colors
    return replace(
        opened[0],
        colors=replace(colors, exif=colors.exif or exif_color.space_of(tags)),
        frame=FirstDecodable([preview.frame for preview in opened], missing=found.missing),
        format=found.format,
        orientation=tags.orientation,
        tags=tags,
        facts={"preview_of": str(found.format)},
    )


def _previews(data: bytes, found: raw.CameraRaw, gate: _Gate, deadline: Deadline) -> Iterator[Opened]:
    held_bytes = gate.data_bytes
    for start, end in raw.largest_first(data, found):
        held_bytes += end - start
        with suppress(Refused):
            yield _open_jpeg(data[start:end], replace(gate, data_bytes=held_bytes), deadline)


def _open_gif(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    image = _open(open_pieces((data,), deadline), Format.GIF)
    gate.admit(image.size, memory_estimate.of_gif(image.size))
    return Opened(RowsFrame(image), Format.GIF, 1, exif.Tags(), ColorNames())


def _open_bmp(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    image = _open(open_pieces((data,), deadline), Format.BMP)
    gate.admit(image.size, memory_estimate.of_bmp(image.size))
    return Opened(ImageFrame(image), Format.BMP, 1, exif.Tags(), ColorNames())


def _open_jpeg2000(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    boxes = jpeg2000.read_boxes(data)
    coded = data[boxes.start : boxes.end]
    view = memoryview(coded)
    stream = jpeg2000_stream.read_codestream(view)
    gate.admit(stream.size, 0)
    reduce = stream.reduce_for(fitted(stream.size, memory_estimate.LARGEST_RENDITION))
    decoder_bytes, seconds = stream.cost(reduce)
    need = memory_estimate.of_jpeg2000(decoder_bytes, stream.reduced(reduce))
    gate.admit(stream.size, need)
    parts = parts_of(view, stream)
    if parts.own_coding:
        raise Refused(Reason.TOO_MANY_PARTS, "tiles with a coding of their own")
    if parts.own_planes:
        _, seconds = jpeg2000_stream.with_most_planes(stream).cost(reduce)
    if seconds > gate.limits.cpu_seconds - _SECONDS_TO_ENCODE:
        raise Refused(Reason.TOO_MANY_PARTS, f"decoding takes about {seconds:.0f} s")
    tags = exif.read_tags(jpeg2000.uuid_payload(data, jpeg2000.EXIF_UUID, _MAX_EXIF_BYTES))
    colors = ColorNames(
        icc_profile=boxes.icc_profile,
        nclx=boxes.space,
        exif=None if boxes.model else exif_color.space_of(tags),
    )
    frame = LimitedFrame(Jpeg2000Frame(coded, stream, parts, boxes, deadline), need)
    return Opened(frame, Format.JPEG2000, tags.orientation, tags, colors)


_OPENERS: dict[Format, Callable[[bytes, _Gate, Deadline], Opened]] = {
    Format.JPEG: _open_jpeg,
    Format.PNG: _open_png,
    Format.WEBP: _open_webp,
    Format.AVIF: _open_avif,
    Format.HEIF: _open_heif,
    Format.TIFF: _open_tiff,
    Format.GIF: _open_gif,
    Format.BMP: _open_bmp,
    Format.JPEG2000: _open_jpeg2000,
    **{kind: _open_raw(kind) for kind in CAMERA_RAWS},
}
