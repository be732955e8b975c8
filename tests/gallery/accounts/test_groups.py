"""The groups that a migration creates."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from gallery.accounts.trust import TRUSTED, is_trusted, trusted_group

if TYPE_CHECKING:
    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

MODERATORS = "Moderators"

migration = importlib.import_module("gallery.photos.migrations.0003_moderators_and_trusted")


def make_groups() -> None:
    # SQLite can't open a schema editor inside a test's transaction. The migration uses only its connection.
    migration.make_groups(apps, SimpleNamespace(connection=connection))


@pytest.fixture(autouse=True)
def _migrated() -> None:
    Group.objects.all().delete()
    make_groups()


def test_moderators__may_only_moderate_photos(alice: User) -> None:
    alice.groups.add(Group.objects.get(name=MODERATORS))
    assert alice.get_all_permissions() == {
        "photos.moderate_photo",
        "photos.view_photo",
        "photos.view_historyentry",
    }


def test_trusted__need_no_review(alice: User) -> None:
    alice.groups.add(Group.objects.get(name=TRUSTED))
    assert is_trusted(alice)
    assert alice.get_all_permissions() == {"photos.skip_review"}


def test_migration__keeps_what_an_operator_changed() -> None:
    Group.objects.get(name=MODERATORS).permissions.clear()
    make_groups()
    assert not Group.objects.get(name=MODERATORS).permissions.exists()


def test_trusted_group__is_created_again_after_deletion() -> None:
    Group.objects.all().delete()
    assert [permission.codename for permission in trusted_group().permissions.all()] == ["skip_review"]
