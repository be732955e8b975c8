"""Check what a client states about a file before it is uploaded. The worker checks the content later."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gallery.core import reasons
from thumbworker.contract.formats import MEDIA_TYPES, Format, recognize
from thumbworker.contract.limits import MAX_ORIGINAL_BYTES
from thumbworker.contract.reasons import Reason as WorkerReason
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from gallery.core.reasons import Reason

MAX_FILE_BYTES = MAX_ORIGINAL_BYTES
MAX_NAME_LENGTH = 250
"""Below 255 characters, where Django silently truncates the names of posted files."""
MAX_UPLOADS_AT_ONCE = 50

EXTENSIONS = {
    "image/jpeg": ".jpg .jpeg .jpe .jfif .jif .jfi .pjpeg .pjpg .pjp .mpo .insp .jps",
    "image/png": ".png .apng",
    "image/webp": ".webp",
    "image/avif": ".avif .avifs",
    "image/gif": ".gif",
    "image/heic": ".heic .heics .hif",
    "image/heif": ".heif .heifs",
    "image/tiff": ".tif .tiff",
    "image/bmp": ".bmp .dib",
    MEDIA_TYPES[Format.JPEG2000]: ".jp2 .j2k .jpf .jpx .j2c .jpc .jpg2",
    MEDIA_TYPES[Format.DNG]: ".dng",
    MEDIA_TYPES[Format.CR2]: ".cr2",
    MEDIA_TYPES[Format.CR3]: ".cr3",
    MEDIA_TYPES[Format.NEF]: ".nef .nrw",
    MEDIA_TYPES[Format.ARW]: ".arw .sr2",
    MEDIA_TYPES[Format.RAF]: ".raf",
    MEDIA_TYPES[Format.ORF]: ".orf",
    MEDIA_TYPES[Format.RW2]: ".rw2 .rwl",
    MEDIA_TYPES[Format.PEF]: ".pef",
    MEDIA_TYPES[Format.SRW]: ".srw",
    MEDIA_TYPES[Format.RAW]: ".3fr .dcr .erf .fff .gpr .iiq .kdc .mef .mos .raw .srf",
}
TYPES_BY_EXTENSION = {
    extension: media_type for media_type, extensions in EXTENSIONS.items() for extension in extensions.split()
}
ACCEPTED_TYPES = frozenset(EXTENSIONS)

TYPE_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/jfif": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/x-bmp": "image/bmp",
    "image/x-ms-bmp": "image/bmp",
    **dict.fromkeys(
        (
            "image/jpx",
            "image/jpeg2000",
            "image/jpeg2000-image",
            "image/x-jpeg2000-image",
            "image/j2k",
            "image/j2c",
        ),
        MEDIA_TYPES[Format.JPEG2000],
    ),
    "image/heic-sequence": "image/heic",
    "image/heif-sequence": "image/heif",
    "image/avif-sequence": "image/avif",
    "image/dng": MEDIA_TYPES[Format.DNG],
    "image/x-dng": MEDIA_TYPES[Format.DNG],
}
ANY_TYPE = "application/octet-stream"
OTHER_TYPES = re.compile(
    r"(audio|font|video)/"
    r"|application/(pdf|rtf|msword|vnd\.(oasis|openxmlformats|ms-)|epub|json|(x-)?javascript|xml$"
    r"|(x-)?(zip|gzip|7z|rar|vnd\.rar|tar|bzip)|x-(msdos|msdownload|msi|executable|dosexec|sh$)|java-archive)"
)
"""Of what is no picture, whatever its name."""
OTHER_EXTENSIONS = frozenset(
    ".mp4 .m4v .mov .qt .avi .mkv .webm .mpg .mpeg .mts .m2ts .ts .3gp .3g2 .wmv .flv .ogv .vob .insv .lrv"  # noqa: SIM905 - readable
    " .mp3 .m4a .aac .wav .flac .ogg .oga .opus .wma .aif .aiff .amr .mid .midi"
    " .pdf .txt .md .rtf .csv .log .json .xml .yaml .yml .ini .doc .docx .odt .xls .xlsx .ods .ppt .pptx .odp"
    " .pages .numbers .key .epub .ics .vcf .eml .url .lnk .webloc"
    " .xmp .aae .thm .pp3 .dop .lrcat .db .ctg"
    " .zip .7z .rar .tar .gz .tgz .bz2 .xz .zst .iso .dmg .pkg .deb .rpm .apk .jar"
    " .exe .msi .dll .bat .cmd .ps1 .sh .js .mjs .css .py .ttf .otf .woff .woff2".split()
)
"""Of videos, sounds, documents, what lies beside pictures, archives, programs."""


LONGEST_SIDE = 65_535
"""Of a picture, in pixels: that of a JPEG."""


class FileRefused(Exception):
    """A file was refused, for the ``reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A checked request to upload one file. ``sha256`` is base64, as S3 requires.

    ``sides`` are what the browser says of the picture, width and height in pixels, if it can read it.
    """

    upload_id: UUID
    name: str
    size_bytes: int
    content_type: str
    sha256: str
    met_conflict: bool = False
    sides: tuple[int, int] | None = None

    @property
    def sha256_hex(self) -> str:
        """Return the digest as 64 hexadecimal characters."""
        return base64.b64decode(self.sha256).hex()

    @classmethod
    def from_untrusted(cls, data: dict[str, Any]) -> UploadRequest:
        """Return the checked request.

        Raises:
            FileRefused: with the first reason that applies.
        """
        name = clean_name(data.get("name"))
        return cls(
            upload_id=_upload_id(data.get("upload_id")),
            name=name,
            content_type=content_type(data.get("content_type"), name),
            size_bytes=_size_bytes(data.get("size_bytes")),
            sha256=_sha256(data.get("sha256")),
            met_conflict=data.get("met_conflict") is True,
            sides=_sides(data.get("width"), data.get("height")),
        )


def clean_name(untrusted: object) -> str:
    r"""Return the last part of a file's name, without control and direction characters.

    >>> clean_name("C:\\holiday\\a\u202egpj.jpg")
    'agpj.jpg'

    Raises:
        FileRefused: nothing is left, or more than 250 characters.
    """
    text = untrusted if isinstance(untrusted, str) else ""
    cleaned = clean_text(PurePosixPath(PureWindowsPath(text).name).name)
    if not cleaned:
        raise FileRefused(reasons.NAME_MISSING)
    if len(cleaned) > MAX_NAME_LENGTH:
        raise FileRefused(reasons.NAME_TOO_LONG)
    return cleaned


def content_type(untrusted: object, name: str) -> str:
    """Return the accepted media type that the client states, or else the one of the extension.

    What is not plainly something else is taken: the content decides, and the worker checks it. Systems state
    ``text/plain`` or ``null`` for what they don't know, and names end in ``.jpg_large`` or a time.

    Raises:
        FileRefused: this is no picture.
    """
    text = untrusted.split(";")[0].strip().lower() if isinstance(untrusted, str) else ""
    text = TYPE_ALIASES.get(text, text)
    extension = PurePosixPath(name).suffix.lower()
    if text == "image/svg+xml" or extension in {".svg", ".svgz"}:
        raise FileRefused(reasons.SVG)
    if text in {"text/html", "application/xhtml+xml"} or extension in {".html", ".htm", ".xhtml"}:
        raise FileRefused(reasons.HTML)
    if text in ACCEPTED_TYPES:
        return text
    if not OTHER_TYPES.match(text):
        if extension in TYPES_BY_EXTENSION:
            return TYPES_BY_EXTENSION[extension]
        if text.startswith("image/") or not (text.startswith("text/") or extension in OTHER_EXTENSIONS):
            return ANY_TYPE
    raise FileRefused(reasons.TYPE_NOT_ACCEPTED)


def content_refusal(content: bytes) -> Reason | None:
    """Return why the worker would refuse this file by its first bytes; ``None`` if it would not."""
    found = recognize(content)
    return reasons.PROCESSING[found] if isinstance(found, WorkerReason) else None


def _size_bytes(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or untrusted <= 0:
        raise FileRefused(reasons.EMPTY)
    if untrusted > MAX_FILE_BYTES:
        raise FileRefused(reasons.TOO_LARGE)
    return untrusted


def _sides(*untrusted: object) -> tuple[int, int] | None:
    known = [side for side in untrusted if type(side) is int and 0 < side <= LONGEST_SIDE]
    return (known[0], known[1]) if len(known) == 2 else None


def _sha256(untrusted: object) -> str:
    try:
        digest = base64.b64decode(untrusted, validate=True) if isinstance(untrusted, str) else b""
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise FileRefused(reasons.BAD_CHECKSUM)
    return base64.b64encode(digest).decode()


def _upload_id(untrusted: object) -> UUID:
    try:
        return UUID(untrusted if isinstance(untrusted, str) else "")
    except ValueError:
        raise FileRefused(reasons.BAD_UPLOAD_ID) from None
