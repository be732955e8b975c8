"""``python -m infra.migration_lint``: refuse new migrations that break the release that still serves.

The SQL for PostgreSQL is made without a database and judged by django-migration-linter. Migrations of
before the first release are in ``infra/migrations.toml``.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.commands import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.migrations import Migration
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

LISTED = Path(__file__).with_name("migrations.toml")
SETTINGS = "tests.settings"
CONTRACTS = {"DROP_COLUMN", "DROP_TABLE", "NOT_NULL", "ADD_UNIQUE"}
"""What a contract migration is for: to remove, or to demand what the release before keeps already."""


def main() -> int:
    """Judge every migration that isn't listed; return 1 if one is refused."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django  # noqa: PLC0415  # settings first

    django.setup()
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key: found for key, found in loader.disk_migrations.items() if is_ours(found)}
    listed = before_the_first_release()
    names = {".".join(key) for key in ours}
    refused = [f"{name} is listed in {LISTED.name} but does not exist." for name in sorted(listed - names)]
    for key in sorted(ours):
        if ".".join(key) not in listed:
            refused += judge(loader, key)
    for line in refused:
        say(line)
    return 1 if refused else 0


def before_the_first_release() -> set[str]:
    """Return the migrations that no deployed release can break on, as ``app.name``."""
    return {f"{app}.{name}" for app, names in tomllib.loads(LISTED.read_text()).items() for name in names}


def is_ours(migration: Migration) -> bool:
    """Return whether the migration is of this project and not of a package."""
    return type(migration).__module__.startswith("gallery.")


def judge(loader: MigrationLoader, key: tuple[str, str]) -> list[str]:
    """Return a line for each reason why this migration may not run while the release before serves."""
    migration, before = loader.disk_migrations[key], _state_before(loader, key)
    name = ".".join(key)
    sql = statements(migration, before)
    codes = issues(sql)
    if not getattr(migration, "is_contract", False):
        return [f"{name}: {message}. {_advice(code)}" for code, message in codes]
    # A new column that must be filled is unknown to the release that serves.
    allowed = CONTRACTS - {"NOT_NULL"} if any("ADD COLUMN" in each for each in sql) else CONTRACTS
    lines = [
        f"{name}: {message}. A contract migration only removes, or demands what the code keeps already."
        for code, message in codes
        if code not in allowed
    ]
    return lines + [
        f"{name}: {field} is NOT NULL without db_default, so code that no longer has it can't insert rows. "
        "Change that in an earlier migration."
        for field in _required(migration, before)
    ]


def _advice(code: str) -> str:
    if code in {"DROP_COLUMN", "DROP_TABLE"}:
        return (
            "If this release no longer uses it, set is_contract = True: the migration runs one release later."
        )
    if code == "NOT_NULL":
        return "Give a new column null=True or db_default; demand it of an old one by a contract migration."
    if code == "ADD_UNIQUE":
        return "If this release keeps to it, set is_contract = True: the migration runs one release later."
    return "Add what is new beside it, and remove the old by a contract migration."


def _state_before(loader: MigrationLoader, key: tuple[str, str]) -> ProjectState:
    return loader.project_state(key, at_end=False)


def statements(migration: Migration, before: ProjectState) -> list[str]:
    """Return the migration's SQL for PostgreSQL, without a connection."""
    from django.db.utils import load_backend  # noqa: PLC0415
    from psycopg.sql import quote  # noqa: PLC0415

    backend = load_backend("django.db.backends.postgresql")
    settings: dict[str, Any] = {"NAME": "none", "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0}
    connection: Any = backend.DatabaseWrapper(settings, "default")
    # Else Django asks a connected cursor to quote.
    connection.ops.compose_sql = lambda query, values: query % tuple(quote(value) for value in values)
    # A transaction would connect.
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(before.clone(), editor, collect_sql=True)
    return [sql for sql in editor.collected_sql if not sql.startswith("--")]


def issues(sql: list[str]) -> list[tuple[str, str]]:
    """Return the linter's errors as code and message."""
    from django_migration_linter.sql_analyser.analyser import (  # noqa: PLC0415
        analyse_sql_statements,
        get_sql_analyser_class,
    )

    errors, _, _ = analyse_sql_statements(get_sql_analyser_class("postgresql"), sql)
    return [(error.code, error.message) for error in errors]


def _required(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Give the fields that the migration removes and that every insert must name."""
    from django.db.migrations.operations import RemoveField  # noqa: PLC0415
    from django.db.models import NOT_PROVIDED  # noqa: PLC0415

    state = before.clone()
    for operation in migration.operations:
        if isinstance(operation, RemoveField):
            model = state.models[migration.app_label, operation.model_name_lower]
            field = model.fields[operation.name]
            if not field.null and field.db_default is NOT_PROVIDED and not field.many_to_many:
                yield f"{operation.model_name}.{operation.name}"
        operation.state_forwards(migration.app_label, state)


if __name__ == "__main__":
    sys.exit(main())
