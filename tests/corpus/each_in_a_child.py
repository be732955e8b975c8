"""Render files, each in a child process: ``python -m tests.corpus.each_in_a_child OUT FILE…``.

Prints one JSON object a file. The parent is small because Linux counts the parent's own peak into the
``ru_maxrss`` of a child that is started from it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from thumbworker.imaging import Refused, render


def main(out: Path, files: list[str]) -> None:
    for file in files:
        print(json.dumps(in_a_child(out, Path(file))), flush=True)  # noqa: T201


def in_a_child(out: Path, file: Path) -> dict[str, object]:
    reader, writer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(outcome(out, file)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    return {
        "file": str(file),
        "exit": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - started,
        "resident_bytes": usage.ru_maxrss * 1024,
        **(json.loads(said) if said else {}),
    }


def outcome(out: Path, file: Path) -> dict[str, object]:
    try:
        picture = render(file.read_bytes())
    except Refused as refused:
        return {"reason": refused.reason, "detail": refused.detail}
    for made in picture.renditions:
        folder = out / made.spec.name
        folder.mkdir(exist_ok=True)
        (folder / f"{picture.sha256}.{made.spec.format}").write_bytes(made.data)
    return {
        "reason": "",
        "metadata": picture.metadata,
        "location": picture.location,
        "words": picture.words,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
