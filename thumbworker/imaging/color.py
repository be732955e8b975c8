"""Convert colors from an image's ICC profile to sRGB, which is assumed where there is no profile."""

from __future__ import annotations

import functools
import io
import logging

from PIL import Image, ImageCms

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


def to_srgb(image: Image.Image, icc_profile: bytes) -> Image.Image:
    """Return the image as RGB in sRGB; a broken or unsuitable profile is ignored and logged."""
    transform = _transform(icc_profile, image.mode) if icc_profile else None
    if transform is None and image.mode == "LAB":
        transform = _lab_transform()
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    if transform.input_mode == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    return _same_or_converted(image, transform)


def _same_or_converted(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    if transform.input_mode == "RGB" and _changes_nothing(transform):
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
