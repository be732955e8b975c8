"""Releases of a stage: the last ten packages, kept in the bucket for code, each with its number."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.commands import CommandError
from infra.web_package import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from infra.web_package import Layout

PREFIX = "releases/"
KEPT = 10
"""About 25 MB each."""
_KEY = re.compile(rf"{PREFIX}(\d{{4,}})-([0-9a-f]{{16}})\.zip")


@dataclass(frozen=True, slots=True)
class Release:
    """One package in the bucket; ``code_sha256`` is what Lambda tells of a function that runs it."""

    bucket: str
    key: str
    version: int
    code_sha256: str
    worker_key: str
    layer_key: str

    @property
    def address(self) -> str:
        """Return the address that Zappa takes."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases of one stage."""

    s3: Any
    bucket: str

    def kept(self) -> list[Release]:
        """Return all releases that are kept, oldest first."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=PREFIX)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        found = [self._read(key, int(match[1])) for key in keys if (match := _KEY.fullmatch(key))]
        return sorted(found, key=lambda release: release.version)

    def _read(self, key: str, version: int) -> Release:
        metadata = self.s3.head_object(Bucket=self.bucket, Key=key)["Metadata"]
        return Release(
            self.bucket,
            key,
            version,
            metadata.get("code-sha256", ""),
            metadata.get("worker-key", ""),
            metadata.get("layer-key", ""),
        )

    def find(self, digest: str) -> Release | None:
        """Return the release of these files, which needs no packaging, or ``None``."""
        found = [release for release in self.kept() if release.key.endswith(f"-{digest}.zip")]
        return found[-1] if found else None

    def keep(self, archive: Path, digest: str, *, worker_key: str, layer_key: str) -> Release:
        """Keep a package under the next number."""
        kept = self.kept()
        version = kept[-1].version + 1 if kept else 1
        body = archive.read_bytes()
        code_sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode()
        key = f"{PREFIX}{version:04d}-{digest}.zip"
        metadata = {"code-sha256": code_sha256, "worker-key": worker_key, "layer-key": layer_key}
        self.s3.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType="application/zip", Metadata=metadata
        )
        return Release(self.bucket, key, version, code_sha256, worker_key, layer_key)

    def forget_old(self, live: Release) -> list[int]:
        """Delete all but the last ten releases and the one that serves; return the versions deleted."""
        gone = [release for release in self.kept()[:-KEPT] if release.key != live.key]
        for release in gone:
            self.s3.delete_object(Bucket=self.bucket, Key=release.key)
        return [release.version for release in gone]

    def choose(self, version: int | None, live_sha256: str) -> Release:
        """Return a kept release: the one asked for, else the one before that which serves.

        Raises:
            CommandError: it is not kept.
        """
        kept = self.kept()
        names = ", ".join(str(release.version) for release in kept) or "none"
        if version is not None:
            for release in kept:
                if release.version == version:
                    return release
            raise CommandError(f"Version {version} is not kept. Kept: {names}.")
        live = serving(kept, live_sha256)
        before = [release for release in kept if live and release.version < live.version]
        if not before:
            raise CommandError(
                f"No version before the one that serves is kept. Give VERSION=…; kept: {names}."
            )
        return before[-1]

    def download(self, release: Release, path: Path) -> None:
        """Write a release's package to a file."""
        path.write_bytes(self.s3.get_object(Bucket=self.bucket, Key=release.key)["Body"].read())


def serving(kept: list[Release], code_sha256: str) -> Release | None:
    """Return the release that a function runs, newest first, or ``None`` if it is no longer kept."""
    return next((release for release in reversed(kept) if release.code_sha256 == code_sha256), None)


def may_contract(of_manage: str | None, serving: str | None, *, new: str) -> bool:
    """Return whether the contract migrations of the package in the manage function may run.

    They may if that package serves, since it doesn't use what they remove, and another one follows.
    """
    return serving is not None and of_manage == serving != new


def digest_of(layout: Layout, *more: str) -> str:
    """Return a short digest of the files and packages that Zappa would package, and of ``more``."""
    digest = hashlib.sha256("\n".join([layout.environment.name, *more]).encode())
    digest.update(SETTINGS.read_bytes())
    for path in sorted(layout.folder.rglob("*")):
        name = path.relative_to(layout.folder).as_posix()
        # The stage's settings hold its variables and are not packaged.
        if path.is_file() and path.suffix != ".pyc" and name != SETTINGS.name:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()[:16]


def migrations_in(archive: Path) -> set[str]:
    """Return the gallery's migrations in a package, as ``app.name``."""
    with zipfile.ZipFile(archive) as opened:
        found = [
            re.fullmatch(r"gallery/(\w+)/migrations/(\d{4}_\w+)\.pyc?", name) for name in opened.namelist()
        ]
    return {f"{match[1]}.{match[2]}" for match in found if match}
