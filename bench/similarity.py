"""Structural similarity of a rendition and the ideal one: full decode, sRGB, Lanczos from all pixels.

SSIM of luminance with a Gaussian window of 11 pixels and sigma 1.5: Wang, Bovik, Sheikh and Simoncelli, 2004.
SSIMULACRA2 beside it, which also judges color and artifacts: 90 is without visible loss.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pi_heif
from PIL import Image, ImageCms, ImageOps

from bench.ssimulacra2 import ssimulacra2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_WINDOW = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2).astype(np.float32)
_WINDOW /= _WINDOW.sum()
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


pi_heif.register_heif_opener()


class Likeness(NamedTuple):
    """How much a rendition looks like the ideal one; ``ssimulacra2`` is ``None`` if it wasn't scored."""

    ssim: float
    ssimulacra2: float | None


def whole_picture(photo: Path) -> Image.Image:
    """Return the photo decoded in full, upright and in sRGB."""
    image = Image.open(photo)
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if not profile:
        return upright.convert("RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(
        upright,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    return converted if converted is not None else upright


def compare(whole: Image.Image, renditions: Sequence[Path], *, score: bool) -> dict[Path, Likeness]:
    """Compare renditions with the ideal ones of their sizes; ``score`` them by SSIMULACRA2 too."""
    ideals: dict[tuple[int, int], Image.Image] = {}
    shown: dict[Path, Image.Image] = {}
    for file in renditions:
        shown[file] = Image.open(file).convert("RGB")
        size = shown[file].size
        if size not in ideals:
            ideals[size] = whole.resize(size, Image.Resampling.LANCZOS)
    pairs = [(ideals[picture.size], picture) for picture in shown.values()]
    scores = ssimulacra2(pairs) if score else [None] * len(pairs)
    return {
        file: Likeness(ssim(ideals[picture.size], picture), score)
        for (file, picture), score in zip(shown.items(), scores, strict=True)
    }


def ssim(ideal: Image.Image, shown: Image.Image) -> float:
    """Return the SSIM of the luminance of two pictures of one size."""
    return _ssim(*(np.asarray(image.convert("L"), np.float32) for image in (ideal, shown)))


def _ssim(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x = _blurred(x * x) - mean_x * mean_x
    variance_y = _blurred(y * y) - mean_y * mean_y
    covariance = _blurred(x * y) - mean_x * mean_y
    likeness = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    return float(
        (likeness / ((mean_x * mean_x + mean_y * mean_y + _C1) * (variance_x + variance_y + _C2))).mean()
    )


def _blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = image.shape
    rows = np.zeros((height - 10, width), np.float32)
    for i, weight in enumerate(_WINDOW):
        rows += weight * image[i : height - 10 + i]
    blurred = np.zeros((height - 10, width - 10), np.float32)
    for i, weight in enumerate(_WINDOW):
        blurred += weight * rows[:, i : width - 10 + i]
    return blurred
