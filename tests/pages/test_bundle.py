"""Browser files: small, and nothing that the content security policy blocks."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BUILT = PROJECT / "static" / "build"
# Email programs have neither our style sheet nor our content security policy.
EMAILS = {PROJECT / "templates" / "notifications" / "email.html"}
PAGES = sorted(set((PROJECT / "templates").rglob("*.html")) - EMAILS)
FIRST_PAGE_BYTES = 60_000
STATIC_IMPORT = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


@pytest.fixture(scope="module")
def first_page() -> list[Path]:
    """Return the style sheet and the scripts of the first page, without those loaded on demand."""
    if not BUILT.is_dir():
        pytest.fail("The browser files are not built. Run: make browser-files")
    wanted, found = ["style.css", "site.js"], []
    while wanted:
        path = BUILT / wanted.pop()
        found.append(path)
        if path.suffix == ".js":
            wanted += [name for name in STATIC_IMPORT.findall(path.read_text()) if BUILT / name not in found]
    return found


def test_first_page__is_small(first_page: list[Path]) -> None:
    size_bytes = sum(len(gzip.compress(path.read_bytes(), 9)) for path in first_page)
    assert {path.name for path in first_page} >= {"style.css", "site.js"}
    assert size_bytes < FIRST_PAGE_BYTES


def test_style__has_no_data_urls(first_page: list[Path]) -> None:
    assert "data:" not in first_page[0].read_text()


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(PROJECT / "templates")))
def test_template__conforms_to_the_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|hx-on|hx-vals=.js", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_lock_file__names_no_registry() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert packages
    assert all(facts["integrity"] and "resolved" not in facts for facts in packages.values())


def test_packages__are_pinned_exactly() -> None:
    wanted = json.loads((PROJECT / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert versions
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
