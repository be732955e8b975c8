"""Copy the real pictures in ``PHOTO_CORPUS`` without their metadata, and read the copies."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pi_heif
import pytest
from PIL import Image

from tests.corpus.pictures import CORPUS, MARKS
from thumbworker.contract.formats import CLEANED, Format, recognize
from thumbworker.imaging.clean_copy import clean_copy
from thumbworker.imaging.formats.profile_copy import clean_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = MARKS

WITHOUT_COPY = {"formats/star.avifs", "icc/broken_profile.jpg", "icc/icc-after-SOF.jpg"}
"""A sequence, and color profiles that are none."""
NAMES = ("Description", "Copyright", "Desc", "DescML", "MakeAndModel")
TELLS = (
    "GPS",
    "XMP",
    "IPTC",
    "MakerNotes",
    "ExifIFD",
    "IFD1",
    "Photoshop",
    "Canon",
    "Nikon",
    "Apple",
    "Sony",
)


def pictures() -> list[tuple[str, bytes]]:
    names = [str(path.relative_to(CORPUS)) for path in sorted(CORPUS.rglob("*")) if path.is_file()]
    found = [(name, (CORPUS / name).read_bytes()) for name in names if not name.startswith("hostile/")]
    return [(name, data) for name, data in found if recognize(data[:1024]) in CLEANED]


def profile(info: Mapping[Any, Any]) -> bytes:
    found = info.get("icc_profile")
    return clean_profile(found) if found else b""


def pixels(data: bytes) -> tuple[object, ...]:
    if recognize(data[:1024]) is Format.HEIF:
        picture = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
        return picture.mode, picture.size, bytes(picture.data), profile(picture.info)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data)) as image:
            return image.mode, image.size, image.tobytes(), profile(image.info)


def test_clean_copies__of_real_pictures_have_their_pixels() -> None:
    seen = 0
    for name, data in pictures():
        copy = clean_copy(data)
        if name in WITHOUT_COPY:
            assert copy is None
            continue
        assert copy is not None, name
        try:
            before = pixels(data)
        except (OSError, ValueError, SyntaxError):
            continue
        assert pixels(copy) == before, name
        seen += 1
    assert seen > 100


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_clean_copies__tell_exiftool_nothing(tmp_path: Path) -> None:
    tells = {}
    for number, (name, data) in enumerate(pictures()):
        if copy := clean_copy(data):
            (tmp_path / str(number)).write_bytes(copy)
            tells[number] = name
    files = [str(path) for path in tmp_path.iterdir()]
    command = ["exiftool", "-j", "-a", "-G1", "-ee", *files]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    told = {}
    for found in json.loads(ended.stdout):
        number = int(Path(found["SourceFile"]).name)
        said = {tag for tag in found if tag.split(":")[0].startswith(TELLS)}
        said |= {tag for tag in found if tag.startswith("IFD0:") and not tag.endswith("Orientation")}
        said |= {tag for tag in found if found[tag] and tag.startswith("ICC_Profile") and tag.endswith(NAMES)}
        if said:
            told[tells[number]] = said
    assert told == {}
    assert len(tells) > 100
