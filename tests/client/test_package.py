"""The client as a pip package."""

import os
import shutil
import subprocess
import sys

from infra.worker_zip import PROJECT


def test_package__installs_the_command(tmp_path):
    # pip builds in the source folder; a copy keeps the repository clean.
    source = tmp_path / "client"
    shutil.copytree(PROJECT / "client", source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    target = tmp_path / "installed"
    offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", str(target), str(source)],
        check=True,
        timeout=120,
    )
    completed = subprocess.run(
        [str(target / "bin" / "contactsheet"), "--help"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "upload" in completed.stdout
    assert (target / "contactsheet" / "py.typed").exists()
