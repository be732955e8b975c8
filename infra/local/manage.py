"""Run ``manage.py``, or a shell, in the environment of the running gallery."""

from __future__ import annotations

import os
import sys

from infra.local.folder import PROJECT, Folder


def main(arguments: list[str]) -> None:
    """Run ``manage.py ARGUMENTS``, or with ``--shell`` the user's shell, in place of this process."""
    environment = Folder.chosen().environment()
    if environment is None:
        sys.exit("The gallery has not run here yet. Start it with: make run")
    if arguments == ["--shell"]:
        environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), environment["PATH"]])  # noqa: PTH120
        command = [os.environ.get("SHELL", "/bin/sh")]
        print("manage.py and boto3 now use the running gallery. Leave with: exit")  # noqa: T201
    else:
        if arguments[:1] == ["doctor"] and "--profile" not in arguments:
            # The web's role may not read most of what doctor checks.
            arguments = [*arguments, "--profile", "root"]
        command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)  # noqa: S606  # replacing this process is intended


if __name__ == "__main__":
    main(sys.argv[1:])
