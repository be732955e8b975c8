"""A shared album, and browsers that open its link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.test import Client
from django.utils import timezone

from gallery.albums.models import Album
from gallery.sharing import actions

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.sharing.actions import Shared


class Sharer(Protocol):
    """Makes a link to the album."""

    def __call__(self, **choices: Any) -> Shared: ...


@pytest.fixture
def album(alice: User) -> Album:
    """Return an album that only its owner sees."""
    return Album.objects.create(owner=alice, title="Summer in Lund", description="For Grandma")


@pytest.fixture
def share(album: Album) -> Sharer:
    """Return a function that makes a link, by default for 30 days."""

    def make(**choices: Any) -> Shared:
        values = {"expires_at": timezone.now() + timedelta(days=30)} | choices
        return actions.share_by_link(None, album, **values)

    return make


def browser_at(shared: Shared, **extra: str) -> Client:
    """Return a browser that opened the link, up to the door."""
    client = Client(**extra)  # type: ignore[arg-type]
    answer = client.get(f"/s/{shared.token}/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/shared/{shared.grant.pk}/"
    return client


def page_of(shared: Shared, then: str = "") -> str:
    """Return the path of the album, or of what follows it."""
    return f"/shared/{shared.grant.pk}/{then}"
