"""Upload static files: hashed names are cached for a year, others for a minute."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

CACHE_A_YEAR = "public, max-age=31536000, immutable"
CACHE_A_MINUTE = "public, max-age=60"
BUNDLED = re.compile(r"build/[\w.]+(-[\w.]+)*-[A-Z0-9]{8}\.(js|css|svg)")
"""The bundler's own hashed names, by which its files name each other."""


def upload(s3: Any, bucket: str, folder: Path) -> int:
    """Upload every collected file whose content is not there yet; return how many were uploaded."""
    there = {
        entry["Key"]: entry["ETag"].strip('"')
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for entry in page.get("Contents", [])
    }
    hashed = set(json.loads((folder / "staticfiles.json").read_text())["paths"].values())
    sent = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # CloudFront compresses.
        if not path.is_file() or path.suffix in {".gz", ".br"} or name == "staticfiles.json":
            continue
        body = path.read_bytes()
        key = f"static/{name}"
        if there.get(key) == hashlib.md5(body, usedforsecurity=False).hexdigest():
            continue
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=body,
            ContentType=mimetypes.guess_type(name)[0] or "application/octet-stream",
            CacheControl=CACHE_A_YEAR if name in hashed or BUNDLED.fullmatch(name) else CACHE_A_MINUTE,
        )
        sent += 1
    return sent


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the static files of a package and return their folder."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder, [name for name in opened.namelist() if name.startswith("staticfiles/")])
    return folder / "staticfiles"


def empty(s3: Any, bucket: str) -> None:
    """Delete every object in a bucket; only for buckets without photos."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
