"""Keys of the pages: every one is a row of the table that the help shows, and every row has a handler."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "static" / "src"
ROWS = re.findall(r'^  \["(\w+)", "(\w+)", \[', (SOURCES / "keys.js").read_text(), re.MULTILINE)
LISTENERS = {
    "keys.js": "the one that handlers are bound to",
    "scrubber.js": "arrows and Page keys of a slider, as in any",
    "selection.js": "Enter in a field of the bar presses the field's own button",
    "lightbox.js": "Tab stays among the controls",
    "lightbox/slideshow-button.js": "any key ends the slideshow",
    "desk/start.js": "the moderators' desk shows its keys on the page",
    "desk/claims.js": "a person at work keeps the claim",
}


@pytest.mark.parametrize(("group", "name"), ROWS)
def test_row__has_a_handler(group: str, name: str) -> None:
    binding = [path.read_text() for path in SOURCES.rglob("*.js") if path.name != "keys.js"]
    binding = [text for text in binding if re.search(rf'bindKeys\(\s*"{group}"', text)]
    assert any(re.search(rf"\b{name}(: |\(|,)", text) for text in binding), f"{group}.{name} does nothing"


def test_keys__are_handled_by_the_table_alone() -> None:
    heard = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.js")
        if re.search(r'"key(down|press|up)"', path.read_text())
    }
    assert heard == set(LISTENERS)
