"""Error pages need no database, and templates use plain language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.views.defaults import server_error

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
TRANSLATED = re.compile(r'{% translate "(.*?)".*?%}')
MARKUP = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", re.DOTALL)


def test_server_error__needs_no_user_session_or_database() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side." in response.content.decode()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT / "templates")))
def test_template__uses_plain_language(template: Path) -> None:
    words = MARKUP.sub(" ", TRANSLATED.sub(r"\1", template.read_text()))
    assert "!" not in words
    assert not re.search(r"\berrors?\b|\binvalid\b|\boops\b", words, re.IGNORECASE)
