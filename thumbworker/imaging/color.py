"""Find in which colors a file is written, and convert them to sRGB."""

from __future__ import annotations

import functools
import io
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image, ImageCms

from thumbworker.imaging import hdr
from thumbworker.imaging.colorimetry import SRGB, ColorSpace, srgb
from thumbworker.imaging.icc_profile import high_dynamic_range_of, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger(__name__)

_MAX_PROFILE_BYTES = 4_000_000
"""Profiles of printing presses have 0.5 to 2 MB."""

_MODE_BY_SPACE = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
_SAME_WITHIN = 2
_PROBE = bytes(
    level
    for red in (0, 60, 130, 200, 255)
    for green in (0, 90, 170, 255)
    for blue in (0, 120, 255)
    for level in (red, green, blue)
)


@dataclass(frozen=True, slots=True)
class ColorNames:
    """Every way in which a file names its colors; the first that can be used counts, in this order.

    ``cicp``: a PNG's chunk of this name. ``nclx``: the code points in a ``colr`` box. ``chunks``: PNG's sRGB,
    or cHRM and gAMA. ``exif``: what EXIF says (``exif_color``). Order: PNG (third edition), 4.3; ISO/IEC
    23008-12, 6.5.5; DCF 2.0.
    """

    cicp: ColorSpace | None = None
    icc_profile: bytes = b""
    nclx: ColorSpace | None = None
    chunks: ColorSpace | None = None
    exif: ColorSpace | None = None

    def in_order(self) -> Iterator[bytes | ColorSpace]:
        """Yield what is there: a profile, or a color space; also that of a profile of high dynamic range."""
        profile = high_dynamic_range_of(self.icc_profile) or self.icc_profile
        for name in (self.cicp, profile, self.nclx, self.chunks, self.exif):
            if name:
                yield name


def to_srgb(image: Image.Image, names: ColorNames) -> Image.Image:
    """Return the image as RGB in sRGB; what is broken or does not suit the image is ignored and logged."""
    for name in names.in_order():
        if isinstance(name, ColorSpace):
            if image.mode in {"RGB", "L"}:
                return _from_space(image.convert("RGB") if image.mode == "L" else image, name)
        elif transform := _transform(name, image.mode):
            return _converted(image, transform)
    if image.mode == "LAB":
        return _converted(image, _lab_transform())
    return image if image.mode == "RGB" else image.convert("RGB")


def space_of(names: ColorNames) -> ColorSpace | None:
    """Return the color space that counts for an RGB image; ``None`` if that is a profile, or nothing."""
    for name in names.in_order():
        if isinstance(name, ColorSpace):
            return name
        if _transform(name, "RGB"):
            return None
    return None


def white_level(names: ColorNames) -> int:
    """Return the 8-bit level of white in the image, on which transparent parts are laid."""
    space = space_of(names)
    return hdr.white_level(space) if space else 255


def _from_space(image: Image.Image, space: ColorSpace) -> Image.Image:
    if space == SRGB:
        return image
    if space.high_dynamic_range:
        image, space = hdr.to_sdr(image, space), replace(space, transfer=srgb, full_range=True)
    transform = _transform(profile_of(space), "RGB")
    return image if transform is None else _converted(image, transform)


def _converted(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    if transform.input_mode == "RGB":
        image = image.convert("RGB") if image.mode == "L" else image
        if _changes_nothing(transform):
            return image
    converted = transform.apply(image)
    converted.info.clear()
    return converted


@functools.lru_cache(maxsize=16)
def _transform(icc_profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from a profile to sRGB; cached, as phones use the same few profiles."""
    if len(icc_profile) > _MAX_PROFILE_BYTES:
        _LOG.warning("profile ignored: %d bytes", len(icc_profile))
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        profile_mode = _MODE_BY_SPACE.get(profile.profile.xcolor_space)
        if profile_mode != mode and not (profile_mode == "RGB" and mode == "L"):
            _LOG.warning("profile ignored: %r for %s", profile.profile.xcolor_space, mode)
            return None
        return ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            profile_mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        _LOG.warning("profile ignored: %s", error)
        return None


@functools.lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )


@functools.lru_cache(maxsize=16)
def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return whether a profile equals sRGB, so that the conversion can be skipped."""
    probe = Image.frombytes("RGB", (len(_PROBE) // 3, 1), _PROBE)
    after = transform.apply(probe).tobytes()
    return all(abs(a - b) <= _SAME_WITHIN for a, b in zip(_PROBE, after, strict=True))
