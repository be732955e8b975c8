"""A photo's history in sentences, up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.photos import transitions
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State
from gallery.presentation import history

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def test_history__each_move_has_a_sentence() -> None:
    moves = [value for value in vars(transitions).values() if isinstance(value, transitions.Move)]
    of_older_releases = {"words_changed"}
    assert set(history.SENTENCES) - of_older_releases == {move.name for move in moves}


def test_history__length_is_limited(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING)
    HistoryEntry.objects.bulk_create(
        HistoryEntry(photo=photo, at=timezone.now(), move="trashed", from_state="pending", to_state="pending")
        for _ in range(history.MOST_LINES + 1)
    )
    transitions.restored(photo.pk, actor=alice)
    transitions.trashed(photo.pk, actor=alice)
    lines = history.lines_of(photo)
    assert len(lines) == history.MOST_LINES
    assert (lines[0].sentence, lines[0].actor_name) == ("Moved to trash", "alice")


def test_rejection__names_the_moderator_before_the_reason(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, State.PENDING)
    transitions.rejected(photo.pk, actor=bob, reason="Too dark.")
    page = client_of(alice).get(photo.get_absolute_url()).text
    assert "Rejected by bob: Too dark." in page
