"""Run ministack, and keep a journal of the items that it would lose at a kill.

ministack saves its tables at a graceful stop only. So each write that it accepts is appended to a journal
first thing after it: what was answered is on the disk. A start makes the writes of the journal again, and a
graceful stop, which saves the tables, empties it (docs/decisions/0124).

The interpreter of ministack's own environment runs this file, so it imports nothing of this project. It
depends on four names in ministack, whose version is pinned; the test that kills it fails if they change.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from ministack import app as server
from ministack.core import persistence, responses
from ministack.services import dynamodb

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
TARGET = "x-amz-target"
OK = 200


class Journal:
    """The accepted writes since the tables were saved, one line of JSON each."""

    def __init__(self, folder: Path) -> None:
        self.tables = folder / "dynamodb.json"
        self.path = folder / "dynamodb.journal"
        self._apply = dynamodb.handle_request
        self._load = server._load_persisted_state  # noqa: SLF001
        self._save = server.save_all
        self._file: int | None = None

    def install(self) -> None:
        """Take part in each write, in the start and in the graceful stop."""
        dynamodb.handle_request = self.apply
        server._load_persisted_state = self.load  # noqa: SLF001
        server.save_all = self.save

    async def apply(self, method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        """Answer a request, and append it if it was a write that was accepted."""
        answer = await self._apply(method, path, headers, body, query)
        target = headers.get(TARGET, "")
        if answer[0] == OK and target.rpartition(".")[2] in WRITES:
            self._append([responses.get_account_id(), responses.get_region(), target, body.decode()])
        return answer

    def load(self) -> None:
        """Load what was saved, then make the writes again that came later, in their order."""
        self._load()
        if not self.path.exists():
            return
        for line in filter(None, self.path.read_text().split("\n")):
            try:
                account, region, target, body = json.loads(line)
            except ValueError:
                continue  # half a line, from a full disk
            responses.set_request_account_id(account)
            responses.set_request_region(region)
            # A refusal is fine: that write is in the saved tables already.
            _complete(self._apply("POST", "/", {TARGET: target}, body.encode(), {}))

    def save(self, services: Any) -> None:
        """Save everything at a graceful stop; the journal is kept if the tables could not be saved."""
        before = _changed_at(self.tables)
        self._save(services)
        if _changed_at(self.tables) != before:
            self.path.unlink(missing_ok=True)

    def _append(self, write: list[str]) -> None:
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # One system call on a file without a buffer: a kill of this process can't lose or halve the line. It
        # begins with the line break, so that half a line, on a full disk, spoils no other.
        line = f"\n{json.dumps(write)}".encode()
        if os.write(self._file, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def _complete(coroutine: Any) -> None:
    """Run a coroutine that waits for nothing: the event loop is busy with the start."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("ministack waits while it writes an item: the journal must be adapted.")


if __name__ == "__main__":
    if persistence.PERSIST_STATE:
        folder = Path(persistence.STATE_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        Journal(folder).install()
    server.main()
