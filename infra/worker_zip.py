"""Build the worker's zip: our code and hash-locked wheels for the Lambda platform, byte for byte the same.

``python -m infra.worker_zip`` prints the path of the zip.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "requirements" / "worker.txt"
CACHE = PROJECT / "var" / "worker"
MAXIMUM_UNPACKED_BYTES = 80_000_000
KEPT_ZIPS = 4
RECIPE_VERSION = 1
"""Part of the cache's key: raise it when this module makes another zip of the same input."""

NOT_NEEDED = ("*.dist-info", "*.pyi", "*.pyc", "__pycache__", "tests", "py.typed", "bin", "*.h")
"""Left out: nothing reads them at run time. Licences are kept, see ``_keep_licences``."""

PILLOW_NOT_NEEDED = (
    # Fonts and toolkits; the worker only decodes, scales and encodes.
    "_imagingft*.so",
    "_imagingtk*.so",
    "ImageTk.py",
    "ImageQt.py",
    "ImageShow.py",
    "ImageGrab.py",
    "libfreetype*",
    "libharfbuzz*",
    "libbrotli*",
)


class WorkerZipError(Exception):
    """The zip could not be built, or it is not fit to run."""


@dataclass(frozen=True, slots=True)
class Target:
    """The Python and the processor that the zip is for."""

    python_version: str = f"{sys.version_info.major}.{sys.version_info.minor}"
    architecture: str = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())

    def __str__(self) -> str:
        """Name the target as file names do."""
        return f"cp{self.python_version.replace('.', '')}-{self.architecture}"

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the wheel platforms that run on Amazon Linux 2023, whose glibc is 2.34."""
        machine = {"arm64": "aarch64"}.get(self.architecture, self.architecture)
        return (
            *tuple(f"manylinux_2_{minor}_{machine}" for minor in (34, 28, 27, 17)),
            f"manylinux2014_{machine}",
        )


def build(target: Target | None = None, *, cache: Path = CACHE) -> Path:
    """Return the zip for the target; build it only if this very input was not built before.

    Only wheels that were never unpacked here need a network.

    Raises:
        WorkerZipError: a wheel is missing or does not match its hash, or the result is too large.
    """
    target = target or Target()
    sources = _sources()
    wanted = cache / f"thumbworker-{target}-{_digest(REQUIREMENTS, *sources)}.zip"
    if not wanted.exists():
        wheels = _unpacked_wheels(target, cache)
        entries = {path.relative_to(wheels): path for path in wheels.rglob("*") if path.is_file()}
        entries |= {path.relative_to(PROJECT): path for path in sources}
        _check_size(entries.values())
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            unfinished = Path(temporary) / "unfinished.zip"
            _write_zip(entries, unfinished)
            _remove_older(cache, f"thumbworker-{target}-*.zip")
            unfinished.replace(wanted)
    return wanted


def _sources() -> list[Path]:
    return sorted(path for path in (PROJECT / "thumbworker").rglob("*.py") if "__pycache__" not in path.parts)


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256(str(RECIPE_VERSION).encode())
    for path in paths:
        digest.update(f"\0{path.relative_to(PROJECT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _unpacked_wheels(target: Target, cache: Path) -> Path:
    """Return the folder of the target's pruned packages, unpacked once."""
    wanted = cache / f"wheels-{target}-{_digest(REQUIREMENTS)}"
    if not wanted.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            tree = Path(temporary) / "tree"
            _install_wheels(target, tree)
            _prune(tree)
            # Another build may have been faster; both made the same.
            with contextlib.suppress(OSError):
                tree.rename(wanted)
    return wanted


def _remove_older(cache: Path, pattern: str) -> None:
    """Keep a few zips for going back and forth between branches, and no more."""
    by_age = sorted(cache.glob(pattern), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-KEPT_ZIPS]:
        path.unlink(missing_ok=True)


def _install_wheels(target: Target, tree: Path) -> None:
    """Unpack the locked wheels of the target platform into ``tree``; nothing is ever compiled."""
    platforms = [argument for platform in target.platforms for argument in ("--platform", platform)]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"),
        *("--only-binary=:all:", "--require-hashes", "--requirement", str(REQUIREMENTS)),
        *("--python-version", target.python_version, "--implementation", "cp"),
        *platforms,
        *("--target", str(tree)),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command line
    if run.returncode:
        raise WorkerZipError(f"The worker's packages could not be installed.\n{run.stderr.strip()}")


def _prune(tree: Path) -> None:
    _keep_licences(tree)
    patterns = [(tree, pattern) for pattern in NOT_NEEDED]
    patterns += [(tree / "PIL", pattern) for pattern in PILLOW_NOT_NEEDED]
    patterns += [(tree / "pillow.libs", pattern) for pattern in PILLOW_NOT_NEEDED]
    for folder, pattern in patterns:
        for path in list(folder.rglob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _keep_licences(tree: Path) -> None:
    """Gather the licences, which must travel with the binaries, before their folders are pruned."""
    for licence in tree.glob("*.dist-info/licenses/**/*"):
        if licence.is_file():
            package = licence.relative_to(tree).parts[0].removesuffix(".dist-info")
            destination = tree / "licenses" / f"{package}-{licence.name}"
            destination.parent.mkdir(exist_ok=True)
            shutil.copyfile(licence, destination)


def _check_size(paths: Iterable[Path]) -> None:
    size_bytes = sum(path.stat().st_size for path in paths)
    if size_bytes >= MAXIMUM_UNPACKED_BYTES:
        raise WorkerZipError(
            f"The worker unpacks to {size_bytes} bytes; {MAXIMUM_UNPACKED_BYTES} are allowed."
        )


def _write_zip(entries: Mapping[Path, Path], destination: Path) -> None:
    """Zip files by their name within so that the same make the same bytes: sorted, no times, one mode."""
    with zipfile.ZipFile(destination, "w") as archive:
        for name, path in sorted(entries.items()):
            entry = zipfile.ZipInfo(str(name), date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=6)


def main() -> None:
    """Build the zip that was asked for and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=Target().python_version)
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=Target().architecture)
    arguments = parser.parse_args()
    print(build(Target(arguments.python, arguments.architecture)))  # noqa: T201  # this is the command's answer


if __name__ == "__main__":
    main()
