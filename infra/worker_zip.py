"""Build the worker's package: our code and locked wheels, in one zip or two, reproducibly.

``python -m infra.worker_zip`` prints the path of the one zip.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from infra.bytecode import compile_sources
from infra.commands import CommandError, say
from infra.worker_wheels import PROJECT, REQUIREMENTS, Target, digest, unpacked_wheels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["CACHE", "PROJECT", "Layered", "Target", "build", "build_layered"]

CACHE = PROJECT / "var" / "worker"
MAXIMUM_UNPACKED_BYTES = 80_000_000
KEPT_ZIPS = 4

Entries = dict[PurePosixPath, Path]
"""Files by their name in a zip."""


@dataclass(frozen=True, slots=True)
class Layered:
    """The worker in two zips: our code, and the packages as a Lambda layer."""

    code: Path
    layer: Path


def build(target: Target | None = None, *, cache: Path = CACHE) -> Path:
    """Return the zip for the target; build it only if the same input was not built before.

    The network is used only for wheels that are not in the cache.

    Raises:
        CommandError: a wheel is missing or does not match its hash, or the result is too large.
    """
    target = target or Target()
    sources = _sources()
    wanted = cache / f"thumbworker-{target.recipe}-{digest(REQUIREMENTS, *sources)}.zip"
    if not wanted.exists():
        with _code(sources, target) as code:
            entries = _packages(target, cache) | code
            _check_size(entries.values())
            _build(entries, wanted, f"thumbworker-{target}-*.zip")
    return wanted


def build_layered(target: Target | None = None, *, cache: Path = CACHE) -> Layered:
    """Return the same files in two zips, so that a change of our code uploads only the small one.

    Raises:
        CommandError: see ``build``; the size is the sum of both, since Lambda unpacks both.
    """
    target = target or Target()
    sources = _sources()
    code = cache / f"thumbworker-code-{target.recipe}-{digest(*sources)}.zip"
    layer = cache / f"thumbworker-layer-{target.recipe}-{digest(REQUIREMENTS)}.zip"
    if not (code.exists() and layer.exists()):
        packages = _packages(target, cache)
        with _code(sources, target) as entries:
            _check_size([*packages.values(), *entries.values()])
            _build(entries, code, f"thumbworker-code-{target}-*.zip")
        _build(_as_layer(packages), layer, f"thumbworker-layer-{target}-*.zip")
    return Layered(code, layer)


def _sources() -> list[Path]:
    return sorted(path for path in (PROJECT / "thumbworker").rglob("*.py") if "__pycache__" not in path.parts)


@contextmanager
def _code(sources: Iterable[Path], target: Target) -> Iterator[Entries]:
    """Yield our files and their bytecode, compiled in a copy and not beside the sources."""
    with tempfile.TemporaryDirectory() as temporary:
        for path in sources:
            copy = Path(temporary) / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        compile_sources(Path(temporary), target.python_version)
        yield _files(Path(temporary))


def _packages(target: Target, cache: Path) -> Entries:
    return _files(unpacked_wheels(target, cache))


def _files(folder: Path) -> Entries:
    return {PurePosixPath(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def _as_layer(packages: Entries) -> Entries:
    """Rename the files for a layer: Lambda unpacks it to ``/opt`` and imports from ``/opt/python``."""
    return {
        name if name.parts[0] == "licenses" else PurePosixPath("python") / name: path
        for name, path in packages.items()
    }


def _check_size(paths: Iterable[Path]) -> None:
    size_bytes = sum(path.stat().st_size for path in paths)
    if size_bytes >= MAXIMUM_UNPACKED_BYTES:
        raise CommandError(
            f"The worker unpacks to {size_bytes} bytes; the limit is {MAXIMUM_UNPACKED_BYTES}."
        )


def _build(entries: Entries, wanted: Path, older: str) -> None:
    """Write the zip under a temporary name, then rename it; ``older`` is the pattern of older zips."""
    with tempfile.TemporaryDirectory(dir=wanted.parent) as temporary:
        unfinished = Path(temporary) / "unfinished.zip"
        _write_zip(entries, unfinished)
        _remove_older(wanted.parent, older)
        unfinished.replace(wanted)


def _remove_older(cache: Path, pattern: str) -> None:
    """Keep a few zips, for switching between branches."""
    by_age = sorted(cache.glob(pattern), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-KEPT_ZIPS]:
        path.unlink(missing_ok=True)


def _write_zip(entries: Mapping[PurePosixPath, Path], destination: Path) -> None:
    """Write a reproducible zip: sorted, with no times and one mode."""
    with zipfile.ZipFile(destination, "w") as archive:
        for name, path in sorted(entries.items()):
            entry = zipfile.ZipInfo(str(name), date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=6)


def main() -> None:
    """Build the requested zip and print its path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=Target().python_version)
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=Target().architecture)
    arguments = parser.parse_args()
    say(str(build(Target(arguments.python, arguments.architecture))))


if __name__ == "__main__":
    main()
