"""Coverage-guided fuzzing of imaging: ``python -m tests.fuzz.imaging FOLDER -max_total_time=900``.

Needs atheris and the worker's packages in the environment. The folder is filled with valid files first and
grows by whatever reaches new code. Anything but renditions or a refusal ends the run and is left as a file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["PIL", "thumbworker.imaging"]):
    from tests.thumbworker.imaging.valid_files import LIMITS, SMALL, valid_files
    from thumbworker.imaging import Refused, render

BOUNDS = ["-timeout=20", "-rss_limit_mb=1024", "-max_len=16384", "-print_final_stats=1"]


def try_one(data: bytes) -> None:
    """Render or refuse."""
    try:
        render(data, policy=SMALL, limits=LIMITS)
    except Refused:
        return


def main(arguments: list[str]) -> None:
    """Write the seed files and start libFuzzer."""
    folder = Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(valid_files()):
        (folder / f"valid-{number}").write_bytes(data)
    atheris.Setup([*arguments, *BOUNDS], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
