"""The video of a live or motion photo is said, and the still is shown as before."""

from __future__ import annotations

import time

import pytest

from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import quarters, saved
from tests.thumbworker.imaging.raw_files import box
from thumbworker.contract.formats import Format
from thumbworker.imaging import render
from thumbworker.imaging.motion import facts_of

MP4 = box(b"ftyp", b"mp42\x00\x00\x00\x00isommp42") + box(b"mdat", bytes(400))
QUICKTIME = box(b"ftyp", b"qt  \x00\x00\x02\x00qt  ") + box(b"mdat", bytes(400))
SAMSUNG = b"\x00\x00\x30\x0a\x10\x00\x00\x00MotionPhoto_Data" + MP4 + b"SEFH" + bytes(20) + b"SEFT"
FLAG = b'http://ns.adobe.com/xap/1.0/\x00<x GCamera:MotionPhoto="1"/>'


def jpeg() -> bytes:
    return saved(quarters())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (jpeg() + MP4, True),
        (jpeg() + QUICKTIME, True),
        (jpeg() + SAMSUNG, True),
        (heic() + box(b"mpvd", MP4), True),
        (heic() + SAMSUNG, True),
        (saved(quarters(), "AVIF") + box(b"mpvd", MP4), True),
        (jpeg(), False),
        (heic(), False),
        (saved(quarters(), "AVIF"), False),
        (jpeg()[:2] + b"\xff\xe1" + (len(FLAG) + 2).to_bytes(2, "big") + FLAG + jpeg()[2:], False),
        (jpeg() + b"the ftyp of an mp42", False),
        (jpeg() + box(b"ftyp", b"avif\x00\x00\x00\x00"), False),
        (saved(quarters(), "PNG") + MP4, False),
    ],
    ids=[
        "google", "quicktime", "samsung", "heic mpvd", "heic samsung", "avif", "jpeg", "heic", "plain avif",
        "flag without video", "words", "second still", "png",
    ],
)  # fmt: skip
def test_motion__video_is_said(data: bytes, expected: bool) -> None:
    picture = render(data)
    assert picture.metadata.get("video") == ("included" if expected else None)


def test_motion__thousand_boxes_in_time() -> None:
    started = time.process_time()
    assert facts_of(b"\xff\xd8\xff" + b"\x00\x00\x00\x10ftypnone" * 1_000_000, Format.JPEG, 0) == {}
    assert time.process_time() - started < 1
