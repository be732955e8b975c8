"""Check what a client states about a file before it is uploaded. The worker checks the content later."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from thumbworker.contract.limits import MAX_ORIGINAL_BYTES

if TYPE_CHECKING:
    from django.utils.functional import Promise

MAX_FILE_BYTES = MAX_ORIGINAL_BYTES
MAX_NAME_LENGTH = 250
"""Below 255 characters, where Django silently truncates the names of posted files."""
MAX_UPLOADS_AT_ONCE = 50

TYPES_BY_EXTENSION = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".mpo": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
ACCEPTED_TYPES = frozenset(TYPES_BY_EXTENSION.values())

TYPE_ALIASES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused: a stable reason code, and a message that is translated when it is shown."""

    reason: str
    message: str | Promise

    @property
    def sentence(self) -> str:
        """Return the message in the current language."""
        return str(self.message)


EMPTY = Refusal("empty", _("This file is empty. Nothing was uploaded."))
TOO_LARGE = Refusal("too_large", _("This file is larger than 50 MB. Nothing was uploaded."))
NAME_MISSING = Refusal("name_missing", _("This file has no name. Rename it and choose it again."))
NAME_TOO_LONG = Refusal(
    "name_too_long",
    _("This file's name is longer than 250 characters. Rename it and choose it again."),
)
BAD_CHECKSUM = Refusal(
    "bad_checksum", _("The file's checksum is missing or not a SHA-256. Choose the file again.")
)
BAD_UPLOAD_ID = Refusal(
    "bad_upload_id", _("The upload has no valid ID. Reload the page and choose the file again.")
)
SVG = Refusal(
    "svg_not_accepted", _("SVG drawings are not photos. Export the drawing as PNG and upload that.")
)
HTML = Refusal(
    "html_not_accepted", _("This is a web page, not a photo. Save the photo itself and upload that.")
)
TYPE_NOT_ACCEPTED = Refusal(
    "type_not_accepted",
    _("We don't support this kind of file. Choose a JPEG, PNG, WebP, AVIF, GIF, HEIC or TIFF file."),
)


class FileRefused(Exception):
    """A file was refused, for the reason in ``refusal``."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A checked request to upload one file. ``sha256`` is base64, as S3 requires."""

    upload_id: UUID
    name: str
    size_bytes: int
    content_type: str
    sha256: str
    met_conflict: bool = False

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
        )


def clean_name(untrusted: object) -> str:
    r"""Return the last part of a file's name, without control and direction characters.

    >>> clean_name("C:\\holiday\\a\u202egpj.jpg")
    'agpj.jpg'

    Raises:
        FileRefused: nothing is left, or more than 250 characters.
    """
    text = untrusted if isinstance(untrusted, str) else ""
    text = unicodedata.normalize("NFC", PurePosixPath(PureWindowsPath(text).name).name)
    # Emoji need the joiner (Cf). Other control and direction marks can disguise a name.
    cleaned = "".join(
        c for c in text if c == "\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )
    cleaned = cleaned.strip()
    if not cleaned:
        raise FileRefused(NAME_MISSING)
    if len(cleaned) > MAX_NAME_LENGTH:
        raise FileRefused(NAME_TOO_LONG)
    return cleaned


def content_type(untrusted: object, name: str) -> str:
    """Return the accepted media type that the client states, or else the one of the extension.

    Raises:
        FileRefused: the type is not accepted.
    """
    text = untrusted.split(";")[0].strip().lower() if isinstance(untrusted, str) else ""
    text = TYPE_ALIASES.get(text, text)
    extension = PurePosixPath(name).suffix.lower()
    if text == "image/svg+xml" or extension in {".svg", ".svgz"}:
        raise FileRefused(SVG)
    if text in {"text/html", "application/xhtml+xml"} or extension in {".html", ".htm", ".xhtml"}:
        raise FileRefused(HTML)
    if not text or text == "application/octet-stream":
        # Some systems have no type for HEIC and AVIF. The worker checks the content anyway.
        text = TYPES_BY_EXTENSION.get(extension, "")
    if text not in ACCEPTED_TYPES:
        raise FileRefused(TYPE_NOT_ACCEPTED)
    return text


def _size_bytes(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or untrusted <= 0:
        raise FileRefused(EMPTY)
    if untrusted > MAX_FILE_BYTES:
        raise FileRefused(TOO_LARGE)
    return untrusted


def _sha256(untrusted: object) -> str:
    try:
        digest = base64.b64decode(untrusted, validate=True) if isinstance(untrusted, str) else b""
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise FileRefused(BAD_CHECKSUM)
    return base64.b64encode(digest).decode()


def _upload_id(untrusted: object) -> UUID:
    try:
        return UUID(untrusted if isinstance(untrusted, str) else "")
    except ValueError:
        raise FileRefused(BAD_UPLOAD_ID) from None
