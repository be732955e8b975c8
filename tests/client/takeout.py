"""Writes archives as Google Takeout does: names cut, copies counted, edited pictures without a sidecar."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

EXIF_DATE = 36867
SUFFIX = ".supplemental-metadata"


@dataclass
class Takeout:
    """A folder ``Takeout/Google Photos``."""

    root: Path
    made: int = field(default=0)

    def folder(self, name: str, album: str = "") -> Path:
        """Return a folder, described as an album if it has a title."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        if album:
            described = {"title": album, "description": "", "access": "protected", "date": _time(0)}
            (folder / "metadata.json").write_text(json.dumps(described))
        return folder

    def picture(self, path: Path, *, date_in_file: str = "") -> Path:
        """Save a picture that no other is like."""
        self.made += 1
        image = Image.new("RGB", (48, 32), (self.made % 256, self.made // 256 * 16, 90))
        image.paste((255, 255, 255), (self.made % 40, 4, self.made % 40 + 4, 9))
        exif = Image.Exif()
        if date_in_file:
            exif.get_ifd(0x8769)[EXIF_DATE] = date_in_file
        image.save(path, exif=exif)
        return path

    def sidecar(self, folder: Path, title: str, *, taken: datetime, count: str = "", **more: Any) -> Path:
        """Write the sidecar of a picture of that title; ``count`` is ``(1)`` for the second of its name."""
        stem = f"{title}{SUFFIX}"[:46]
        path = folder / f"{stem}{count}.json"
        found = {
            "title": title,
            "description": "",
            "imageViews": "3",
            "creationTime": _time(1_700_000_000),
            "photoTakenTime": _time(int(taken.timestamp())),
            "geoData": {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0},
            "url": "https://photos.google.com/photo/AF1Qip",
            "googlePhotosOrigin": {"mobileUpload": {"deviceType": "ANDROID_PHONE"}},
        }
        path.write_text(json.dumps(found | more, ensure_ascii=False))
        return path


def _time(seconds: int) -> dict[str, str]:
    taken = datetime.fromtimestamp(seconds, UTC)
    return {"timestamp": str(seconds), "formatted": f"{taken:%b %d, %Y, %I:%M:%S %p} UTC"}
