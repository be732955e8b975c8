"""Run a command that gets SIGTERM when the process that started it dies.

Standard library only and run as a script, so that any interpreter can run it:
``python infra/die_with_parent.py COMMAND [ARGUMENT ...]``
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h; the setting survives ``execve`` (see prctl(2))."""


def main(command: list[str]) -> None:
    """Ask the kernel for the signal, then become the command; on systems other than Linux, only run it."""
    parent = os.getppid()
    # The command inherits ignored signals; the shell ignores SIGINT in a script's background job.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the request
            raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
