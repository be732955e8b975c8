"""A visitor who reloads pages all the while, and reports every page that failed or had no style."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.rehearsal.visitor import Visitor

PAUSE_SECONDS = 0.1
CUT_OFF = (
    '"errorMessage": "Worker process exited immediately. stderr: "',
    # A starting process, whose folder was removed before it imported anything.
    '"errorMessage": "Worker init failed: No module named \'gallery\'"',
    # One that was answering.
    '"errorMessage": "Worker process died"',
)
"""The embedded AWS ends a process that starts or answers when its function changes; AWS lets it finish.

A package that really lacks the module, or dies by itself, answers so again, which is an error.
"""
TOO_SLOW = 504
"""A new process may need more than the gateway's 30 seconds to start on a machine that runs other tests."""
CUT_OFF_AT_MOST = 6
"""Of one deployment: its changes of code, configuration and variables, and starts on a busy machine."""


@dataclass
class Browsed:
    """What the visitor saw."""

    requests: int = 0
    pages: int = 0
    cut_off: int = 0
    errors: list[str] = field(default_factory=list)
    unstyled: list[str] = field(default_factory=list)
    styles: set[str] = field(default_factory=set)


@contextmanager
def browsing(visitor: Visitor, paths: Sequence[str]) -> Iterator[Browsed]:
    """Reload the pages one after another, each with its styles, while the block lasts."""
    seen, ended = Browsed(), threading.Event()

    def browse() -> None:
        while not ended.is_set():
            for path in paths:
                _load(visitor, path, seen)
                ended.wait(PAUSE_SECONDS)

    thread = threading.Thread(target=browse, name="browsing")
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _load(visitor: Visitor, path: str, seen: Browsed) -> None:
    try:
        page = visitor.get(path)
    except OSError as error:
        seen.errors.append(f"{path}: {error}")
        return
    seen.requests += 1
    is_cut_off = (
        page.status == 502 and any(text in page.text for text in CUT_OFF)
    ) or page.status == TOO_SLOW
    if is_cut_off and seen.cut_off < CUT_OFF_AT_MOST:
        seen.cut_off += 1
        page = visitor.get(path)
    if page.status != 200:
        seen.errors.append(f"{path}: {page.status} {page.text[:200]}")
        return
    seen.pages += 1
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', page.text)
    loaded = [visitor.get(style) for style in styles]
    seen.requests += len(styles)
    seen.styles.update(styles)
    if not styles or any(found.status != 200 for found in loaded):
        seen.unstyled.append(path)
