"""Signed downloads of originals: untrusted bytes that no browser may display."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from gallery.storage.originals import originals

pytestmark = pytest.mark.usefixtures("empty_aws")


def test_download_url__is_saved_and_never_displayed() -> None:
    photo_id = uuid4()
    address = urlsplit(originals().download_url(photo_id, file_name='Meer "1" äö.jpg'))
    query = parse_qs(address.query)
    assert address.path.endswith(f"/originals/{photo_id}")
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["response-content-disposition"] == ['attachment; filename="Meer _1_ __.jpg"']
    assert query["X-Amz-Expires"] == ["300"]
