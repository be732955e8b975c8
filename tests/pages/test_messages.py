"""The committed texts for people are those in the sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("gallery", "thumbworker", "templates", "static", "manage.py")


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_messages__are_up_to_date(tmp_path: Path) -> None:
    for name in SOURCES:
        (tmp_path / name).symlink_to(PROJECT / name)
    shutil.copytree(PROJECT / "locale", tmp_path / "locale")
    script = PROJECT / "infra/setup/messages.sh"
    subprocess.run([script, sys.executable], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    committed = {path.name: path.read_text() for path in (PROJECT / "locale").rglob("*.po")}
    written = {path.name: path.read_text() for path in (tmp_path / "locale").rglob("*.po")}
    assert written == committed, "Run: make messages"
