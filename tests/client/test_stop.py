"""Ctrl-C stops the command at once."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from contactsheet.exits import Exit
from tests.client.fake_site import Answer, Request, Site
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.conftest import Person


def test_stop__while_the_store_does_not_respond(site: Site, alice: Person, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number)
    release = threading.Event()
    usual = site.answer

    def answer(request: Request) -> Answer:
        found = usual(request)
        if request.method == "PUT":
            release.wait(30)
        if request.method == "POST":
            results = [
                {
                    "uploadId": upload["uploadId"],
                    "photoId": upload["uploadId"],
                    "outcome": "offered",
                    "url": f"{site.address}/store",
                    "headers": {},
                }
                for upload in request.json["uploads"]
            ]
            return Answer(200, {"results": results})
        return found

    site.answer = answer  # type: ignore[method-assign]
    site.returns("GET", "/photos", {"photos": [], "nextCursor": None})
    site.answers("PUT", "/store", Answer(200))
    with alice.start("upload", tmp_path) as process:
        try:
            eventually(lambda: len(site.paths("PUT")) == 3)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=10)
        finally:
            release.set()
            process.kill()
    assert process.returncode == Exit.STOPPED
    assert stderr == (
        "3 not reached.\nStopped. Uploaded photos are kept. Run the same command again to resume.\n"
    )
