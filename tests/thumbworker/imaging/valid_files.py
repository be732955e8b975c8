"""Valid files of every kind for tests that damage them, with limits that keep those fast."""

from __future__ import annotations

import struct
from functools import cache

from tests.thumbworker.imaging import metadata_files
from tests.thumbworker.imaging.color_files import (
    DEEP_PATCHES,
    avif,
    chrm,
    cicp,
    clap,
    dcf_exif,
    gama,
    png,
    png16,
    with_properties,
)
from tests.thumbworker.imaging.deep_files import deep_file
from tests.thumbworker.imaging.exif_blocks import exif_block, ratios, short, text
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.icc_files import rgb_profile
from tests.thumbworker.imaging.jpeg2000_files import codestream, enumerated, jp2, palette, profile
from tests.thumbworker.imaging.metadata_files import dated, jpeg, listed, packet, records, resources
from tests.thumbworker.imaging.pictures import saved, scene
from tests.thumbworker.imaging.raw_files import MAKERS, box
from thumbworker.contract.policy import RenditionPolicy, RenditionSpec
from thumbworker.imaging import Limits
from thumbworker.imaging.formats.jpeg2000 import EXIF_UUID

SMALL = RenditionPolicy(
    version=1,
    renditions=(
        RenditionSpec("16", 16, "webp", quality=80, effort=0),
        RenditionSpec("64", 64, "avif", quality=68, effort=9),
    ),
)
LIMITS = Limits(pixels=4_000_000, memory_bytes=300_000_000, cpu_seconds=2, wall_seconds=20)


@cache
def valid_files() -> tuple[bytes, ...]:
    """One valid file of every kind, small enough that a flipped bit hits something."""
    image = scene(48, 32)
    exif = exif_block([short(0x0112, 6), text(0x010F, b"Maker")], [ratios(0x829A, (1, 60))])
    packed = {"exif": b"Exif\x00\x00" + exif, "icc_profile": rgb_profile()}
    clear = image.convert("RGBA")
    clear.putalpha(90)
    said = packet('xmp:Rating="4"', listed("dc:subject", "Bag", "lake", "dawn"))
    iim = resources(
        records((1, 90, b"\x1b%G"), (2, 25, b"lake"), (2, 55, b"20070630"), (2, 60, b"184517+0200"))
    )
    return (
        dated(b"2007:06:30 18:45:17", b"-5:00", b"25"),
        jpeg(xmp=said, resources=iim),
        metadata_files.png((b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + said)),
        saved(image, "WEBP", xmp=said),
        saved(image, "AVIF", xmp=said),
        saved(image, "TIFF", tiffinfo={700: said}),
        heic(xmp=said),
        saved(image, **packed, comment=b"words"),
        saved(image, progressive=True, quality=50),
        saved(image.convert("CMYK"), quality=50),
        saved(image, "MPO", save_all=True, append_images=[image]),
        saved(image, "PNG", **packed),
        saved(image.convert("P"), "PNG", transparency=3),
        saved(image.convert("I;16"), "PNG"),
        saved(image, "GIF", save_all=True, append_images=[image.rotate(90), image.rotate(180)]),
        saved(image, "WEBP", **packed),
        saved(clear, "WEBP", lossless=True),
        saved(image, "WEBP", save_all=True, append_images=[image.rotate(180)]),
        saved(image, "AVIF", **packed),
        saved(clear, "AVIF"),
        saved(image, "AVIF", save_all=True, append_images=[image.rotate(180)]),
        saved(image, "TIFF"),
        saved(image, "TIFF", compression="tiff_lzw"),
        saved(image, "TIFF", compression="jpeg"),
        saved(image.convert("1"), "TIFF", compression="group4"),
        saved(image.convert("LAB"), "TIFF", compression="tiff_adobe_deflate"),
        heic(exif=packed["exif"]),
        heic(2, 2, quarter_turns=1),
        heic(2, 1, colr_of_tiles=b"nclx" + struct.pack(">HHHB", 9, 18, 6, 0x80), gain_map=True),
        with_properties(avif(image, 12, 13), clap(24, 16), (b"irot", b"\x01"), (b"imir", b"\x01")),
        deep_file("avif", "PQ"),
        deep_file("heic", "HLG"),
        png(image, chrm("P3"), gama(2.2), (b"eXIf", dcf_exif())),
        png16(DEEP_PATCHES, "BT.2020", 16, cicp(9, 16), alpha=True),
        saved(image, "BMP"),
        saved(image.convert("P"), "BMP"),
        saved(image, "JPEG2000", tile_size=(32, 32)),
        jp2(codestream(image.convert("P").convert("L")), enumerated(16), palette([(9, 90, 200)] * 256)),
        jp2(
            codestream(clear, irreversible=True),
            profile(rgb_profile()),
            before=box(b"uuid", EXIF_UUID + exif),
        ),
        saved(image) + box(b"ftyp", b"mp42\x00\x00\x00\x00isommp42"),
        *(make(saved(image), saved(image.convert("L").reduce(2)), 6) for make in MAKERS.values()),
    )
