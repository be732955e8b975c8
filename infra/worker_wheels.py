"""The worker's packages: hash-locked wheels for the Lambda platform, unpacked once and pruned."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

from infra.bytecode import RUNNING, compile_sources, is_made_for
from infra.commands import CommandError, run

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "requirements" / "worker.txt"
RECIPE_VERSION = 3
"""Part of the cache key: raise it when the same input makes a different zip."""

NOT_NEEDED = ("*.dist-info", "*.pyi", "*.pyc", "__pycache__", "tests", "py.typed", "bin", "*.h")
"""Left out: nothing reads them at run time. Licenses are kept; see ``_keep_licenses``."""

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


@dataclass(frozen=True, slots=True)
class Target:
    """The Python and the processor that the zip is for."""

    python_version: str = RUNNING
    architecture: str = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())

    def __str__(self) -> str:
        """Return the target as in file names."""
        return f"cp{self.python_version.replace('.', '')}-{self.architecture}"

    @property
    def recipe(self) -> str:
        """Return the cache name: without bytecode if only another Python version can make it."""
        return str(self) if is_made_for(self.python_version) else f"{self}-sources"

    @property
    def machine(self) -> str:
        """Return the processor as Python and wheels name it."""
        return {"arm64": "aarch64"}.get(self.architecture, self.architecture)

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the wheel platforms that run on Amazon Linux 2023, whose glibc is 2.34."""
        return (
            *tuple(f"manylinux_2_{minor}_{self.machine}" for minor in (34, 28, 27, 17)),
            f"manylinux2014_{self.machine}",
        )


def unpacked_wheels(target: Target, cache: Path) -> Path:
    """Return the folder of the target's pruned packages, unpacked once.

    Raises:
        CommandError: a wheel is missing, does not match its hash or is for another platform.
    """
    wanted = cache / f"wheels-{target.recipe}-{digest(REQUIREMENTS)}"
    if not wanted.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            tree = Path(temporary) / "tree"
            install_wheels(REQUIREMENTS, target, tree)
            check_tags(target, tree)
            _prune(tree)
            compile_sources(tree, target.python_version)
            # A concurrent build may have finished first, with the same result.
            with contextlib.suppress(OSError):
                tree.rename(wanted)
    return wanted


def digest(*paths: Path) -> str:
    """Return a digest of project files and of the packing recipe."""
    found = hashlib.sha256(str(RECIPE_VERSION).encode())
    for path in paths:
        found.update(f"\0{path.relative_to(PROJECT)}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def requirements_for(target: Target, locked: str) -> str:
    """Return the locked requirements of the target, without markers: pip evaluates them for this machine."""
    kept = []
    for requirement in re.split(r"\n(?=\S)", locked.strip()):
        found = re.match(r"(?P<name>\S+) ; (?P<marker>[^\\\n]+)", requirement)
        if found is None:
            kept.append(requirement)
        elif Marker(found["marker"].strip()).evaluate(
            {"platform_machine": target.machine, "python_version": target.python_version}
        ):
            kept.append(found["name"] + " " + requirement[found.end() :])
    return "\n".join(kept) + "\n"


def install_wheels(requirements: Path, target: Target, tree: Path) -> None:
    """Unpack the locked wheels of the target platform into ``tree``; nothing is compiled from source.

    Raises:
        CommandError: a wheel is missing or does not match its hash.
    """
    platforms = [argument for platform in target.platforms for argument in ("--platform", platform)]
    tree.parent.mkdir(parents=True, exist_ok=True)
    of_target = tree.with_name(f"{tree.name}-requirements.txt")
    of_target.write_text(requirements_for(target, requirements.read_text()))
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--no-input"),
        *("--only-binary=:all:", "--require-hashes", "--requirement", str(of_target)),
        *("--python-version", target.python_version, "--implementation", "cp"),
        *platforms,
        *("--target", str(tree)),
    ]
    run(command, f"The packages of {requirements.name} could not be installed.")
    of_target.unlink()


def check_tags(target: Target, tree: Path) -> None:
    """Check the platform tags of every wheel against the target.

    Raises:
        CommandError: a wheel is for another platform.
    """
    for wheel in sorted(tree.glob("*.dist-info/WHEEL")):
        tags = [line.removeprefix("Tag: ") for line in wheel.read_text().splitlines() if line[:5] == "Tag: "]
        if not any(tag.rsplit("-", 1)[-1] in {"any", *target.platforms} for tag in tags):
            name = wheel.parent.name.removesuffix(".dist-info")
            raise CommandError(f"{name} is for {', '.join(tags)}, not for {target}.")


def _prune(tree: Path) -> None:
    _keep_licenses(tree)
    patterns = [(tree, pattern) for pattern in NOT_NEEDED]
    patterns += [(tree / "PIL", pattern) for pattern in PILLOW_NOT_NEEDED]
    patterns += [(tree / "pillow.libs", pattern) for pattern in PILLOW_NOT_NEEDED]
    for folder, pattern in patterns:
        for path in list(folder.rglob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _keep_licenses(tree: Path) -> None:
    """Collect the licenses, which must be distributed with the binaries, before their folders are pruned."""
    for path in tree.glob("*.dist-info/licenses/**/*"):
        if path.is_file():
            package = path.relative_to(tree).parts[0].removesuffix(".dist-info")
            destination = tree / "licenses" / f"{package}-{path.name}"
            destination.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, destination)
