"""WebP, AVIF and HEIC whose coded data is cut, filled or changed: what is missing is known."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import saved, scene
from tests.thumbworker.imaging.valid_files import SMALL
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render
from thumbworker.imaging.formats import coded_items, item_properties, webp_damage

PHOTO = scene(480, 360)
CLEAR = PHOTO.convert("RGBA")
CLEAR.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
TURNED = [PHOTO.rotate(180)]

WHOLE = {
    "webp": saved(PHOTO, "WEBP", quality=90),
    "webp of few bytes": saved(PHOTO, "WEBP", quality=30),
    "lossless webp": saved(PHOTO, "WEBP", lossless=True),
    "webp with opacity": saved(CLEAR, "WEBP", quality=90, exact=True),
    "webp sequence": saved(PHOTO, "WEBP", save_all=True, append_images=TURNED, quality=90),
    "avif": saved(PHOTO, "AVIF", quality=80),
    "gray avif": saved(PHOTO.convert("L"), "AVIF", quality=80),
    "avif with opacity": saved(CLEAR, "AVIF", quality=80),
    "avif sequence": saved(PHOTO, "AVIF", quality=80, save_all=True, append_images=TURNED),
    "heic": heic(own_data=True),
    "heic grid": heic(2, 2, own_data=True),
}


def coded(kind: str) -> tuple[int, int]:
    """Return start and end of the coded data of the image, or of the first of its tiles."""
    data = WHOLE[kind]
    if "webp" in kind:
        return webp_damage._first_frame(data)[1:]
    if "sequence" in kind:
        return coded_items._first_sample(data)[0][0]
    return coded_items._extents(data, item_properties.of_primary(data).coded)[0][0]


def outcome(data: bytes) -> int | None:
    """Return the missing thousandths of an image that is shown; ``None`` for a refusal."""
    try:
        return render(data, policy=SMALL).incomplete
    except Refused as refused:
        if refused.reason not in {Reason.DAMAGED, Reason.TRUNCATED}:
            raise
        return None


@pytest.mark.parametrize("kind", WHOLE)
def test_whole__nothing_is_missing(kind: str) -> None:
    assert outcome(WHOLE[kind]) == 0


@pytest.mark.parametrize("share", [1 / 8, 1 / 2, 7 / 8])
@pytest.mark.parametrize("kind", WHOLE)
def test_cut__is_refused(kind: str, share: float) -> None:
    start, end = coded(kind)
    assert outcome(WHOLE[kind][: start + int(share * (end - start))]) is None


@pytest.mark.parametrize("share", [1 / 8, 1 / 2])
@pytest.mark.parametrize("kind", WHOLE)
def test_zeros_to_the_end__are_refused(kind: str, share: float) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at = start + int(share * (end - start))
    assert outcome(data[:at] + bytes(end - at) + data[end:]) is None
    assert outcome(data[:at] + bytes(len(data) - at)) is None


@pytest.mark.parametrize("share", [1 / 8, 1 / 2, 3 / 4])
@pytest.mark.parametrize("kind", [kind for kind in WHOLE if "heic" not in kind])
def test_zeros_inside__are_refused(kind: str, share: float) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at, size = start + int(share * (end - start)), (end - start) // 10
    assert outcome(data[:at] + bytes(size) + data[at + size :]) is None


@pytest.mark.parametrize("kind", ["avif", "avif with opacity", "avif sequence"])
@pytest.mark.parametrize("filling", [b"\xff", b"\xaa", b"<html><body>502 Bad Gateway</body></html>"])
def test_filling__of_any_kind_is_refused(kind: str, filling: bytes) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at = (start + end) // 2
    assert outcome(data[:at] + (filling * len(data))[: end - at] + data[end:]) is None


@pytest.mark.parametrize("kind", ["webp", "lossless webp"])
def test_last_part_of_webp_filled__is_shown_and_known(kind: str) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at = end - (end - start) // 25
    missing = outcome(data[:at] + bytes(end - at) + data[end:])
    assert missing is not None
    assert 38 <= missing <= 50


@pytest.mark.parametrize("share", [0.03, 0.3, 0.8])
@pytest.mark.parametrize("kind", ["avif", "gray avif", "avif sequence"])
def test_last_part_of_avif_filled__is_known(kind: str, share: float) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at = end - int(share * (end - start))
    filled = data[:at] + bytes(end - at) + data[end:]
    missing = coded_items.missing_of_avif(filled, item_properties.of_primary(filled).coded)
    assert missing == pytest.approx(share, abs=0.01)


def test_one_of_many_tiles_filled__is_shown_and_known() -> None:
    data = heic(6, 4, own_data=True)
    start, end = coded_items._extents(data, item_properties.of_primary(data).coded)[7][0]
    at = (start + end) // 2
    assert outcome(data[:at] + bytes(end - at) + data[end:]) in range(15, 26)


@pytest.mark.parametrize("kind", ["webp", "lossless webp", "webp with opacity"])
def test_noise_inside_webp__is_never_whole(kind: str) -> None:
    data = WHOLE[kind]
    start, end = coded(kind)
    at, size = start + (end - start) // 8, (end - start) // 10
    noise = random.Random(3).randbytes(size)
    assert outcome(data[:at] + noise + data[at + size :]) != 0


@pytest.mark.parametrize("kind", WHOLE)
def test_flipped_bit__is_no_refusal_where_the_image_is_decoded(kind: str) -> None:
    """Of flips all over the data, the decoder itself refuses as many as we do."""
    data = WHOLE[kind]
    start, end = coded(kind)
    refused = 0
    for place in range(1, 8):
        at = start + (end - start) * place // 8
        flipped = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        decodes = True
        try:
            decoded(flipped)
        except (OSError, SyntaxError, ValueError, RuntimeError):
            decodes = False
        refused += decodes and outcome(flipped) is None
    assert refused <= (3 if "webp" in kind else 0)


def decoded(data: bytes) -> None:
    if data[4:8] == b"ftyp" and data[8:12] == b"heic":
        import pi_heif  # noqa: PLC0415

        pi_heif.open_heif(data).to_pillow()
        return
    from tests.thumbworker.imaging.pictures import opened  # noqa: PLC0415

    opened(data)


FLAT = Image.new("RGB", (1500, 1500), "white")
FLAT.paste(scene(700, 300), (0, 0))


@pytest.mark.parametrize(
    "options",
    [
        {"format": "WEBP", "quality": 80},
        {"format": "WEBP", "lossless": True, "quality": 0, "method": 0},
        {"format": "AVIF", "quality": 70, "speed": 10},
    ],
    ids=["lossy webp", "lossless webp", "avif"],
)
def test_flat_parts__are_not_missing(options: dict[str, object]) -> None:
    data = saved(FLAT, **options)  # type: ignore[arg-type]
    if options["format"] == "WEBP":
        assert bytes(200) in data  # long stretches of zeros in sound data
    assert outcome(data) == 0
