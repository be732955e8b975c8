"""Each token reaches the operations of its scopes; dead tokens and sessions reach what visitors do.

The walk is generated: every operation of the API with a token of each single scope, every page with the
session of an account that was deactivated. ``test_permission_matrix`` has people with all scopes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gallery.api.tokens import Scope, issue
from tests.gallery.test_permission_matrix import World, methods_of, routes, rows, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from gallery.api.models import ApiToken

__all__ = ["world"]

pytestmark = pytest.mark.django_db

PHOTOS, ALBUMS = "api/v1/photos", "api/v1/albums"
ONE_PHOTO, ONE_ALBUM = f"{PHOTOS}/<uuidstr:photo_id>", f"{ALBUMS}/<uuidstr:album_id>"
ONE_BATCH = "api/v1/batches/<uuidstr:batch_id>"
# ``purge`` reaches no operation of its own: deleting for good needs it besides ``delete``.
SCOPE_OF: dict[tuple[str, str], Scope] = {
    ("GET", "api/v1/me"): Scope.READ,
    ("GET", PHOTOS): Scope.READ,
    ("GET", "api/v1/search"): Scope.READ,
    ("GET", ONE_PHOTO): Scope.READ,
    ("GET", "api/v1/images/<uuidstr:request_id>"): Scope.READ,
    ("GET", "api/v1/download/<name>"): Scope.READ,
    ("GET", "api/v1/download-thumbnail/<name>"): Scope.READ,
    ("GET", "api/v1/archive"): Scope.READ,
    ("GET", "api/v1/archive/photos"): Scope.READ,
    ("GET", ALBUMS): Scope.READ,
    ("GET", ONE_ALBUM): Scope.READ,
    ("GET", "api/v1/tags"): Scope.READ,
    ("GET", "api/v1/shares"): Scope.READ,
    ("GET", "api/v1/received"): Scope.READ,
    ("POST", "api/v1/received"): Scope.UPLOAD,
    ("GET", "api/v1/lent"): Scope.READ,
    ("POST", "api/v1/lent"): Scope.UPLOAD,
    ("POST", "api/v1/lent/take-back"): Scope.UPLOAD,
    ("GET", "api/v1/lent/waiting"): Scope.READ,
    ("POST", "api/v1/lent/decide"): Scope.UPLOAD,
    ("POST", f"{ONE_ALBUM}/shares"): Scope.UPLOAD,
    ("DELETE", "api/v1/shares/<uuidstr:share_id>"): Scope.UPLOAD,
    ("POST", f"{PHOTOS}/delete"): Scope.DELETE,
    ("POST", f"{PHOTOS}/batch"): Scope.UPLOAD,
    ("POST", "api/v1/tags/rename"): Scope.UPLOAD,
    ("POST", "api/v1/tags/remove"): Scope.UPLOAD,
    ("GET", "api/v1/trash"): Scope.READ,
    ("POST", "api/v1/trash/restore"): Scope.UPLOAD,
    ("POST", "api/v1/trash/empty"): Scope.PURGE,
    ("POST", f"{ONE_ALBUM}/place"): Scope.UPLOAD,
    ("POST", f"{ONE_ALBUM}/cover"): Scope.UPLOAD,
    ("GET", ONE_BATCH): Scope.READ,
    ("POST", f"{ONE_BATCH}/continue"): Scope.UPLOAD,
    ("POST", f"{ONE_BATCH}/cancel"): Scope.UPLOAD,
    ("POST", f"{ONE_BATCH}/undo"): Scope.UPLOAD,
    ("PATCH", ONE_PHOTO): Scope.UPLOAD,
    ("DELETE", ONE_PHOTO): Scope.DELETE,
    ("POST", f"{ONE_PHOTO}/restore"): Scope.UPLOAD,
    ("POST", f"{ONE_PHOTO}/try-again"): Scope.UPLOAD,
    ("POST", f"{ONE_PHOTO}/ask-again"): Scope.UPLOAD,
    ("POST", "api/v1/uploads"): Scope.UPLOAD,
    ("POST", "api/v1/upload"): Scope.UPLOAD,
    ("POST", "api/v1/images"): Scope.UPLOAD,
    ("POST", ALBUMS): Scope.UPLOAD,
    ("POST", "api/v1/smart-albums"): Scope.UPLOAD,
    ("PATCH", ONE_ALBUM): Scope.UPLOAD,
    ("DELETE", ONE_ALBUM): Scope.DELETE,
    ("POST", f"{ONE_ALBUM}/photos"): Scope.UPLOAD,
    ("POST", f"{ONE_PHOTO}/review"): Scope.MODERATE,
    ("GET", f"{ALBUMS}/review"): Scope.MODERATE,
    ("POST", f"{ONE_ALBUM}/review"): Scope.MODERATE,
    ("POST", f"{ONE_PHOTO}/takedown"): Scope.MODERATE,
}
NEEDS_NO_TOKEN = {"api/v1/problems", "api/v1/openapi.json", "api/v1/docs", "api/v1/"}
API_ROUTES = sorted(route for route in set(routes()) if route.startswith("api/"))
PAGES = sorted(route for route in set(routes()) if not route.startswith("api/"))


def operations() -> list[tuple[str, str]]:
    """Return every operation that exists: those that answer a visitor with 401."""
    return [
        (method, route)
        for route in API_ROUTES
        for method, answers in zip(methods_of(route), rows()[route], strict=True)
        if answers.split()[0] == "401"
    ]


def status(world: World, secret: str, method: str, route: str) -> int:
    with transaction.atomic():
        headers = {"Authorization": f"Bearer {secret}"}
        body = world.body(method, route)
        found = Client().generic(method, world.path_of(route), headers=headers, **body).status_code
        transaction.set_rollback(True)
    return found


def test_scopes__are_known_of_every_operation() -> None:
    assert set(operations()) == set(SCOPE_OF)
    assert set(API_ROUTES) - {route for _, route in SCOPE_OF} == NEEDS_NO_TOKEN


@pytest.mark.parametrize("scope", list(Scope))
def test_token__reaches_the_operations_of_its_scope_only(scope: Scope, world: World) -> None:
    # Charlie may review and take down, so that only the scope can refuse it.
    person = world.people["charlie"]
    assert person
    person.user_permissions.add(Permission.objects.get(codename="take_down"))
    secret = issue(person, name="one scope", scopes=[scope], days=30).secret
    reached = {operation for operation in operations() if status(world, secret, *operation) not in {401, 403}}
    assert reached == {operation for operation, needed in SCOPE_OF.items() if needed is scope}


def expired(token: ApiToken, _owner: User) -> None:
    token.expires_at = timezone.now() - timedelta(seconds=1)
    token.save()


def revoked(token: ApiToken, _owner: User) -> None:
    token.revoked_at = timezone.now()
    token.save()


def deactivated(_token: ApiToken, owner: User) -> None:
    owner.is_active = False
    owner.save()


@pytest.mark.parametrize("end", [expired, revoked, deactivated])
def test_token__ended_reaches_nothing(end: Callable[[Any, Any], None], world: World) -> None:
    alice = world.people["alice"]
    assert alice
    issued = issue(alice, name="ended", scopes=list(Scope), days=30)
    end(issued.token, alice)
    assert {status(world, issued.secret, *operation) for operation in operations()} == {401}


def test_session__of_a_deactivated_account_reaches_what_visitors_reach(world: World) -> None:
    alice = world.people["alice"]
    assert alice
    client = Client()
    client.force_login(alice)
    deactivated(None, alice)  # type: ignore[arg-type]
    differing = {}
    for route in PAGES:
        with transaction.atomic():
            found = str(client.get(world.path_of(route)).status_code)
            transaction.set_rollback(True)
        if found != rows()[route][0].split()[0]:
            differing[route] = found
    assert differing == {}
