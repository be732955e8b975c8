"""Cache headers of the objects in the static bucket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from infra.deploy import static_files
from tests.aws import _shared_client
from tests.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "statics"
FILES = {
    "css/base.css": "body {}",
    "css/base.0123456789ab.css": "body {}",
    "css/base.0123456789ab.css.gz": "",
    "looks.like.0123456789ab.js": "",
    "build/chunk-LZUB5O3B.js": "",
    "build/site.js": "",
    "staticfiles.json": json.dumps({"paths": {"css/base.css": "css/base.0123456789ab.css"}}),
}


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = _shared_client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_upload__caches_only_hashed_names_forever(s3: Any, folder: Path) -> None:
    static_files.upload(s3, BUCKET, folder)
    found = {
        entry["Key"]: s3.head_object(Bucket=BUCKET, Key=entry["Key"])["CacheControl"]
        for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    }
    assert found == {
        "static/css/base.css": "public, max-age=60",
        "static/css/base.0123456789ab.css": "public, max-age=31536000, immutable",
        "static/build/chunk-LZUB5O3B.js": "public, max-age=31536000, immutable",
        "static/build/site.js": "public, max-age=60",
        # The manifest states which names are hashed; a name alone does not show it.
        "static/looks.like.0123456789ab.js": "public, max-age=60",
    }


def test_upload__sends_only_what_changed(s3: Any, folder: Path) -> None:
    assert static_files.upload(s3, BUCKET, folder) == 5
    assert static_files.upload(s3, BUCKET, folder) == 0
    (folder / "css" / "base.css").write_text("body { color: teal }")
    assert static_files.upload(s3, BUCKET, folder) == 1


def test_empty__leaves_nothing(s3: Any, folder: Path) -> None:
    static_files.upload(s3, BUCKET, folder)
    static_files.empty(s3, BUCKET)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
