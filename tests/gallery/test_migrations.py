"""Migrations go forth and back, and none is missing."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OWN_APPS = ("accounts", "photos")


@pytest.mark.django_db
def test_models__have_all_their_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_migrations__can_be_taken_back_and_made_again() -> None:
    try:
        for app in ("admin", *reversed(OWN_APPS)):
            call_command("migrate", app, "zero", verbosity=0, interactive=False)
        left = [table for table in connection.introspection.table_names() if table.startswith(OWN_APPS)]
        assert left == []
    finally:
        call_command("migrate", verbosity=0, interactive=False)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
