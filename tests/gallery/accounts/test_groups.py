"""The groups that a migration makes."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from gallery.accounts.groups import MODERATORS, TRUSTED, trusted_group
from gallery.accounts.models import User
from gallery.processing.settle import is_trusted

pytestmark = pytest.mark.django_db

migration = importlib.import_module("gallery.photos.migrations.0003_moderators_and_trusted")


def make_groups() -> None:
    # SQLite opens no schema editor within a test's transaction; the migration asks it for no more than this.
    migration.make_groups(apps, SimpleNamespace(connection=connection))


@pytest.fixture(autouse=True)
def _migrated() -> None:
    Group.objects.all().delete()
    make_groups()


def test_moderators_judge_photos_and_do_nothing_else() -> None:
    person = User.objects.create_user("mo")
    person.groups.add(Group.objects.get(name=MODERATORS))
    assert person.get_all_permissions() == {
        "photos.moderate_photo",
        "photos.view_photo",
        "photos.view_historyentry",
    }


def test_the_trusted_need_no_review() -> None:
    person = User.objects.create_user("tina")
    person.groups.add(Group.objects.get(name=TRUSTED))
    assert is_trusted(person)
    assert person.get_all_permissions() == {"photos.skip_review"}


def test_what_an_operator_changed_stays() -> None:
    Group.objects.get(name=MODERATORS).permissions.clear()
    make_groups()
    assert not Group.objects.get(name=MODERATORS).permissions.exists()


def test_a_deleted_group_of_the_trusted_is_made_again() -> None:
    Group.objects.all().delete()
    assert [permission.codename for permission in trusted_group().permissions.all()] == ["skip_review"]
