"""Real photographs of a corpus of 8 MP and more, and variants of them, named for what was done.

A corpus has few large photographs, and a kernel must not be tuned to them: so the same pictures are measured
as other cameras and programs write them, at 8 to 50 MP, progressive and in 4:4:4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pi_heif
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LEAST_PIXELS = 8_000_000
FOLDERS = ("photos", "formats", "derived")
pi_heif.register_heif_opener()


def real_photos(corpus: Path, folder: Path) -> list[Path]:
    """Return the corpus's large JPEGs and HEICs, and two or three variants of each, kept in ``folder``."""
    found = [
        path
        for name in FOLDERS
        for path in sorted((corpus / name).iterdir())
        if path.suffix in {".jpg", ".heic"} and _pixels(path) >= LEAST_PIXELS
    ]
    folder.mkdir(parents=True, exist_ok=True)
    names = list(VARIANTS)
    variants = [
        _variant(path, folder, name) for number, path in enumerate(found) for name in names[number % 2 :: 2]
    ]
    return [*found, *variants]


def _pixels(path: Path) -> int:
    with Image.open(path) as image:
        return image.width * image.height


def _variant(path: Path, folder: Path, name: str) -> Path:
    made = folder / f"{path.stem}--{name}.jpg"
    if not made.exists():
        change, options = VARIANTS[name]
        with Image.open(path) as image:
            profile = image.info.get("icc_profile")
            whole = ImageOps.exif_transpose(image).convert("RGB")
        change(whole).save(made, "JPEG", icc_profile=profile, **options)
    return made


def _to(megapixels: float) -> Callable[[Image.Image], Image.Image]:
    def scaled(image: Image.Image) -> Image.Image:
        factor = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        size = round(image.width * factor), round(image.height * factor)
        return image.resize(size, Image.Resampling.LANCZOS)

    return scaled


def _mosaic(image: Image.Image) -> Image.Image:
    """Return four of the picture, mirrored at the seams, at 50 MP: detail as fine as the camera's."""
    quarter = _to(12.5)(image)
    half = Image.new("RGB", (2 * quarter.width, quarter.height))
    half.paste(quarter)
    half.paste(ImageOps.mirror(quarter), (quarter.width, 0))
    whole = Image.new("RGB", (half.width, 2 * half.height))
    whole.paste(half)
    whole.paste(ImageOps.flip(half), (0, half.height))
    return whole


VARIANTS: dict[str, tuple[Callable[[Image.Image], Image.Image], dict[str, Any]]] = {
    "8mp-q85": (_to(8.1), {"quality": 85}),
    "12mp-444-q95": (_to(12.2), {"quality": 95, "subsampling": "4:4:4"}),
    "16mp-progressive-q85": (_to(16), {"quality": 85, "progressive": True}),
    "50mp-mosaic-q90": (_mosaic, {"quality": 90}),
    "24mp-444-progressive-q90": (_to(24), {"quality": 90, "subsampling": "4:4:4", "progressive": True}),
}
"""What is done to a picture, and how it is saved."""
