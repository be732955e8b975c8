"""Run the tests of browser modules in Node's test runner."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
WITH_NODE = f"{PROJECT / '.venvs' / 'node' / 'bin'}{os.pathsep}{os.environ['PATH']}"


def test_modules__pass_their_tests() -> None:
    """Use the same Node as the build: the project's own, else the machine's."""
    node = shutil.which("node", path=WITH_NODE)
    assert node, "Node is not installed. Run: make browser-files"
    tests = sorted(str(path) for path in (PROJECT / "tests" / "scripts").glob("*.test.js"))
    assert tests
    done = subprocess.run([node, "--test", *tests], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
