"""Contract migrations wait for the next release; readiness waits for the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gallery.operations import health, release_migrations
from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

MIGRATION = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = {operations}
    is_contract = {contract}
"""
CREATE = """[migrations.CreateModel(
    "Shelf", [("id", models.AutoField(primary_key=True)), ("old", models.TextField(null=True))]
)]"""
ADD = "[migrations.AddField('shelf', '{}', models.TextField(null=True))]"
REMOVE = "[migrations.RemoveField('shelf', 'old')]"
RUN = """
import json, sys
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["shelves"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shelves.sqlite3"}},
)
import django
django.setup()
from django.core.management.base import CommandError
from django.db import connection
from gallery.operations import release_migrations
before = release_migrations.waiting()
try:
    held = release_migrations.migrate(contract=sys.argv[1] == "contract")
except CommandError as error:
    held = str(error)
table = connection.introspection.get_table_description(connection.cursor(), "shelves_shelf")
columns = [column.name for column in table][1:]
waiting, removed = release_migrations.waiting(), release_migrations.applied_contracts()
print(json.dumps([before, held, columns, waiting, removed]))
"""


class Shelves:
    """An app of a few migrations with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.migrations = folder / "shelves" / "migrations"
        self.migrations.mkdir(parents=True)
        (folder / "shelves" / "__init__.py").touch()
        (self.migrations / "__init__.py").touch()

    def add(self, name: str, operations: str, *after: str, contract: bool = False) -> None:
        text = MIGRATION.format(
            dependencies=[("shelves", each) for each in after], operations=operations, contract=contract
        )
        (self.migrations / f"{name}.py").write_text(text)

    def release(self, what: str = "expand") -> list[Any]:
        """Migrate; return what waited, what is held, the columns, what waits now, what removed columns."""
        run = subprocess.run(
            [sys.executable, "-c", RUN, what],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": f"{self.folder}:{PROJECT}", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        found: list[Any] = json.loads(run.stdout.splitlines()[-1])
        return found


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    found = Shelves(tmp_path)
    found.add("0001_initial", CREATE)
    found.release()
    return found


def test_contract_migration__runs_one_release_later(shelves: Shelves) -> None:
    shelves.add("0002_expand", ADD.format("new"), "0001_initial")
    shelves.add("0003_contract", REMOVE, "0002_expand", contract=True)
    held = ["shelves.0003_contract"]
    assert shelves.release() == [["shelves.0002_expand"], held, ["old", "new"], [], []]
    assert shelves.release() == [[], held, ["old", "new"], [], []]
    shelves.add("0004_expand", ADD.format("newer"), "0003_contract")
    blocked = shelves.release()
    assert blocked[1].startswith(
        "shelves.0004_expand depends on shelves.0003_contract, which runs one release"
    )
    assert blocked[2:] == [["old", "new"], ["shelves.0004_expand"], []]
    assert shelves.release("contract")[1:] == [[], ["new", "newer"], [], held]


def test_empty_database__takes_everything_at_once(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.add("0001_initial", CREATE)
    shelves.add("0002_expand", ADD.format("new"), "0001_initial")
    shelves.add("0003_contract", REMOVE, "0002_expand", contract=True)
    assert shelves.release()[1:3] == [[], ["new"]]


@pytest.mark.django_db
def test_ready__waits_for_migrations(client: Client, moto_aws: object) -> None:
    from django.db import connection  # noqa: PLC0415

    assert release_migrations.waiting() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'photos' AND name LIKE '0013%%'")
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (503, {"ready": False, "down": ["migrations"]})
    assert release_migrations.waiting() == ["photos.0013_photo_stacks"]


def test_parts__ask_the_database_first() -> None:
    assert list(health.PARTS)[:2] == ["database", "migrations"]
