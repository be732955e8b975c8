"""A plugin for pytest: migrate once in a copy of the tree, and let later runs start from the result.

Migrating takes longer than most mutants' tests. The first run, of the unbroken copy, saves its database.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

SAVED = Path("migrated.sqlite3")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Save the database once it is migrated, or restore it in place of migrating."""
    if fixturedef.argname != "django_db_setup":
        return (yield)
    if SAVED.exists():
        with _restoring():
            return (yield)
    made = yield
    with request.getfixturevalue("django_db_blocker").unblock():
        _save()
    return made


def _save() -> None:
    from django.db import connection  # noqa: PLC0415 - settings are read by now, not when plugins are

    unfinished = SAVED.with_suffix(".part")
    connection.ensure_connection()
    with closing(sqlite3.connect(unfinished)) as target:
        connection.connection.backup(target)
    unfinished.rename(SAVED)


@contextmanager
def _restoring() -> Iterator[None]:
    from django.core.management.commands import migrate  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415

    def restore(*_: object, **__: object) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(SAVED)) as source:
            source.backup(connection.connection)

    migrates = migrate.Command.handle
    migrate.Command.handle = restore  # type: ignore[method-assign]
    try:
        yield
    finally:
        migrate.Command.handle = migrates  # type: ignore[method-assign]
