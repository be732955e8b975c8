"""One vocabulary: each code has one sentence, wherever it is given."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import gallery
from gallery.core import reasons
from gallery.core.management.commands.export_errors import page
from gallery.photos.actions import Outcome
from thumbworker.contract import imports
from thumbworker.contract.reasons import Reason as ProcessingReason

PROJECT = Path(gallery.__file__).parents[1]
DONE = {Outcome.DONE, Outcome.WORDS_WAIT, Outcome.REMOVAL_CONTINUES}
OTHER_WORDS = {
    ("gallery/presentation/camera_facts.py", "video"),
    ("gallery/presentation/history.py", "words_changed"),  # a move of older releases
    ("gallery/photos/transitions.py", "taken_down"),  # a move
    ("gallery/web/uploads.py", "already_there"),  # an outcome
}
"""Words that are spelled as reason codes and are none."""


def test_reasons__each_code_and_each_sentence_stands_once() -> None:
    assert len(reasons.ALL) == len({*reasons.OURS, *reasons.PROCESSING.values()})
    sentences = [reason.sentence for reason in reasons.ALL.values()]
    assert sorted(set(sentences)) == sorted(sentences)


@pytest.mark.parametrize("reason", reasons.ALL.values(), ids=lambda reason: reason.code)
def test_reason__is_a_sentence_for_people(reason: reasons.Reason) -> None:
    assert re.fullmatch(r"[a-z][a-z_]*[a-z]", reason.code)
    assert reason.sentence.endswith(".")
    assert "!" not in reason.sentence
    assert json.dumps(reason.sentence), "a lazy translation is no JSON"


def test_reasons__cover_what_the_workers_write() -> None:
    assert set(reasons.PROCESSING) == {*map(str, ProcessingReason), *map(str, imports.ImportReason)}


def test_reasons__cover_what_actions_return() -> None:
    assert {outcome.value for outcome in Outcome if outcome not in DONE} <= set(reasons.ALL)


def test_reasons__cover_what_the_browser_says_by_itself() -> None:
    scripts = "".join(path.read_text() for path in (PROJECT / "static" / "src").rglob("*.js"))
    said = re.findall(r'gettext\("([^"]+)"\),\s*\{\s*reason: "(\w+)"', scripts)
    assert len(said) >= 6
    assert {code: sentence for sentence, code in said} == {
        code: reasons.ALL[code].sentence for _, code in said
    }


def test_reasons__codes_are_written_in_the_catalog_only() -> None:
    written = {
        (str(path.relative_to(PROJECT)), node.value)
        for path in (PROJECT / "gallery").rglob("*.py")
        if "migrations" not in path.parts and path != Path(reasons.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in reasons.ALL
    }
    assert written == OTHER_WORDS


def test_of__an_unknown_code_has_a_sentence_too() -> None:
    assert reasons.of("of_another_version").sentence == "We couldn't process this image."


def test_errors_page__is_what_the_catalog_says() -> None:
    written = (PROJECT / "docs" / "errors.md").read_text()
    assert written == page(), "Run: python manage.py export_errors > docs/errors.md"
