"""The same original under the same policy gives the same bytes, here and elsewhere."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys

import pytest
from PIL import features

from tests.thumbworker.imaging.pictures import in_shape, opened, quarters, saved, scene
from thumbworker.contract.policy import EVER, RenditionPolicy, RenditionSpec
from thumbworker.imaging import render
from thumbworker.imaging.encoding import encode

ENCODERS = {"webp": "1.6.0", "avif": "1.4.2", "libjpeg_turbo": "3.2.0"}

PINNED: dict[int, dict[str, str]] = {
    4: {
        "320": "d7523783f7f0bda2fe36e29e887f43ca7262f6fd12a0f7d2bb4d315ff9d4865b",
        "800": "3a41a919d1efd98dadfef1c2f72980c739c34112b347c5c9959b40dceb180aed",
        "1600": "a87452dafffe63965d2aa01c1a9e56c8e457758924f2e9503e00f75015529a67",
    },
    5: {
        "320": "d7523783f7f0bda2fe36e29e887f43ca7262f6fd12a0f7d2bb4d315ff9d4865b",
        "800": "3a41a919d1efd98dadfef1c2f72980c739c34112b347c5c9959b40dceb180aed",
        "card": "77f7f603c5ef8ae2bbcc5ed0f8a2342dd86210e4a841bfe611e98d96bfcd3523",
        "1600": "a87452dafffe63965d2aa01c1a9e56c8e457758924f2e9503e00f75015529a67",
    },
}
"""SHA-256 of each rendition of ``original()`` by policy version, made by ``ENCODERS``."""

IN_ANOTHER_PROCESS = """
import hashlib, json, sys
from thumbworker.imaging import render
picture = render(sys.stdin.buffer.read())
print(json.dumps([hashlib.sha256(made.data).hexdigest() for made in picture.renditions]))
"""


def original() -> bytes:
    return saved(scene(2000, 1500), "PNG", compress_level=1)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the digests are those of one processor family")
@pytest.mark.parametrize("policy", [policy for policy in EVER if policy.version in PINNED])
def test_encode__bytes_of_policy_version_never_change(policy: RenditionPolicy) -> None:
    # Caches keep a key's bytes without limit, so an encoder that makes other bytes needs a new version.
    assert {name: features.version(name) for name in ENCODERS} == ENCODERS
    picture = render(original(), policy=policy)
    made = {made.spec.name: hashlib.sha256(made.data).hexdigest() for made in picture.renditions}
    assert made == PINNED[policy.version]


@pytest.mark.parametrize("spec", EVER[-1].renditions, ids=lambda spec: spec.name)
def test_encode__copies_no_metadata(spec: RenditionSpec) -> None:
    image = scene()
    image.info = {"icc_profile": b"SECRET-profile", "exif": b"Exif\0\0SECRET", "xmp": b"<SECRET/>"}
    made = encode(image, spec)
    assert b"SECRET" not in made
    assert not {"exif", "xmp", "icc_profile"} & opened(made).info.keys()


def test_encode__same_bytes_in_another_process() -> None:
    data = original()
    ended = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS], input=data, capture_output=True, check=True
    )
    here = [hashlib.sha256(made.data).hexdigest() for made in render(data).renditions]
    assert json.loads(ended.stdout) == here


def test_encode__format_and_type_of_policy() -> None:
    for made in render(original()).renditions:
        assert opened(made.data).format == made.spec.format.upper()
        assert made.spec.content_type == f"image/{made.spec.format}"


def test_encode__drawing_keeps_edges() -> None:
    image = quarters(64, 64)
    for made in in_shape(render(saved(image, "PNG"))):
        shown = opened(made.data).convert("RGB")
        left, right = shown.getpixel((30, 10)), shown.getpixel((33, 10))
        assert abs(left[0] - 220) < 16
        assert abs(right[0] - 30) < 16


def test_render__follows_other_policy() -> None:
    policy = RenditionPolicy(
        version=99,
        renditions=(
            RenditionSpec("tiny", 32, "webp", quality=50, effort=0),
            RenditionSpec("square", 64, "avif", quality=50, effort=10),
        ),
    )
    picture = render(saved(scene(200, 100)), policy=policy)
    assert [(made.spec.name, made.width, made.height) for made in picture.renditions] == [
        ("tiny", 32, 16),
        ("square", 64, 32),
    ]


@pytest.mark.parametrize(("side", "effort"), [(319, 4), (320, 2)])
def test_encode__spends_more_effort_on_images_smaller_than_the_rendition(side: int, effort: int) -> None:
    spec = RenditionSpec("320", 320, "webp", quality=80, effort=2)
    image = scene(side, 200)
    assert encode(image.copy(), spec) == saved(image, "WEBP", quality=80, method=effort)
