"""Break guarded lines one at a time and require that the named tests fail: ``make mutants``.

``mutants.toml`` lists the breaks. Each runs in a copy of the tree, two at a time. The run fails if a mutant
survives, if the unbroken tree fails one of the tests, or if an entry no longer matches its file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.catalog import ROOT, Mutant, load
from tests.mutants.fork_server import OUTPUT

WORKERS = 2
TIMEOUT_SECONDS = 240
LINKED = (".venv", ".venvs", "node_modules", "static/build")
"""Installed or built, so that a copy of the tracked files can run tests."""
BYTECODE = ("gallery", "thumbworker", "infra", "client", "tests")
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
# The libraries, pytest's plugins among them, are imported before pytest starts.
OPTIONS = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "tests.mutants.migrated",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)


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
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ExitStack() as servers:
        copies = [Copy.of_tree(Path(folder) / str(number), servers) for number in range(WORKERS)]
        if not _pass_unbroken(copies, chosen):
            sys.stderr.write("The unbroken tree fails; mutants would prove nothing.\n")
            return 1
        free: SimpleQueue[Copy] = SimpleQueue()
        for copy in copies:
            free.put(copy)
        with ThreadPoolExecutor(WORKERS) as pool:
            survivors = [name for name in pool.map(lambda m: _survives(m, free), chosen) if name]
    killed = len(chosen) - len(survivors)
    sys.stdout.write(f"{killed} of {len(chosen)} mutants killed in {time.monotonic() - started:.0f} s\n")
    for name in survivors:
        sys.stdout.write(f"SURVIVED {name}\n")
    return 1 if survivors else 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the tracked files, and the process that runs tests in it."""

    folder: Path
    server: subprocess.Popen[str]

    @classmethod
    def of_tree(cls, folder: Path, servers: ExitStack) -> Copy:
        """Copy the tree to ``folder`` and start the process, which ends with ``servers``."""
        tracked = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
        for name in filter(None, tracked.stdout.split("\0")):
            if (ROOT / name).is_file():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        for name in LINKED:
            if (ROOT / name).exists() and not (folder / name).exists():
                (folder / name).symlink_to((ROOT / name).resolve())
        # By hash, not by time: a break may have the size and the second of the line that it replaces.
        bytecode = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *BYTECODE]
        subprocess.run([sys.executable, *bytecode], cwd=folder, check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.fork_server"],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        servers.callback(server.wait)
        servers.callback(server.stdin.close)
        return cls(folder, server)

    def code_of(self, *arguments: str, timeout_seconds: float = TIMEOUT_SECONDS) -> int:
        """Return pytest's exit code: 1 if a test failed, negative if they were too slow."""
        self.server.stdin.write(json.dumps([timeout_seconds, *OPTIONS, *arguments]) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def passes(self, tests: list[str]) -> bool:
        """Run the tests of the unbroken copy. Tell what failed."""
        passed = self.code_of(*tests, timeout_seconds=4 * TIMEOUT_SECONDS) == 0
        if not passed:
            sys.stderr.write((self.folder / OUTPUT).read_text()[-4000:] + "\n")
        return passed


def _pass_unbroken(copies: list[Copy], chosen: list[Mutant]) -> bool:
    """Run all named tests as mutants run them, unbroken: only then does a failure mean a kill."""
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    files = sorted({test.partition("::")[0] for test in tests})
    shares = [[test for test in tests if test.startswith(tuple(files[n::WORKERS]))] for n in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        return all(pool.map(lambda copy, share: not share or copy.passes(share), copies, shares))


def _survives(mutant: Mutant, free: SimpleQueue[Copy]) -> str:
    """Break the copy, run the tests, restore the copy. Return the name if the mutant survived, else ""."""
    copy = free.get()
    path = copy.folder / mutant.file
    whole = path.read_text()
    try:
        path.write_text(mutant.applied_to(whole))
        # 1: tests failed. Anything else is no kill: 2 interrupted, 4 usage, 5 nothing collected.
        killed = copy.code_of("-x", *mutant.tests) == 1
    finally:
        path.write_text(whole)
        free.put(copy)
    sys.stdout.write(f"{'killed  ' if killed else 'SURVIVED'} {mutant.name}\n")
    sys.stdout.flush()
    return "" if killed else mutant.name


if __name__ == "__main__":
    sys.exit(main())
