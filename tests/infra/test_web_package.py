"""Static files are collected again if anything that collecting reads has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from infra.web_package import _digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text("a {}")
    (tmp_path / "settings.py").write_text("STATIC_URL = '/static/'")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "is_new"),
    [
        (lambda folder: os.utime(folder / "static" / "site.css", (1, 1)), False),
        (lambda folder: (folder / "static" / "site.css").write_text("b {}"), True),
        (lambda folder: (folder / "static" / "site.css").rename(folder / "static" / "page.css"), True),
        (lambda folder: (folder / "static" / "more.css").write_text(""), True),
        (lambda folder: (folder / "settings.py").write_text("STATIC_URL = '/files/'"), True),
    ],
    ids=["touched", "other-content", "renamed", "one-more", "settings"],
)
def test_static_files__are_collected_again_if_content_changed(
    package: Path, change: Callable[[Path], object], is_new: bool
) -> None:
    before = _digest_of(package)
    change(package)
    assert (_digest_of(package) != before) is is_new
