"""Copies of color profiles: the same colors, and no words."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageCms

from tests.thumbworker.imaging.icc_files import rgb_profile
from tests.thumbworker.imaging.pictures import quarters
from thumbworker.imaging.formats.profile_copy import NotClean, clean_profile

SECRET = b"Ada's display SN-1234567"
TEXTS = {
    b"cprt": b"text\x00\x00\x00\x00" + SECRET,
    b"mmod": b"mmod\x00\x00\x00\x00" + SECRET,
    b"dscm": b"mluc" + struct.pack(">5L", 0, 1, 12, 0x656E5553, len(SECRET)) + struct.pack(">L", 28) + SECRET,
    b"dmdd": b"desc\x00\x00\x00\x00" + struct.pack(">L", len(SECRET) + 1) + SECRET + bytes(79),
}


def transformed(profile: bytes, picture: Image.Image) -> bytes:
    found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(
        picture, found, ImageCms.createProfile("sRGB"), outputMode="RGB"
    ).tobytes()


def test_clean_profile__has_its_colors_and_no_words() -> None:
    profile = rgb_profile(more=TEXTS)
    assert profile.count(SECRET) == len(TEXTS)
    copy = clean_profile(profile)
    assert SECRET not in copy
    assert b"test\x00" not in copy[132:]
    assert len(copy) == len(profile)
    assert transformed(copy, quarters()) == transformed(profile, quarters()) != quarters().tobytes()
    assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(copy))).strip() == ""
    assert clean_profile(copy) == copy


def test_clean_profile__of_what_is_not_understood_raises() -> None:
    profile = rgb_profile()
    far = profile[:136] + b"\xff\xff\xff\x00" + profile[140:]
    into_table = profile[:136] + struct.pack(">L", 100) + profile[140:]
    many = profile[:128] + struct.pack(">L", 1 << 20) + profile[132:]
    for damaged in (b"", profile[:130], profile[:200], far, into_table, many, b"\x00" * 400):
        with pytest.raises(NotClean):
            clean_profile(damaged)
