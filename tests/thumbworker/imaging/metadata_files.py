"""Files with hand-made metadata, as cameras and programs write them and as no library does."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import cache

from tests.thumbworker.imaging.exif_blocks import exif_block, ratios, short, text
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.imaging.limits import DEFAULT_LIMITS
from thumbworker.imaging.metadata import Metadata, metadata_of
from thumbworker.imaging.opening import open_original
from thumbworker.imaging.packets import packets_of
from thumbworker.imaging.source import Deadline

XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\x00"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
}

AUTHOR, SERIAL, PLACE = b"Ada Author", b"SN-1234567", b"POS-59.9139"
SECRETS = (AUTHOR, SERIAL, PLACE)


def telling_exif(orientation: int = 1) -> bytes:
    """Return a block with the secrets, and a place."""
    return exif_block(
        [short(0x0112, orientation), text(0x013B, AUTHOR)],
        [text(0xA431, SERIAL)],
        [
            (0x0001, 2, 2, b"N\x00"),
            ratios(0x0002, (59, 1), (54, 1), (50, 1)),
            (0x0003, 2, 2, b"E\x00"),
            ratios(0x0004, (10, 1), (45, 1), (8, 1)),
            text(0x001C, PLACE),
        ],
    )


@cache
def _plain(file_format: str) -> bytes:
    return saved(quarters(32, 24), file_format)


def jpeg(*, exif: bytes = b"", xmp: bytes = b"", resources: bytes = b"") -> bytes:
    """Return a JPEG with the given EXIF block, XMP packet and Photoshop resources."""
    data = _plain("JPEG")
    head = b""
    for marker, prefix, body in (
        (0xE1, b"Exif\x00\x00", exif),
        (0xE1, XMP_HEADER, xmp),
        (0xED, b"Photoshop 3.0\x00", resources),
    ):
        if body:
            head += struct.pack(">BBH", 0xFF, marker, 2 + len(prefix + body)) + prefix + body
    return data[:2] + head + data[2:]


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG with these chunks after its header."""
    data = _plain("PNG")
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return data[:33] + made + data[33:]


def webp(packet: bytes) -> bytes:
    """Return a WebP with an XMP packet."""
    return saved(quarters(32, 24), "WEBP", xmp=packet)


def avif(packet: bytes) -> bytes:
    """Return an AVIF with an XMP packet."""
    return saved(quarters(32, 24), "AVIF", xmp=packet)


def tiff(*, xmp: bytes = b"", records: bytes = b"") -> bytes:
    """Return a TIFF with an XMP packet and IPTC records."""
    fields = {700: xmp, 33723: records}
    return saved(quarters(32, 24), "TIFF", tiffinfo={tag: body for tag, body in fields.items() if body})


def packet(attributes: str = "", elements: str = "") -> bytes:
    """Return an XMP packet of one description."""
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {attributes}>{elements}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def listed(name: str, kind: str, *items: str) -> str:
    """Return an element with a list of items; of alternatives by language the first is the default."""
    default = ' xml:lang="x-default"' if kind == "Alt" else ""
    made = "".join(f"<rdf:li{'' if n else default}>{item}</rdf:li>" for n, item in enumerate(items))
    return f"<{name}><rdf:{kind}>{made}</rdf:{kind}></{name}>"


def records(*datasets: tuple[int, int, bytes]) -> bytes:
    """Return IPTC-IIM records."""
    return b"".join(struct.pack(">BBBH", 0x1C, *numbers, len(value)) + value for *numbers, value in datasets)


def resources(iim: bytes, *, digest: bytes | None = None) -> bytes:
    """Return Photoshop resources with these records and, if given, the digest of what they were before."""
    found = {0x0404: iim} | ({} if digest is None else {0x0425: digest})
    return b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + b"\x00" * (len(body) % 2)
        for number, body in found.items()
    )


def digest_of(iim: bytes) -> bytes:
    """Return the digest that Photoshop stores of records."""
    return hashlib.md5(iim, usedforsecurity=False).digest()


def windows_text(tag: int, words: str) -> tuple[int, int, int, bytes]:
    """Return an XP entry."""
    raw = words.encode("utf-16-le") + b"\x00\x00"
    return tag, 1, len(raw), raw


def dated(date: bytes, offset: bytes = b"", fraction: bytes = b"") -> bytes:
    """Return a JPEG with EXIF's original date, its offset and its sub-seconds."""
    entries = [text(0x9003, date)]
    if offset:
        entries.append(text(0x9011, offset))
    if fraction:
        entries.append(text(0x9291, fraction))
    return jpeg(exif=exif_block(exif=entries))


def satellites(date: bytes, hours: int, minutes: int, seconds: int) -> list[tuple[int, int, int, bytes]]:
    """Return GPS entries of a time in UTC."""
    return [ratios(0x07, (hours, 1), (minutes, 1), (seconds, 1)), text(0x1D, date)]


def metadata_in(data: bytes) -> Metadata:
    """Return the metadata of a file as ``render`` does, without its renditions."""
    opened = open_original(data, DEFAULT_LIMITS, Deadline(wall_seconds=30, cpu_seconds=30))
    return metadata_of(opened.tags, packets_of(data, opened.format))
