"""Camera facts on pages are those that the worker writes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from gallery.presentation.camera_facts import facts_of
from tests.gallery.stores import ready_item
from thumbworker.imaging.exif import Ratio, Tags
from thumbworker.imaging.metadata import camera_facts

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

TAGS = Tags(
    main={0x010F: b"NIKON CORPORATION\0", 0x0110: b"NIKON D750\0"},
    exif={
        0xA433: b"Sigma\0",
        0xA434: b"35mm F1.4\0",
        0x920A: (Ratio(35, 1),),
        0x829D: (Ratio(28, 5),),
        0x829A: (Ratio(1, 250),),
        0x8827: (200,),
        0x9003: b"2026:05:03 10:20:30\0",
        0x9011: b"+02:00\0",
    },
)


def test_camera_facts__complete(alice: User, make_photo: PhotoFactory) -> None:
    item = ready_item(make_photo(alice), metadata=camera_facts(TAGS))
    assert facts_of(item) == [
        ("Camera", "NIKON D750"),
        ("Lens", "Sigma 35mm F1.4"),
        ("Focal length", "35 mm"),
        ("Aperture", "f/5.6"),
        ("Exposure", "1/250 s"),
        ("ISO", "200"),
        ("Taken", '<time datetime="2026-05-03T10:20:30" data-with-minutes>May 3, 2026, 10:20 a.m.</time>'),
        ("Size", "3000 × 2000"),
    ]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"preview_of": "CR2"}, "Preview of a raw file (CR2)"),
        ({"video": "included"}, "Live photo with video"),
    ],
)
def test_camera_facts__what_the_original_is(
    alice: User, make_photo: PhotoFactory, metadata: dict[str, str], said: str
) -> None:
    item = ready_item(make_photo(alice), metadata=metadata)
    assert facts_of(item)[0] == ("Image", said)


def test_camera_facts__none(alice: User, make_photo: PhotoFactory) -> None:
    item = dataclasses.replace(ready_item(make_photo(alice)), metadata={}, width=0, height=0)
    assert facts_of(item) == []
