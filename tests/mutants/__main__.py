"""Break guarded lines one at a time and require that the named tests fail: ``make mutants``.

``mutants.toml`` lists the breaks. Each runs in a copy of the tree, two at a time. The run fails if a mutant
survives, if the unbroken tree fails one of the tests, or if an entry no longer matches its file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.catalog import ROOT, Mutant, load

WORKERS = 2
TIMEOUT_SECONDS = 240
LINKED = (".venv", ".venvs", "node_modules", "static/build")
"""Installed or built, so that a copy of the tracked files can run tests."""


def main() -> int:
    """Run the mutants whose names contain one of the given words, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="run only mutants whose names contain one of these")
    words = parser.parse_args().words
    chosen = [mutant for mutant in load() if not words or any(word in mutant.name for word in words)]
    if not chosen:
        sys.stderr.write("No mutant has that name.\n")
        return 2
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            copies.put(_copy_of_tree(Path(folder) / str(number)))
        if not _passes_unbroken(copies, chosen):
            return 1
        with ThreadPoolExecutor(WORKERS) as pool:
            survivors = [name for name in pool.map(lambda m: _survives(m, copies), chosen) if name]
    killed = len(chosen) - len(survivors)
    sys.stdout.write(f"{killed} of {len(chosen)} mutants killed in {time.monotonic() - started:.0f} s\n")
    for name in survivors:
        sys.stdout.write(f"SURVIVED {name}\n")
    return 1 if survivors else 0


def _copy_of_tree(folder: Path) -> Path:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, tracked.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    for name in LINKED:
        if (ROOT / name).exists() and not (folder / name).exists():
            (folder / name).symlink_to((ROOT / name).resolve())
    return folder


def _passes_unbroken(copies: SimpleQueue[Path], chosen: list[Mutant]) -> bool:
    """Run all named tests once on the unbroken tree: only then does a failure mean a kill."""
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    folder = copies.get()
    run = _pytest(folder, ["-n", str(WORKERS), *tests], timeout_seconds=4 * TIMEOUT_SECONDS)
    copies.put(folder)
    if run.returncode:
        sys.stderr.write(run.stdout[-4000:] + "\nThe unbroken tree fails; mutants would prove nothing.\n")
    return run.returncode == 0


def _survives(mutant: Mutant, copies: SimpleQueue[Path]) -> str:
    """Break the copy, run the tests, restore the copy. Return the name if the mutant survived, else ""."""
    folder = copies.get()
    path = folder / mutant.file
    whole = path.read_text()
    try:
        path.write_text(mutant.applied_to(whole))
        # 1: tests failed. Anything else is no kill: 2 interrupted, 4 usage, 5 nothing collected.
        killed = _pytest(folder, ["-x", *mutant.tests], timeout_seconds=TIMEOUT_SECONDS).returncode == 1
    except subprocess.TimeoutExpired:
        killed = False
    finally:
        path.write_text(whole)
        copies.put(folder)
    sys.stdout.write(f"{'killed  ' if killed else 'SURVIVED'} {mutant.name}\n")
    sys.stdout.flush()
    return "" if killed else mutant.name


def _pytest(
    folder: Path, arguments: list[str], *, timeout_seconds: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
