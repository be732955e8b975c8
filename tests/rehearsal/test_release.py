"""A release adds a column and a style while someone browses, and is taken back: no page fails."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.web_package import CACHE
from infra.worker_zip import CACHE as WORKER_CACHE
from infra.worker_zip import PROJECT
from tests.rehearsal import walk
from tests.rehearsal.browsing import browsing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rehearsal.conftest import Deployed

pytestmark = [pytest.mark.slow, pytest.mark.embedded, pytest.mark.timeout(900)]

MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("photos", "{last}")]
    operations = [migrations.AddField("photo", "rehearsed", models.TextField(null=True))]
"""


def next_version(folder: Path) -> Path:
    """Return a copy of the project with one more column and another style."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in listed:
        if (PROJECT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "static" / "build", folder / "static" / "build", dirs_exist_ok=True)
    (folder / "var" / "web").mkdir(parents=True)
    for environment in CACHE.glob("environment-*"):
        (folder / "var" / "web" / environment.name).symlink_to(environment)
    (folder / "var" / "worker").symlink_to(WORKER_CACHE)
    migrations = folder / "gallery" / "photos" / "migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    (migrations / f"{int(last[:4]) + 1:04d}_rehearsed.py").write_text(MIGRATION.format(last=last))
    models = folder / "gallery" / "photos" / "models.py"
    caption = "    caption = models.CharField("
    text = models.read_text()
    assert text.count(caption) == 1
    models.write_text(text.replace(caption, f"    rehearsed = models.TextField(null=True)\n{caption}"))
    style = folder / "static" / "build" / "style.css"
    style.write_text(style.read_text() + "\n.rehearsed{color:red}\n")
    return folder


def test_release__shows_no_error_and_is_taken_back(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = deployed.visitor()
    walk.see_the_first_page(visitor)
    walk.sign_in(visitor, deployed.secret("admin-password"))
    before = serving(deployed)
    folder = next_version(tmp_path / "next")
    try:
        with browsing(visitor, ["/", "/me/photos/"]) as seen:
            said = deployed.make("deploy", folder=folder, check=False)
        assert "8/8" in said, said[-3000:]
        assert (seen.errors, seen.unstyled) == ([], [])
        assert seen.pages > 20
        assert len(seen.styles) == 2
        assert serving(deployed) == before + 1
        assert "Choices: unchanged." in said
        code, output = deployed.manage("showmigrations", "photos", "--plan")
        assert (code, "[X]  photos." in output, "_rehearsed" in output) == (0, True, True)
        assert deployed.manage("nonsense")[0] == 1
    finally:
        with browsing(visitor, ["/", "/me/photos/"]) as back:
            said = deployed.make("rollback")
    assert (back.errors, back.unstyled) == ([], [])
    assert serving(deployed) == before
    seconds = re.search(rf"Version {before} serves after (\d+) seconds", said)
    assert seconds, said
    with capsys.disabled():
        figures = (
            f"{seen.requests} requests, {seen.pages} pages, 0 errors, 0 unstyled; back in {seconds[1]} s"
            f" ({seen.cut_off + back.cut_off} cut off by the emulator and sent again)"
        )
        print(f"\nrelease: {figures}")  # noqa: T201  # the figures of the run
    assert visitor.get("/health/ready/").status == 200


def serving(deployed: Deployed) -> int:
    """Return the version that ``make status`` says serves."""
    found = re.search(r"version (\d+) \(kept:", deployed.make("status", check=False))
    assert found
    return int(found[1])
