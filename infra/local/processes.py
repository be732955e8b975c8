"""Run a few processes together: when one ends, or a signal arrives, stop all of them.

Why not honcho or the like: each child must die with this process. Those start a process in between,
and a kill of the runner then leaves a web server behind that holds the port (docs/decisions/0022).
"""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.commands import start
from infra.local.folder import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

STOP_WITHIN_SECONDS = 10.0
CHECK_EVERY_SECONDS = 0.2


@dataclass
class Processes:
    """The children of this process by name, in the order of their start."""

    environment: dict[str, str]
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self, name: str, command: list[str], *, log: Path | None = None) -> None:
        """Start a child that dies with this process; without ``log`` it writes to the terminal."""
        with log.open("ab") if log else nullcontext() as output:
            self._running[name] = start(command, folder=PROJECT, environment=self.environment, log=output)

    def listen_to_signals(self) -> None:
        """Stop on Ctrl-C, SIGTERM or a closed terminal."""

        def request_stop(_number: int, _frame: FrameType | None) -> None:
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, request_stop)

    def wait(self, *, also: Callable[[], str | None] = lambda: None) -> str | None:
        """Return the name of the process that ended first, or ``None`` on a request to stop.

        ``also`` is polled too and returns the name of another process that ended.
        """
        while not self._stop.wait(CHECK_EVERY_SECONDS):
            ended = [name for name, process in self._running.items() if process.poll() is not None]
            if found := (ended[0] if ended else also()):
                return found
        return None

    def stop(self) -> None:
        """Stop all, the last started first; kill those that do not stop in time."""
        for process in reversed(self._running.values()):
            process.terminate()
        for process in reversed(self._running.values()):
            try:
                process.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
