"""What a client states about a file is checked, and each refusal has its own sentence."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.core import reasons
from gallery.uploads import file_checks
from gallery.uploads.file_checks import FileRefused, UploadRequest

if TYPE_CHECKING:
    from gallery.core.reasons import Reason

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "upload_id": str(uuid4()),
        "name": "holiday.jpg",
        "size_bytes": 1000,
        "content_type": "image/jpeg",
        "sha256": base64.b64encode(hashlib.sha256(b"x").digest()).decode(),
    } | changes


def reason_for(**changes: Any) -> Reason:
    with pytest.raises(FileRefused) as caught:
        UploadRequest.from_untrusted(fields(**changes))
    return caught.value.reason


def test_upload_request__accepts_a_valid_file() -> None:
    request = UploadRequest.from_untrusted(fields())
    assert (request.name, request.size_bytes, request.content_type) == ("holiday.jpg", 1000, "image/jpeg")
    assert request.sha256_hex == hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"size_bytes": 0}, reasons.EMPTY),
        ({"size_bytes": -1}, reasons.EMPTY),
        ({"size_bytes": True}, reasons.EMPTY),
        ({"size_bytes": "12"}, reasons.EMPTY),
        ({"size_bytes": 50 * 1024 * 1024 + 1}, reasons.TOO_LARGE),
        ({"name": "a" * 300 + ".jpg"}, reasons.NAME_TOO_LONG),
        ({"name": ""}, reasons.NAME_MISSING),
        ({"name": "\x00\x07"}, reasons.NAME_MISSING),
        ({"name": None}, reasons.NAME_MISSING),
        ({"name": "drawing.svg", "content_type": "image/svg+xml"}, reasons.SVG),
        ({"name": "drawing.SVG", "content_type": "image/png"}, reasons.SVG),
        ({"name": "page.html", "content_type": "text/html"}, reasons.HTML),
        ({"name": "page.htm", "content_type": ""}, reasons.HTML),
        ({"name": "setup.exe", "content_type": "application/x-msdownload"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "setup.exe", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "setup.exe", "content_type": "binary/octet-stream"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "clip.mp4", "content_type": "video/mp4"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a.jpg", "content_type": "application/pdf"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a.jpg", "content_type": "video/quicktime"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a", "content_type": "text/plain"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a", "content_type": "application/zip"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "letter.DOCX", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "notes.txt", "content_type": "null"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "IMG_1.xmp", "content_type": "application/octet-stream"}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "IMG_1.jpg.json", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "IMG_1.aae", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "Thumbs.db", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a.jpg.zip", "content_type": ""}, reasons.TYPE_NOT_ACCEPTED),
        ({"name": "a.jpg", "content_type": "text/html"}, reasons.HTML),
        ({"sha256": "AAAA"}, reasons.BAD_CHECKSUM),
        ({"sha256": None}, reasons.BAD_CHECKSUM),
        ({"sha256": "not base64!"}, reasons.BAD_CHECKSUM),
        ({"upload_id": "1"}, reasons.BAD_UPLOAD_ID),
        ({"upload_id": 7}, reasons.BAD_UPLOAD_ID),
    ],
)
def test_upload_request__refuses_an_invalid_file(changes: dict[str, Any], expected: Reason) -> None:
    assert reason_for(**changes) == expected


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("IMG_1.HEIC", "", "image/heic"),
        ("IMG_1.avif", "application/octet-stream", "image/avif"),
        ("a.jpg", "image/jpg", "image/jpeg"),
        ("a.jpg", "IMAGE/JPEG; charset=binary", "image/jpeg"),
        ("no-extension", "image/png", "image/png"),
        ("photo.jfif", "", "image/jpeg"),
        ("a.pjpeg", "image/pjpeg", "image/jpeg"),
        ("a.JPE", "*/*", "image/jpeg"),
        ("IMG_1.HIF", "application/octet-stream", "image/heic"),
        ("a.heics", "image/heic-sequence", "image/heic"),
        ("a.avifs", "", "image/avif"),
        ("a.jpg", "image/*", "image/jpeg"),
        ("a.jpg", "binary/octet-stream", "image/jpeg"),
        ("a", "image/*", "application/octet-stream"),
        ("a", "", "application/octet-stream"),
        ("a.ico", "image/x-icon", "application/octet-stream"),
        ("a.jp2", "image/jp2", "image/jp2"),
        ("a.j2k", "image/x-jpeg2000-image", "image/jp2"),
        ("a.jpf", "image/jpx", "image/jp2"),
        ("a.JPX", "", "image/jp2"),
        ("IMG_1.CR2", "", "image/x-canon-cr2"),
        ("IMG_1.CR3", "image/x-canon-cr3", "image/x-canon-cr3"),
        ("a.dng", "image/x-dng", "image/x-adobe-dng"),
        ("a.NEF", "image/x-nikon-nef", "image/x-nikon-nef"),
        ("a.arw", "image/x-dcraw", "image/x-sony-arw"),
        ("a.raf", "application/octet-stream", "image/x-fuji-raf"),
        ("a.orf", "", "image/x-olympus-orf"),
        ("a.rw2", "", "image/x-panasonic-rw2"),
        ("a.3FR", "", "image/x-raw"),
        ("a.iiq", "application/octet-stream", "image/x-raw"),
        ("a.insp", "", "image/jpeg"),
        ("a.jpg_large", "application/octet-stream", "application/octet-stream"),
        ("a.jpg~", "", "application/octet-stream"),
        ("Scan 12.05", "application/octet-stream", "application/octet-stream"),
        ("photo of example.com", "", "application/octet-stream"),
        ("a.heic.download", "application/octet-stream", "application/octet-stream"),
        ("image.php", "application/x-httpd-php", "application/octet-stream"),
        ("a.psd", "application/x-photoshop", "application/octet-stream"),
        *(
            ("a.jpg", stated, "image/jpeg")
            for stated in (
                "application/binary",
                "application/force-download",
                "application/x-octet-stream",
                "application/jpg",
                "jpg",
                "null",
                "text/plain",
            )
        ),
    ],
)
def test_content_type__is_the_stated_one_or_the_extensions(
    name: str, content_type: str, expected: str
) -> None:
    assert UploadRequest.from_untrusted(fields(name=name, content_type=content_type)).content_type == expected


@pytest.mark.parametrize(
    ("untrusted", "cleaned"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("a\u202egpj.exe.jpg", "agpj.exe.jpg"),
        ("caf\u0065\u0301.jpg", "caf\u00e9.jpg"),
        ("\U0001f468\u200d\U0001f469.jpg", "\U0001f468\u200d\U0001f469.jpg"),
        ("שלום.jpg", "שלום.jpg"),
        ("می\u200cخواهم.jpg", "می\u200cخواهم.jpg"),
        (f"{ENGLAND}.jpg", f"{ENGLAND}.jpg"),
        ("\u2764\ufe0f.jpg", "\u2764\ufe0f.jpg"),
        ("a\u2067b\x00\n.jpg", "ab .jpg"),
    ],
)
def test_clean_name__removes_folders_and_control_characters(untrusted: str, cleaned: str) -> None:
    assert file_checks.clean_name(untrusted) == cleaned


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(sorted(fields())), st.none() | st.text() | st.integers() | st.booleans())
)
def test_upload_request__accepts_or_refuses_any_input(changes: dict[str, Any]) -> None:
    try:
        request = UploadRequest.from_untrusted(fields(**changes))
    except FileRefused:
        return
    assert 0 < request.size_bytes <= file_checks.MAX_FILE_BYTES
    assert 0 < len(request.name) <= file_checks.MAX_NAME_LENGTH
