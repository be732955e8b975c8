"""Users, photos and stores for tests of the gallery."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from moto import mock_aws

from gallery.accounts.models import User
from gallery.photos.models import Photo
from gallery.photos.stacks import stack_key
from gallery.photos.states import State, Visibility
from tests.gallery.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.aws import MotoAws

PASSWORD = "correct-horse-battery"
SIZE_BYTES = 1_000
NOON = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - a wall clock


class PhotoFactory(Protocol):
    """Creates the row of a photo, without its original."""

    def __call__(self, owner: User, state: State = State.APPROVED, **fields: Any) -> Photo: ...


class FileFactory(Protocol):
    """Creates the row of a processed photo of one capture, as ``settle`` leaves it."""

    def __call__(self, kind: str, name: str = "", **fields: Any) -> Photo: ...


class JustBefore(Protocol):
    """Makes a context that acts once, right before the first SQL statement that contains the part."""

    def __call__(self, part: str, act: Callable[[], object]) -> AbstractContextManager[None]: ...


def used_bytes(user: User) -> int:
    """Return the user's ``used_bytes`` as stored now."""
    user.refresh_from_db()
    return user.used_bytes


def size_of_rows(user: User) -> int:
    """Return the sum of the user's rows, which ``used_bytes`` must equal."""
    return int(Photo.objects.owned_by(user).aggregate(total=Sum("size_bytes"))["total"] or 0)


def crash() -> None:
    """Raise as if the process ended here; for ``just_before``."""
    raise OSError("the process died")


@pytest.fixture
def alice(db: None) -> User:
    """Return a user who owns photos."""
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    """Return another user."""
    return User.objects.create_user("bob", "bob@example.org", PASSWORD)


@pytest.fixture
def charlie(db: None) -> User:
    """Return a moderator: staff, in the group that may approve and reject."""
    person = User.objects.create_user("charlie", "charlie@example.org", PASSWORD, is_staff=True)
    group, _ = Group.objects.get_or_create(name="Moderators")
    group.permissions.add(
        *Permission.objects.filter(
            content_type__app_label="photos",
            codename__in=["moderate_photo", "view_photo", "view_historyentry"],
        )
    )
    person.groups.add(group)
    return person


@pytest.fixture
def admin(db: None) -> User:
    """Return a superuser."""
    return User.objects.create_superuser("admin", "admin@example.org", PASSWORD)


@pytest.fixture
def trusted(db: None) -> User:
    """Return a user whose photos need no review."""
    person = User.objects.create_user("tina", "tina@example.org", PASSWORD)
    group, _ = Group.objects.get_or_create(name="Trusted")
    group.permissions.add(Permission.objects.get(content_type__app_label="photos", codename="skip_review"))
    person.groups.add(group)
    return person


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Return a function that returns a client signed in as the given user."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def make_photo(db: None) -> PhotoFactory:
    """Return a function that creates photo rows, each a minute younger than the one before."""
    made = 0

    def make(owner: User, state: State = State.APPROVED, **fields: Any) -> Photo:
        nonlocal made
        made += 1
        photo_id = fields.pop("id", None) or uuid4()
        created_at = timezone.now() - timedelta(days=1) + timedelta(minutes=made)
        values: dict[str, Any] = {
            "id": photo_id,
            "owner": owner,
            "state": state,
            "visibility": Visibility.PUBLIC,
            "file_name": f"photo-{made}.jpg",
            "content_type": "image/jpeg",
            "size_bytes": SIZE_BYTES,
            "sha256": hashlib.sha256(photo_id.bytes).hexdigest(),
            "created_at": created_at,
            "offered_until": created_at + timedelta(minutes=16),
        }
        photo = Photo.objects.create(**(values | fields))
        User.objects.filter(pk=owner.pk).update(used_bytes=owner.used_bytes + photo.size_bytes)
        owner.refresh_from_db(fields=["used_bytes"])
        return photo

    return make


@pytest.fixture
def file(alice: User, make_photo: PhotoFactory) -> FileFactory:
    """Return a function that creates rows of the formats that a camera wrote of one capture."""

    def make(kind: str, name: str = "", **fields: Any) -> Photo:
        name = name or {"JPEG": "IMG_1234.JPG", "HEIF": "IMG_1234.HEIC"}.get(kind, f"IMG_1234.{kind}")
        at = fields.pop("at", NOON)
        key = stack_key(name, kind, at)
        derived = {"file_name": name, "format": kind, "taken_local": at, "stack_key": key}
        return make_photo(fields.pop("owner", alice), **(derived | fields))

    return make


@pytest.fixture
def empty_aws() -> Iterator[None]:
    """Put an empty AWS behind the gallery, so pages show placeholders and are fast."""
    with mock_aws():
        yield


@pytest.fixture
def stores(moto_aws: MotoAws) -> Stores:
    """Return empty stores, created by the template on moto."""
    return Stores(moto_aws)


@pytest.fixture
def just_before() -> JustBefore:
    """Return a maker of contexts: what another request, or a crash, does between two of our statements."""

    @contextmanager
    def acting(part: str, act: Callable[[], object]) -> Iterator[None]:
        waiting = [act]

        def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if waiting and part in sql:
                waiting.pop()()
            return run(sql, *rest)

        with connection.execute_wrapper(execute):
            yield
        assert not waiting, f"No statement contained {part}"

    return acting
