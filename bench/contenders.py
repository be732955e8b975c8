"""The contenders: how each is installed and started."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

FOLDER = Path("var/bench")
RUNNERS = Path(__file__).parent.absolute() / "runners"
INSTALL_SECONDS_MAXIMUM = 600


SHARP = {
    "sharp, cascade, WebP effort 2": "cascade-2",
    "sharp, cascade, WebP effort 4": "cascade-4",
}
"""sharp's best ways to the same sizes and formats at equal similarity. Effort 3 is like effort 4."""

OTHER_SETTINGS = {
    "sharp, each size, WebP effort 2": "each-2",
    "imgproxy's settings (sharp)": "imgproxy",
    "Immich's settings (sharp)": "immich",
}

NAIVE = "Pillow, naive"


class Absent(Exception):
    """A contender can't take part; the text gives the reason."""


class Extent(Enum):
    """How much is measured of a contender: what a bar is stated for is measured most."""

    BARS = "every photo, several rounds"
    ONCE = "every photo, one round"
    SAMPLE = "some photos, one round"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way of one library; ``command`` lacks only photo, folder and repeats."""

    name: str
    command: tuple[str, ...]
    working_folder: Path = Path()
    extent: Extent = Extent.SAMPLE


def contenders(only: frozenset[str] = frozenset()) -> tuple[list[Contender], dict[str, str]]:
    """Install what is missing below ``var/bench``; return those present, and the reasons of those absent.

    ``only`` names the rivals to compare with besides plain Pillow; empty means all.
    """
    present = [
        Contender(
            "contactsheet",
            (sys.executable, "-m", "bench.runners.contactsheet", "render"),
            extent=Extent.BARS,
        ),
        Contender(NAIVE, (sys.executable, "-m", "bench.runners.pillow", "naive"), extent=Extent.ONCE),
    ]
    absent: dict[str, str] = {}
    for name, install in (
        ("sharp", partial(_sharp, SHARP, Extent.BARS)),
        ("settings", partial(_sharp, OTHER_SETTINGS, Extent.SAMPLE)),
        ("pyvips", _pyvips),
        ("ImageMagick", _magick),
        ("thumbor", _thumbor),
    ):
        if only and name not in only:
            absent[name] = "not requested"
            continue
        try:
            present += install()
        except Absent as reason:
            absent[name] = str(reason)
    return present, absent


def _sharp(ways: dict[str, str], extent: Extent) -> list[Contender]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Absent("Node is not installed")
    folder = FOLDER / "node"
    if not (folder / "node_modules/sharp").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        _call(npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "sharp@0.35.5", folder=folder)
    script = str(RUNNERS / "sharp.mjs")
    return [Contender(name, (node, script, way), folder, extent) for name, way in ways.items()]


def _pyvips() -> list[Contender]:
    python = environment("vips", "pyvips==3.2.0", "pyvips-binary==8.18.7")
    return [
        Contender("pyvips, each size", (python, "-m", "bench.runners.vips", "each")),
        Contender("pyvips, cascade", (python, "-m", "bench.runners.vips", "cascade")),
    ]


def _magick() -> list[Contender]:
    command = shutil.which("magick") or shutil.which("convert")
    if command is None:
        raise Absent("neither magick nor convert is installed")
    listed = subprocess.run([command, "-list", "format"], capture_output=True, text=True, check=False)  # noqa: S603
    if not any("WEBP" in line and "rw" in line for line in listed.stdout.splitlines()):
        raise Absent("it does not write WebP here")
    return [Contender("ImageMagick", (sys.executable, "-S", str(RUNNERS / "magick.py"), command))]


def _thumbor() -> list[Contender]:
    python = environment("thumbor", "thumbor==7.8.0")
    return [Contender("thumbor", (python, "-m", "bench.runners.thumbor", "each"))]


def environment(name: str, *packages: str) -> str:
    """Return the interpreter of an environment of its own that has the packages.

    Raises:
        Absent: they can't be installed.
    """
    folder = FOLDER / f"python-{name}"
    python = str(folder.absolute() / "bin/python")
    if not (folder / "installed").exists():
        _call(sys.executable, "-m", "venv", str(folder))
        _call(python, "-m", "pip", "install", "--quiet", *packages)
        (folder / "installed").write_text("\n".join(packages))
    return python


def _call(*command: str, folder: Path = Path()) -> None:
    try:
        subprocess.run(  # noqa: S603 - our own command line
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAXIMUM
        )
    except subprocess.CalledProcessError as problem:
        raise Absent((problem.stderr or "it did not install").strip().splitlines()[-1][:200]) from problem
    except subprocess.TimeoutExpired as problem:
        raise Absent("it did not install in ten minutes") from problem
