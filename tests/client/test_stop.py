"""Ctrl-C: quick, in words, and nothing is lost."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from contactsheet.exits import Exit
from tests.client.people import Person
from tests.client.site import TOKEN, Answer, Asked, Site
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path


def test_it_stops_though_the_store_is_silent(site: Site, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number)
    let_go = threading.Event()
    usual = site.answer

    def answer(asked: Asked) -> Answer:
        found = usual(asked)
        if asked.method == "PUT":
            let_go.wait(30)
        if asked.method == "POST":
            results = [
                {
                    "uploadId": wish["uploadId"],
                    "photoId": wish["uploadId"],
                    "outcome": "offered",
                    "url": f"{site.address}/store",
                    "headers": {},
                }
                for wish in asked.json["uploads"]
            ]
            return Answer(200, {"results": results})
        return found

    site.answer = answer  # type: ignore[method-assign]
    site.gives("GET", "/photos", {"photos": [], "nextCursor": None})
    site.answers("PUT", "/store", Answer(200))
    with Person("somebody", site.address, TOKEN).begin("upload", tmp_path) as process:
        try:
            eventually(lambda: len(site.paths("PUT")) == 3)
            process.send_signal(signal.SIGINT)
            _, words = process.communicate(timeout=10)
        finally:
            let_go.set()
            process.kill()
    assert process.returncode == Exit.STOPPED
    assert words == "3 not reached.\nStopped. Nothing is lost; run the same command again to go on.\n"
