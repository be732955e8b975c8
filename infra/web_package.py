"""Lay out what Zappa packages: our files by an allow-list, and locked wheels for the Lambda platform.

Zappa packages its whole working directory and the whole environment named by ``VIRTUAL_ENV``. Both are made
here and hold nothing else: no local settings, tests, database or tools.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Any

from infra.bytecode import RUNNING, compile_sources, is_made_for
from infra.catalogs import compile_catalogs
from infra.commands import CommandError, run
from infra.worker_wheels import PROJECT, Target, install_wheels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REQUIREMENTS = PROJECT / "requirements" / "function.txt"
SETTINGS = PROJECT / "zappa_settings.json"
CACHE = PROJECT / "var" / "web"
PACKAGED = (
    "gallery/**/*",
    "thumbworker/__init__.py",
    "thumbworker/contract/*",
    "templates/**/*",
    "manage.py",
)
COLLECTED = "static/**/*"
BUILT = "static/build/site.js"
COLLECT = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "gallery.settings"
from django.conf import settings
plain = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
settings.STORAGES["staticfiles"] = {"BACKEND": plain}
import django
from django.core.management import call_command
django.setup()
call_command("collectstatic", interactive=False, verbosity=0)
"""
"""Without compressed copies, which take a minute: CloudFront compresses."""
NEVER_PACKAGED = {"__pycache__", "src"}
"""``static/src`` holds the sources of the browser files."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder from which Zappa packages and deploys one stage."""

    folder: Path
    environment: Path
    stage: str


def lay_out(
    stage: str, target: Target, settings: Mapping[str, Any], *, cache: Path = CACHE, certificates: bytes = b""
) -> Layout:
    """Make the package of a stage; ``settings`` are added to those of ``zappa_settings.json``.

    Raises:
        CommandError: a wheel is missing or does not match its hash, or files are not built.
    """
    if not (PROJECT / BUILT).exists():
        raise CommandError("The browser files are not built. Run: make browser-files")
    folder = cache / stage
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for pattern in (*PACKAGED, COLLECTED):
        _copy(pattern, folder)
    compile_catalogs(to=folder / "locale")
    if certificates:
        (folder / "certificates").mkdir()
        (folder / "certificates" / "database.pem").write_bytes(certificates)
    _take_static_files(folder, cache)
    _write_settings(folder, stage, target, settings)
    environment = _environment(target, cache)
    compile_sources(folder, target.python_version)
    return Layout(folder, environment, stage)


def _copy(pattern: str, folder: Path) -> None:
    for source in PROJECT.glob(pattern):
        relative = source.relative_to(PROJECT)
        if source.is_file() and not NEVER_PACKAGED.intersection(relative.parts):
            destination = folder / relative
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)


def _take_static_files(folder: Path, cache: Path) -> None:
    """Take the static files from the cache if they were collected from the same content before."""
    collected = cache / f"static-{_digest_of(folder)}"
    if not collected.exists():
        _collect_static_files(folder)
        unfinished = cache / f"unfinished-static-{os.getpid()}"
        shutil.copytree(folder / "staticfiles", unfinished)
        for older in sorted(cache.glob("static-*"), key=lambda path: path.stat().st_mtime)[:-2]:
            shutil.rmtree(older, ignore_errors=True)
        try:
            unfinished.rename(collected)
        except OSError:
            shutil.rmtree(unfinished)  # another deployment was faster
        return
    shutil.rmtree(folder / "static")
    shutil.copytree(collected, folder / "staticfiles")


def _digest_of(folder: Path) -> str:
    """Return a digest of all that collecting reads: the files of the package, and what is installed."""
    found = hashlib.sha256(sys.version.encode())
    installed = {f"{one.name}=={one.version}" for one in distributions()}
    found.update(repr(sorted(installed)).encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _collect_static_files(folder: Path) -> None:
    """Collect static files under hashed names and remove the originals, and other projects' source maps."""
    variables = {"PATH": os.defpath, "SECRET_KEY": "signs-nothing-here", "DATABASE_URL": "sqlite:///:memory:"}
    run(
        [sys.executable, "-c", COLLECT],
        "The static files could not be collected.",
        folder=folder,
        environment={**variables, "PYTHONDONTWRITEBYTECODE": "1"},
        within_seconds=600,
    )
    shutil.rmtree(folder / "static", ignore_errors=True)
    # Collected first, since the hashed files name them. They are a tenth of what Lambda takes.
    for source_map in (folder / "staticfiles").rglob("*.map*"):
        source_map.unlink()


def _write_settings(folder: Path, stage: str, target: Target, settings: Mapping[str, Any]) -> None:
    found = json.loads(SETTINGS.read_text())
    if stage not in found:
        # A stage that the file doesn't name is like dev.
        found[stage] = {"extends": "common"}
    found[stage] |= {
        "runtime": f"python{target.python_version}",
        "architecture": target.architecture,
        **settings,
    }
    (folder / "zappa_settings.json").write_text(json.dumps(found, indent=4))


def _environment(target: Target, cache: Path) -> Path:
    """Return an environment of the locked wheels, laid out as Zappa expects."""
    recipe = repr((target, is_made_for(target.python_version)))
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + recipe.encode()).hexdigest()[:16]
    environment = cache / f"environment-{digest}"
    # Zappa expects packages at the path of its own Python version, even if they are for another.
    packages = environment / "lib" / f"python{RUNNING}" / "site-packages"
    if packages.exists():
        return environment
    unfinished = cache / f"unfinished-{os.getpid()}"
    install_wheels(REQUIREMENTS, target, unfinished)
    compile_sources(unfinished, target.python_version)
    packages.parent.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.rename(packages)
    except OSError:
        # Another deployment, of another stage, was faster.
        if not packages.exists():
            raise
        shutil.rmtree(unfinished)
    return environment
