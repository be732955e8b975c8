"""Clean copies: the same pixels and colors, and nothing else that the file said."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pi_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from tests.thumbworker.imaging import metadata_files
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.icc_files import rgb_profile
from tests.thumbworker.imaging.metadata_files import AUTHOR, SECRETS, telling_exif
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.contract.formats import CLEANED, MEDIA_TYPES, recognize
from thumbworker.imaging.clean_copy import clean_copy
from thumbworker.imaging.formats.profile_copy import clean_profile

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b" ".join(SECRETS)


XMP = metadata_files.packet(elements=f"<dc:title>{SECRET.decode()}</dc:title>")


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body


def jpeg(orientation: int = 1) -> bytes:
    picture = saved(quarters(), "JPEG", icc_profile=rgb_profile(), quality=90)
    thumbnail = b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01" + b"abc"
    head = segment(0xE0, thumbnail) + segment(0xE0, b"JFXX\x00" + SECRET)
    for marker, body in (
        (0xE1, b"Exif\x00\x00" + telling_exif(orientation)),
        (0xE1, b"Exif\x00\x00" + telling_exif(3)),
        (0xE1, metadata_files.XMP_HEADER + XMP),
        (0xE2, b"urn:iso:std:iso:ts:21496:-1\x00" + SECRET),
        (0xED, b"Photoshop 3.0\x00" + SECRET),
        (0xEF, SECRET),
        (0xFE, SECRET),
    ):
        head += segment(marker, body)
    # Behind the picture are the next one and a video, as phones store them.
    return picture[:2] + head + picture[20:] + saved(quarters(8, 8), comment=SECRET) + SECRET


def png(orientation: int = 1) -> bytes:
    picture = saved(quarters(), "PNG", icc_profile=rgb_profile())
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"eXIf", telling_exif(orientation)),
            (b"tEXt", b"Author\x00" + SECRET),
            (b"zTXt", b"Comment\x00\x00" + zlib.compress(SECRET)),
            (b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP),
            (b"tIME", bytes(7)),
            (b"prVt", SECRET),
        )
    )
    return picture[:33] + chunks + picture[33:] + SECRET


def webp(orientation: int = 1, **options: object) -> bytes:
    picture = saved(
        quarters(), "WEBP", exif=telling_exif(orientation), xmp=XMP, icc_profile=rgb_profile(), **options
    )
    return picture[:12] + picture[12:] + SECRET


def animated(file_format: str) -> bytes:
    frames = [quarters(32, 24).rotate(turn) for turn in (0, 180)]
    more = {"xmp": XMP, "exif": telling_exif()} if file_format == "WEBP" else {"comment": SECRET}
    return saved(frames[0], file_format, save_all=True, append_images=frames[1:], loop=3, duration=90, **more)


def gif() -> bytes:
    data = animated("GIF")
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\x00"
    other = b"\x21\xff\x0bNETSCAPE2.0" + bytes([len(SECRET)]) + SECRET + b"\x00"
    return data[:-1] + xmp + other + b"\x3b" + SECRET


def avif(orientation: int = 1) -> bytes:
    return saved(
        quarters(), "AVIF", exif=telling_exif(orientation), xmp=XMP, icc_profile=rgb_profile()
    ) + box(SECRET)


def box(body: bytes, kind: bytes = b"uuid") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def heif(**choices: object) -> bytes:
    return heic(2, 2, exif=telling_exif(), xmp=XMP, own_data=True, **choices) + box(SECRET, b"mpvd")  # type: ignore[arg-type]


FILES: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "jpeg turned": lambda: jpeg(6),
    "progressive": lambda: saved(quarters(), "JPEG", progressive=True, comment=SECRET),
    "cmyk": lambda: saved(quarters().convert("CMYK"), "JPEG", comment=SECRET),
    "png": png,
    "png turned": lambda: png(8),
    "webp": webp,
    "webp turned": lambda: webp(6),
    "webp lossless": lambda: webp(lossless=True),
    "webp animated": lambda: animated("WEBP") + SECRET,
    "gif": gif,
    "avif": avif,
    "avif turned": lambda: avif(6),
    "heic": heif,
    "heic turned": lambda: heif(quarter_turns=1),
    "heic with a gain map": lambda: heif(gain_map=True),
}


def frames(data: bytes) -> list[tuple[object, ...]]:
    if recognize(data[:1024]) == "HEIF":
        picture = pi_heif.open_heif(data)
        return [(picture.size, bytes(picture.data))]
    with Image.open(io.BytesIO(data)) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
            image.seek(number)
            found.append((image.mode, image.size, image.tobytes(), image.info.get("duration")))
        profile = image.info.get("icc_profile")
        colors = clean_profile(profile) if profile else b""
        return [*found, (colors, image.info.get("loop"), image.info.get("adobe"))]


@pytest.mark.parametrize("name", FILES)
def test_clean_copy__has_the_pixels_and_nothing_said(name: str) -> None:
    data = FILES[name]()
    assert any(secret in data for secret in SECRETS)
    copy = clean_copy(data)
    assert copy is not None
    assert [secret for secret in SECRETS if secret in copy] == []
    assert b"Exif" not in copy or "turned" in name
    assert b"rdf:" not in copy
    assert frames(copy) == frames(data)
    assert clean_copy(copy) == copy


@pytest.mark.parametrize("name", ["jpeg turned", "png turned", "webp turned", "avif turned"])
def test_clean_copy__keeps_the_orientation_alone(name: str) -> None:
    data = FILES[name]()
    copy = clean_copy(data)
    assert copy
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(copy)) as after:
        assert before.getexif()[0x0112] != 1
        # Pillow derives that of an AVIF from its own box.
        assert dict(after.getexif()) == {0x0112: before.getexif()[0x0112]}


def test_clean_copy__of_a_heic_has_the_same_place_for_all_it_keeps() -> None:
    data = heif(gain_map=True)
    copy = clean_copy(data)
    assert copy
    # The maker's box behind the picture is cut off.
    assert len(copy) == len(data) - len(box(SECRET))
    assert copy.count(b"hvc1") == data.count(b"hvc1")
    assert (b"Exif" in copy, b"mime" in copy, b"cdsc" in copy) == (False, False, False)


def test_clean_copy__of_a_heic_has_no_thumbnail() -> None:
    # The same file, but its auxiliary picture is a thumbnail now.
    data = heif(gain_map=True).replace(b"auxl", b"thmb")
    copy = clean_copy(data)
    assert copy
    assert b"thmb" not in copy
    assert copy.count(b"hvc1") == data.count(b"hvc1") - 1
    assert pi_heif.open_heif(copy).data == pi_heif.open_heif(data).data


def test_clean_copy__of_a_heic_removes_unknown_boxes_and_properties() -> None:
    data = heif(colr=SECRET, handler_name=SECRET).replace(b"colr", b"udes")
    copy = clean_copy(data)
    assert copy
    assert b"udes" not in copy
    assert [secret for secret in SECRETS if secret in copy] == []
    assert frames(copy) == frames(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(saved(quarters(), "TIFF"), id="tiff"),
        pytest.param(saved(quarters(), "BMP"), id="bmp"),
        pytest.param(b"", id="empty"),
        pytest.param(saved(quarters())[:-2], id="a jpeg without an end"),
        pytest.param(png()[:-200], id="a png without an end"),
        pytest.param(png().replace(b"prVt", b"PrVt"), id="a png with an unknown part that it needs"),
        pytest.param(webp()[:200], id="a webp without an end"),
        pytest.param(gif()[:200], id="a gif without an end"),
        pytest.param(heif().replace(b"pitm", b"pitx"), id="a heic without a main image"),
        pytest.param(heif().replace(b"infe", b"info"), id="a heic with items of another kind"),
        pytest.param(heif() + box(b"", b"moov"), id="a sequence"),
        pytest.param(saved(quarters(), "AVIF").replace(b"meta", b"free"), id="an avif without items"),
    ],
)
def test_clean_copy__of_what_is_not_understood_is_none(data: bytes) -> None:
    assert clean_copy(data) is None


def test_cleaned__are_the_formats_that_have_copies() -> None:
    files = {recognize(make()[:1024]) for make in FILES.values()}
    assert files == CLEANED
    assert set(MEDIA_TYPES) >= CLEANED


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png()[:8] + struct.pack(">I4sI", 0, b"IDAT", 0) * 200_002 + png()[8:], id="png"),
        pytest.param(saved(quarters())[:2] + segment(0xDB, b"") * 200_002 + saved(quarters())[2:], id="jpeg"),
        pytest.param(
            b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8X" + bytes(4), id="a webp that ends in a header"
        ),
        pytest.param(heif()[: heif().index(b"pitm") + 4], id="a heic that ends in a header"),
    ],
)
def test_clean_copy__of_what_would_take_all_memory_is_none(data: bytes) -> None:
    assert clean_copy(data) is None


@given(data=st.data())
def test_clean_copy__of_any_damage_raises_nothing(data: st.DataObject) -> None:
    file = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))]())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at : at + 1] = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, len(file)))
    for damaged in (bytes(file), bytes(file[:cut])):
        copy = clean_copy(damaged)
        assert copy is None or len(copy) <= len(damaged) + 40


def test_clean_copy__of_a_jpeg_with_bytes_between_segments() -> None:
    data = jpeg()
    odd = data[:2] + b"\xff\xff" + data[2:20] + SECRET + data[20:]
    assert clean_copy(odd) == clean_copy(data)


def test_info__of_png_text_is_gone() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", AUTHOR.decode())
    copy = clean_copy(saved(quarters(), "PNG", pnginfo=info))
    assert copy
    with Image.open(io.BytesIO(copy)) as image:
        assert image.info == {}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack("<4sL", kind, len(data)) + data + bytes(len(data) & 1) for kind, data in chunks
    )
    return struct.pack("<4sL4s", b"RIFF", 4 + len(body), b"WEBP") + body


def inside(*names: bytes, more: bytes) -> bytes:
    """A HEIC with bytes at the end of a box that is in the others. The handler's name made room for them."""
    named = heif(handler_name=b"N" * len(more))
    file = bytearray(named.replace(b"N" * len(more), b""))
    _grow(file, (b"meta", b"hdlr"), -len(more))
    at = _grow(file, names, len(more))
    assert len(file) + len(more) == len(named)
    return bytes(file[:at] + more + file[at:])


def _grow(file: bytearray, names: tuple[bytes, ...], more: int) -> int:
    """Change the sizes of boxes. Return where the last one ended."""
    end = 0
    for name in names:
        start = file.index(name) - 4
        size = int.from_bytes(file[start : start + 4], "big")
        file[start : start + 4] = (size + more).to_bytes(4, "big")
        end = start + size
    return end


JPEG, PNG, GIF = saved(quarters(), "JPEG"), saved(quarters(), "PNG"), saved(quarters().convert("P"), "GIF")
WEBP = (b"VP8 ", saved(quarters(), "WEBP")[20:])
SUB_BLOCK = bytes([len(SECRET)]) + SECRET + b"\x00"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(JPEG[:2] + segment(0xDD, bytes(2) + SECRET) + JPEG[2:], id="a long restart interval"),
        pytest.param(
            JPEG[:2] + segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + SECRET) + JPEG[2:], id="no profile"
        ),
        pytest.param(JPEG[:2] + segment(0xDD, bytes(2)) * 200_001 + JPEG[2:], id="a jpeg of many parts"),
        pytest.param(PNG[:-12] + chunk(b"IEND", SECRET), id="an end with content"),
        pytest.param(PNG[:33] + chunk(b"pHYs", bytes(9) + SECRET) + PNG[33:], id="a long density"),
        pytest.param(PNG[:33] + chunk(b"iCCP", b"x\x00\x00" + SECRET) + PNG[33:], id="a profile not packed"),
        pytest.param(PNG[:33] + chunk(b"IDAT", b"") * 200_001 + PNG[33:], id="a png of many parts"),
        pytest.param(riff((b"VP8X", b""), WEBP), id="an extended header without content"),
        pytest.param(riff(WEBP, (b"VP8 ", SECRET)), id="a second picture"),
        pytest.param(riff(*[(b"abcd", b"")] * 200_001, WEBP), id="a webp of many parts"),
        pytest.param(GIF[:-1] + b"\x21\xf9\x04" + bytes(4) + SUB_BLOCK + b";", id="a long graphic control"),
        pytest.param(GIF[:-1] + (b"\x21\xf9\x04" + bytes(5)) * 200_001 + b";", id="a gif of many parts"),
        *(
            pytest.param(inside(*boxes, more=b"\x00\x00\x00\x04" + SECRET), id=f"behind {boxes[-1]!r}")
            for boxes in ((b"meta",), (b"meta", b"iref"), (b"meta", b"iinf"), (b"meta", b"iprp", b"ipco"))
        ),
        pytest.param(inside(b"meta", b"iprp", b"ipco", b"ispe", more=SECRET), id="a long size"),
        pytest.param(heif(colr=b"abcd" + SECRET), id="unknown colors"),
        pytest.param(heif(colr=b"prof" + SECRET), id="no profile in a heic"),
        # Such an item has its own EXIF.
        pytest.param(heif().replace(b"hvc1", b"jpeg"), id="tiles that are files"),
        # EXIF as an auxiliary picture.
        pytest.param(heif().replace(b"cdsc", b"auxl"), id="metadata that belongs to the picture"),
        # What is outside of the boxes of data would be removed.
        pytest.param(heif().replace(b"mdat", b"free"), id="a picture in free space"),
    ],
)
def test_clean_copy__of_odd_structure_is_none(data: bytes) -> None:
    assert recognize(data[:1024]) in CLEANED
    assert clean_copy(data) is None


def test_clean_copy__of_a_png_names_no_profile() -> None:
    data = PNG[:33] + chunk(b"iCCP", SECRET + b"\x00\x00" + zlib.compress(rgb_profile())) + PNG[33:]
    copy = clean_copy(data)
    assert copy
    assert SECRET not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert image.info["icc_profile"] == clean_profile(rgb_profile())


@pytest.mark.parametrize("name", [b"iloc", b"pitm"])
def test_clean_copy__of_a_heic_has_nothing_behind_lists(name: bytes) -> None:
    data = inside(b"meta", name, more=SECRET)
    copy = clean_copy(data)
    assert copy
    assert [secret for secret in SECRETS if secret in copy] == []
    assert frames(copy) == frames(data)


def test_clean_copy__of_a_long_chain_of_pictures_ends() -> None:
    chain = b"".join(
        struct.pack(">I4sHHH", 14, b"dimg", item, 1, item + 1) for item in range(9_000, 100, -1)
    ) + struct.pack(">I4sHHH", 14, b"dimg", 2, 1, 101)
    assert clean_copy(inside(b"meta", b"iref", more=chain)) is None


@pytest.mark.parametrize("last", [b"pitm", b"iinf", b"iref"])
def test_clean_copy__of_a_heic_that_ends_with_an_empty_box(last: bytes) -> None:
    names = [b"pitm", b"iinf", b"iloc", b"iref"]
    names.sort(key=last.__eq__)
    filled = {b"pitm": bytes(6), b"iinf": bytes(6), b"iloc": bytes(8), b"iref": box(bytes(6), b"dimg")}
    inner = b"".join(box(b"" if name == last else filled[name], name) for name in names)
    data = heif()
    assert clean_copy(data[:24] + box(b"", b"mdat") + box(bytes(4) + inner, b"meta")) is None
