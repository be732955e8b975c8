"""Draw the icons of the installed gallery from ``static/src/icon.svg``: python -m tests.browser.icons

The results are committed, since drawing needs Chromium and a build does not. A maskable icon keeps its
drawing within the inner 80 percent, which no launcher cuts off (W3C, "Web Application Manifest").
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launched

SOURCE = Path("static/src/icon.svg")
FOLDER = Path("static/src/icons")
PAPER = "#fafafa"
ICONS = {"192": (192, 1.0), "512": (512, 1.0), "maskable-512": (512, 0.72), "apple-180": (180, 0.9)}
"""Sides in pixels, and the part of the side that the drawing has."""


def _page(side: int, part: float) -> str:
    drawing = re.sub(
        r"<svg ", f'<svg width="{side * part}" height="{side * part}" ', SOURCE.read_text(), count=1
    )
    style = f"margin:0;display:grid;place-items:center;width:{side}px;height:{side}px;background:{PAPER}"
    return f'<body style="{style}">{drawing}</body>'


def draw() -> None:
    """Write every icon, in as few colors as it needs."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        for name, (side, part) in ICONS.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(_page(side, part))
            drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(32)
            drawn.save(FOLDER / f"icon-{name}.png", optimize=True)
            page.close()


if __name__ == "__main__":
    draw()
