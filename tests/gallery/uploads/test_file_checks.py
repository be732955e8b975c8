"""What a client states about a file is checked, and each refusal has its own sentence."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.uploads import file_checks
from gallery.uploads.file_checks import FileRefused, UploadRequest


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "upload_id": str(uuid4()),
        "name": "holiday.jpg",
        "size_bytes": 1000,
        "content_type": "image/jpeg",
        "sha256": base64.b64encode(hashlib.sha256(b"x").digest()).decode(),
    } | changes


def refusal_of(**changes: Any) -> file_checks.Refusal:
    with pytest.raises(FileRefused) as caught:
        UploadRequest.from_untrusted(fields(**changes))
    return caught.value.refusal


def test_upload_request__accepts_a_valid_file() -> None:
    request = UploadRequest.from_untrusted(fields())
    assert (request.name, request.size_bytes, request.content_type) == ("holiday.jpg", 1000, "image/jpeg")
    assert request.sha256_hex == hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"size_bytes": 0}, file_checks.EMPTY),
        ({"size_bytes": -1}, file_checks.EMPTY),
        ({"size_bytes": True}, file_checks.EMPTY),
        ({"size_bytes": "12"}, file_checks.EMPTY),
        ({"size_bytes": 50 * 1024 * 1024 + 1}, file_checks.TOO_LARGE),
        ({"name": "a" * 300 + ".jpg"}, file_checks.NAME_TOO_LONG),
        ({"name": ""}, file_checks.NAME_MISSING),
        ({"name": "\x00\x07"}, file_checks.NAME_MISSING),
        ({"name": None}, file_checks.NAME_MISSING),
        ({"name": "drawing.svg", "content_type": "image/svg+xml"}, file_checks.SVG),
        ({"name": "drawing.SVG", "content_type": "image/png"}, file_checks.SVG),
        ({"name": "page.html", "content_type": "text/html"}, file_checks.HTML),
        ({"name": "page.htm", "content_type": ""}, file_checks.HTML),
        ({"name": "setup.exe", "content_type": "application/x-msdownload"}, file_checks.TYPE_NOT_ACCEPTED),
        ({"name": "setup.exe", "content_type": ""}, file_checks.TYPE_NOT_ACCEPTED),
        ({"content_type": "image/jp2"}, file_checks.TYPE_NOT_ACCEPTED),
        ({"sha256": "AAAA"}, file_checks.BAD_CHECKSUM),
        ({"sha256": None}, file_checks.BAD_CHECKSUM),
        ({"sha256": "not base64!"}, file_checks.BAD_CHECKSUM),
        ({"upload_id": "1"}, file_checks.BAD_UPLOAD_ID),
        ({"upload_id": 7}, file_checks.BAD_UPLOAD_ID),
    ],
)
def test_upload_request__refuses_an_invalid_file(
    changes: dict[str, Any], expected: file_checks.Refusal
) -> None:
    assert refusal_of(**changes) == expected


def test_refusals__have_their_own_reason_and_sentence() -> None:
    refusals = [value for value in vars(file_checks).values() if isinstance(value, file_checks.Refusal)]
    assert len({r.reason for r in refusals}) == len(refusals) == len({r.sentence for r in refusals})
    assert all(r.sentence.endswith(".") and "!" not in r.sentence for r in refusals)
    assert json.dumps([r.sentence for r in refusals]), "lazy translations are no JSON"


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("IMG_1.HEIC", "", "image/heic"),
        ("IMG_1.avif", "application/octet-stream", "image/avif"),
        ("a.jpg", "image/jpg", "image/jpeg"),
        ("a.jpg", "IMAGE/JPEG; charset=binary", "image/jpeg"),
        ("no-extension", "image/png", "image/png"),
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
