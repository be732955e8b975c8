"""Every static file that a template names is there; a manifest would answer a missing one with a 500."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = settings.BASE_DIR / "templates"
NAMED = re.compile(r"{%\s*static\s+['\"]([^'\"]+)['\"]")


def named_files() -> list[tuple[Path, str]]:
    return [
        (template.relative_to(TEMPLATES), name)
        for template in sorted(TEMPLATES.rglob("*.html"))
        for name in NAMED.findall(template.read_text())
    ]


@pytest.mark.parametrize(("template", "name"), named_files(), ids=str)
def test_templates__name_existing_static_files(template: Path, name: str) -> None:
    assert finders.find(name) is not None, f"{template} names {name}, which no finder knows"


def test_templates__name_static_files() -> None:
    assert len(named_files()) >= 3
