"""The groups that a migration creates."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from gallery.accounts.models import User
from gallery.accounts.trust import TRUSTED, is_trusted, trusted_among, trusted_group

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

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


def test_trusted_among__says_of_each_what_is_trusted_says(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = {name: User.objects.create_user(name) for name in ("member", "left", "alone", "stranger")}
    people["admin"] = User.objects.create_superuser("admin")
    skip, moderate = (
        Permission.objects.get(content_type__app_label="photos", codename=codename)
        for codename in ("skip_review", "moderate_photo")
    )
    for name in ("member", "left"):
        people[name].groups.add(trusted_group())
    User.objects.filter(pk=people["left"].pk).update(is_active=False)
    people["alone"].user_permissions.add(skip)
    people["stranger"].user_permissions.add(moderate)
    people["stranger"].groups.add(Group.objects.get(name=MODERATORS))
    with django_assert_num_queries(1):
        found = trusted_among(person.pk for person in people.values())
    assert found == {people[name].pk for name in ("member", "alone", "admin")}
    fresh = User.objects.filter(pk__in=[person.pk for person in people.values()])
    assert found == {person.pk for person in fresh if is_trusted(person)}


def test_trusted_among__only_of_those_asked_for(alice: User) -> None:
    alice.groups.add(trusted_group())
    assert trusted_among([alice.pk + 1]) == set()


def test_migration__keeps_what_an_operator_changed() -> None:
    Group.objects.get(name=MODERATORS).permissions.clear()
    make_groups()
    assert not Group.objects.get(name=MODERATORS).permissions.exists()


def test_trusted_group__is_created_again_after_deletion() -> None:
    Group.objects.all().delete()
    assert [permission.codename for permission in trusted_group().permissions.all()] == ["skip_review"]
