"""Signed downloads of originals: untrusted bytes that no browser may display."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from gallery.storage.attachment import attachment
from gallery.storage.originals import originals

pytestmark = pytest.mark.usefixtures("empty_aws")


def test_download_url__is_saved_and_never_displayed() -> None:
    photo_id = uuid4()
    address = urlsplit(originals().download_url(photo_id, file_name='Meer "1" äö.jpg'))
    query = parse_qs(address.query)
    assert address.path.endswith(f"/originals/{photo_id}")
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["response-content-disposition"] == [
        """attachment; filename="Meer _1_ ao.jpg"; filename*=UTF-8''Meer%20%221%22%20%C3%A4%C3%B6.jpg"""
    ]
    assert query["X-Amz-Expires"] == ["300"]


def test_download_url__replaces_each_header_that_the_upload_could_set() -> None:
    query = parse_qs(urlsplit(originals().download_url(uuid4(), file_name="a.jpg")).query)
    shape = originals().client.meta.service_model.operation_model("GetObject").input_shape
    assert shape is not None
    places = {member.serialization.get("name", "") for member in shape.members.values()}
    overrides = {name for name in places if name.startswith("response-")}
    assert len(overrides) == 6
    assert overrides <= set(query)
    assert query["response-cache-control"] == ["private, no-store"]
    assert query["response-content-encoding"] == ["identity"]
    assert query["response-expires"] == ["Thu, 01 Jan 1970 00:00:00 GMT"]


@pytest.mark.parametrize(
    ("file_name", "fallback", "extended"),
    [
        ("sea side (1).jpg", "sea side (1).jpg", ""),
        ("Brötchen é.jpg", "Brotchen e.jpg", "Br%C3%B6tchen%20%C3%A9.jpg"),
        ("תמונה.jpg", "_____.jpg", "%D7%AA%D7%9E%D7%95%D7%A0%D7%94.jpg"),
        ("\U0001f3f4.jpg", "_.jpg", "%F0%9F%8F%B4.jpg"),
        ("می\u200cخواهم.jpg", "________.jpg", "%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85.jpg"),
        ("a;b, 'c'.jpg", "a;b, 'c'.jpg", ""),
        ('a"b\\c.jpg', "a_b_c.jpg", "a%22b%5Cc.jpg"),
        ("100%41.jpg", "100_41.jpg", "100%2541.jpg"),
        ("a\r\nX: y.jpg", "a__X: y.jpg", "a%0D%0AX%3A%20y.jpg"),
    ],
)
def test_attachment__names_every_file(file_name: str, fallback: str, extended: str) -> None:
    expected = f'attachment; filename="{fallback}"'
    assert attachment(file_name) == (f"{expected}; filename*=UTF-8''{extended}" if extended else expected)
