"""Migrations of a release: those that its code needs run before it, contract migrations one release later.

A migration is a *contract* migration if its class says ``is_contract = True``: it removes what the release
before still uses. See docs/decisions/0068-releases-without-an-error-page.md.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.migrations import Migration

Key = tuple[str, str]
"""App and name of a migration."""


def is_contract(migration: Migration) -> bool:
    """Return whether a migration must wait until no older code serves."""
    return bool(getattr(migration, "is_contract", False))


@cache
def on_disk() -> MigrationLoader:
    """Return the migrations of this package; they can't change while the process runs."""
    return MigrationLoader(None, ignore_no_migrations=True)


def unapplied(applied: Collection[Key]) -> list[Key]:
    """Return the package's migrations that were not applied, in no order."""
    return [
        key
        for key, migration in on_disk().disk_migrations.items()
        if key not in applied
        and not (migration.replaces and all(tuple(each) in applied for each in migration.replaces))
    ]


def waiting() -> list[str]:
    """Return the migrations that this code needs and the database lacks.

    Raises:
        DatabaseError: the database does not answer.
    """
    missing = unapplied(MigrationRecorder(connection).applied_migrations())
    return [".".join(key) for key in sorted(missing) if not is_contract(on_disk().disk_migrations[key])]


def applied_contracts() -> list[str]:
    """Return the contract migrations that ran: code that doesn't know them can't work any more."""
    applied = MigrationRecorder(connection).applied_migrations()
    found = on_disk().disk_migrations
    return [".".join(key) for key in sorted(found) if key in applied and is_contract(found[key])]


def migrate(*, contract: bool) -> list[str]:
    """Migrate and return the contract migrations that still wait.

    Without ``contract``, contract migrations stay for the next release, unless the database is empty: then no
    older code serves.

    Raises:
        CommandError: a migration that the code needs depends on a contract migration that has to wait.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    missing = unapplied(applied)
    migrations = on_disk().disk_migrations
    held = [] if contract or not applied else [key for key in missing if is_contract(migrations[key])]
    if not held:
        call_command("migrate", interactive=False, verbosity=1)
        return []
    graph = on_disk().graph
    wanted = [key for key in missing if key not in held]
    for key in wanted:
        if blocking := [each for each in graph.forwards_plan(key) if each in held]:
            raise CommandError(
                f"{'.'.join(key)} depends on {'.'.join(blocking[0])}, which runs one release later. "
                "Deploy the version before first."
            )
    last_of_app = dict(sorted(wanted, key=lambda key: len(graph.forwards_plan(key))))
    for app, name in last_of_app.items():
        call_command("migrate", app, name, interactive=False, verbosity=1)
    return [".".join(key) for key in sorted(held)]
