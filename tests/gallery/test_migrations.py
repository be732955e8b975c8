"""Migrations can be applied and reversed, and none is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gallery.albums.models import Album, AlbumEntry
from gallery.photos import transitions

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

OWN_APPS = (
    *("accounts", "blocks", "photos", "albums", "reports"),
    *("notifications", "api", "search", "processing", "moderation"),
)


@pytest.mark.django_db
def test_models__have_all_their_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_migrations__reverse_and_apply_with_rows(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    transitions.trashed(photo.pk, actor=alice)
    album = Album.objects.create(owner=alice, title="Sea")
    AlbumEntry.objects.create(album=album, photo=photo)
    try:
        for app in ("admin", *reversed(OWN_APPS)):
            call_command("migrate", app, "zero", verbosity=0, interactive=False)
        left = [table for table in connection.introspection.table_names() if table.startswith(OWN_APPS)]
        assert left == []
    finally:
        call_command("migrate", verbosity=0, interactive=False)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
