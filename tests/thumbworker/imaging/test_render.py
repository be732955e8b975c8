from __future__ import annotations

import base64
import hashlib
import json

import pytest
from PIL import ImageCms

from tests.thumbworker.imaging.metadata_files import listed, packet
from tests.thumbworker.imaging.pictures import opened, quarters, saved, scene
from thumbworker.contract.policy import CURRENT
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Limits, Refused, render

SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
"""A profile that needs no conversion, so the image keeps it until it is encoded."""
LARGEST = max(spec.longest_side for spec in CURRENT.renditions)


def test_render__one_rendition_per_spec() -> None:
    picture = render(saved(scene(2400, 1600), quality=90))
    assert [made.spec for made in picture.renditions] == list(CURRENT.renditions)
    sizes = [
        (spec.longest_side, spec.other_side or round(spec.longest_side * 2 / 3))
        for spec in CURRENT.renditions
    ]
    assert [(made.width, made.height) for made in picture.renditions] == sizes
    assert [opened(made.data).size for made in picture.renditions] == sizes
    assert (picture.format, picture.width, picture.height) == ("JPEG", 2400, 1600)


def test_render__never_enlarges() -> None:
    picture = render(saved(quarters(40, 30), "PNG"))
    shaped = [made for made in picture.renditions if not made.spec.other_side]
    assert {(made.width, made.height) for made in shaped} == {(40, 30)}


@pytest.mark.parametrize(
    ("size", "expected"), [((12000, 3), (LARGEST, 1)), ((2, 9000), (1, LARGEST)), ((1, 1), (1, 1))]
)
def test_render__extreme_shape(size: tuple[int, int], expected: tuple[int, int]) -> None:
    largest = render(saved(scene(*size), "PNG")).renditions[-1]
    assert (largest.width, largest.height) == expected


def test_render__is_deterministic() -> None:
    data = saved(scene(), quality=90)
    assert [made.data for made in render(data).renditions] == [made.data for made in render(data).renditions]


def test_render__shape_of_picture() -> None:
    data = saved(scene(), quality=90)
    picture = render(data)
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert len(picture.dhash) == 16
    assert int(picture.dhash, 16) >= 0
    assert picture.dominant_color[0] == "#"
    assert 0 <= int(picture.dominant_color[1:], 16) <= 0xFFFFFF
    assert 5 < len(base64.b64decode(picture.thumbhash)) <= 25
    assert json.loads(json.dumps(picture.metadata)) == picture.metadata
    assert {"open", "decode", "encode"} <= picture.timings.keys()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"hello", Reason.NOT_A_PICTURE),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", Reason.VECTOR_DRAWING),
        (b"%PDF-1.7", Reason.DOCUMENT),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Reason.DOCUMENT),
        (b"BM" + bytes(60), Reason.NOT_A_PICTURE),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Reason.VIDEO),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", Reason.VIDEO),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", Reason.RAW_WITHOUT_PREVIEW),
        (b"RIFF\x00\x00\x00\x00AVI LIST", Reason.VIDEO),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Reason.FORMAT_NOT_SUPPORTED),
        (b"\xff\xd8\xff\xe0", Reason.TRUNCATED),
        (saved(scene(), quality=90)[:9000], Reason.TRUNCATED),
        (saved(scene(40, 40), "PNG")[:2000], Reason.TRUNCATED),
    ],
)
def test_render__refuses_with_reason(data: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        render(data)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(original_bytes=100), Reason.TOO_LARGE),
        (Limits(pixels=15_999), Reason.TOO_MANY_PIXELS),
        (Limits(side_pixels=159), Reason.TOO_LONG),
        (Limits(memory_bytes=10_000), Reason.TOO_COSTLY),
        (Limits(cpu_seconds=-1), Reason.TOOK_TOO_LONG),
        (Limits(wall_seconds=-1), Reason.TOOK_TOO_LONG),
    ],
)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF"])
def test_render__limits_hold_for_every_format(limits: Limits, reason: Reason, file_format: str) -> None:
    with pytest.raises(Refused) as refused:
        render(saved(quarters(), file_format), limits=limits)
    assert refused.value.reason is reason


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_render__renditions_have_no_metadata(file_format: str) -> None:
    image = scene()
    exif = image.getexif()
    exif[0x010E] = "SECRET-exif"
    exif.get_ifd(0x8825)[1] = "N"
    more = {"comment": b"SECRET-comment"} if file_format == "JPEG" else {}
    if file_format in {"JPEG", "WEBP", "AVIF"}:
        more["xmp"] = packet("", listed("dc:title", "Alt", "SECRET-xmp"))
    data = saved(image, file_format, exif=exif, icc_profile=SRGB_PROFILE, **more) + b"SECRET-tail"
    picture = render(data)
    assert "SECRET-xmp" in picture.words.values() or "xmp" not in more
    for made in picture.renditions:
        assert b"SECRET" not in made.data
        assert not {"exif", "xmp", "icc_profile", "comment"} & opened(made.data).info.keys()
