"""A photo is turned by its owner: the row counts, the worker follows, and nothing late or lost wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.photos.actions import Outcome
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import WITHOUT_PICTURE, State
from gallery.photos.turning import Turn, rotation_of, turn, turn_to
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import tiles_of
from gallery.processing import settle
from gallery.processing.matters import MOST_TURNING_LOOKS
from gallery.processing.sweep import sweep
from tests.gallery.stores import ready_item
from thumbworker.contract import keys

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores
    from thumbworker.contract.items import PhotoItem

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return a photo of 3000 by 2000 pixels, as ``settle`` leaves it."""
    now = timezone.now() - timedelta(hours=1)
    return make_photo(alice, processed_at=now, format="JPEG", width=3000, height=2000)


def item_of(photo: Photo, turns: int, **changes: Any) -> PhotoItem:
    """Return what the worker wrote: the turned picture, now."""
    sides = {"width": 2000, "height": 3000} if turns % 2 else {"width": 3000, "height": 2000}
    at = timezone.now().isoformat()
    return replace(
        ready_item(photo, format="JPEG", metadata={}),
        **({"quarter_turns": turns, "processed_at": at} | sides | changes),
    )


def columns(photo: Photo) -> tuple[int, int | None, int | None, bool]:
    photo.refresh_from_db()
    return photo.quarter_turns, photo.width, photo.height, photo.turning_at is not None


def nudged(photo: Photo, *turns: int) -> set[str]:
    return {keys.nudge_key(photo.pk, each) for each in turns}


def test_turn__asks_the_worker_and_keeps_the_state(
    photo: Photo, stores: Stores, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert turn(photo.pk, Turn.RIGHT) is Outcome.DONE
    assert columns(photo) == (1, 2000, 3000, True)
    with django_capture_on_commit_callbacks(execute=True):
        assert turn(photo.pk, Turn.LEFT) is Outcome.DONE
    # What was turned back was turned, too: the larger number is the later one.
    assert columns(photo) == (4, 3000, 2000, True)
    assert rotation_of(photo) == 0
    assert stores.keys("nudges/") == nudged(photo, 1, 4)
    assert photo.state == State.APPROVED
    assert not HistoryEntry.objects.exists()


def test_turn_to__counts_from_what_is(photo: Photo) -> None:
    for degrees, turns in ((270, 3), (0, 4), (0, 4), (180, 6), (90, 9)):
        assert turn_to(photo.pk, degrees) is Outcome.DONE
        assert columns(photo)[0] == turns
        assert rotation_of(photo) == degrees


def test_turn__needs_a_picture(alice: User, make_photo: PhotoFactory) -> None:
    for state in WITHOUT_PICTURE:
        assert turn(make_photo(alice, state).pk, Turn.RIGHT) is Outcome.CONFLICT
    gone = make_photo(alice, State.REJECTED, taken_down_at=timezone.now())
    assert turn(gone.pk, Turn.RIGHT) is Outcome.TAKEN_DOWN
    assert not Photo.objects.filter(quarter_turns__gt=0).exists()


def test_turn__without_s3_is_asked_for_by_the_sweep(
    photo: Photo, stores: Stores, django_capture_on_commit_callbacks: Any
) -> None:
    stores.put_item(item_of(photo, 0))
    turn(photo.pk, Turn.RIGHT)
    assert stores.keys("nudges/") == set()
    sweep()
    assert stores.keys("nudges/") == set(), "the worker may be at it"
    Photo.objects.update(turning_at=timezone.now() - LONG_AGO)
    assert sweep().nudged == 1
    assert stores.keys("nudges/") == nudged(photo, 1)
    assert sweep().nudged == 0
    stores.put_item(item_of(photo, 1))
    Photo.objects.update(turning_at=timezone.now() - LONG_AGO)
    assert sweep().nudged == 0
    assert columns(photo) == (1, 2000, 3000, False)


def test_list__shows_the_old_picture_until_the_new_one_is_made(photo: Photo, stores: Stores) -> None:
    stores.put_item(item_of(photo, 0))
    turn(photo.pk, Turn.RIGHT)
    photo.refresh_from_db()
    (tile,), _ = tiles_of([photo], photo.owner, move_on=True)
    assert (tile.is_turning, tile.width, tile.ratio_class) == (True, 3000, "ratio-150")
    assert tile.src
    assert columns(photo) == (1, 2000, 3000, True)
    stores.put_item(item_of(photo, 1))
    (tile,), _ = tiles_of([photo], photo.owner, move_on=True)
    assert (tile.is_turning, tile.width, tile.ratio_class) == (False, 2000, "ratio-65")
    assert columns(photo) == (1, 2000, 3000, False)


def test_settle__an_older_turn_changes_nothing(photo: Photo, stores: Stores) -> None:
    turn(photo.pk, Turn.RIGHT)
    turn(photo.pk, Turn.RIGHT)
    photo.refresh_from_db()
    stores.put_item(item_of(photo, 1))
    (tile,), _ = tiles_of([photo], photo.owner, move_on=True)
    assert tile.is_turning
    assert columns(photo) == (2, 3000, 2000, True)


def test_settle__a_turn_that_was_lost_is_made_again(photo: Photo, stores: Stores) -> None:
    # Someone emptied the catalogue, and the worker made the item from the original alone.
    Photo.objects.update(quarter_turns=3, width=2000, height=3000)
    photo.refresh_from_db()
    stores.put_item(item_of(photo, 0))
    tiles_of([photo], photo.owner, move_on=True)
    assert columns(photo) == (3, 2000, 3000, True)
    Photo.objects.update(turning_at=timezone.now() - LONG_AGO)
    sweep()
    assert stores.keys("nudges/") == nudged(photo, 3)


def test_settle__an_older_database_learns_of_the_turn(photo: Photo, stores: Stores) -> None:
    Photo.objects.update(quarter_turns=1, width=2000, height=3000)
    photo.refresh_from_db()
    stores.put_item(item_of(photo, 6))
    tiles_of([photo], photo.owner, move_on=True)
    assert columns(photo) == (6, 3000, 2000, False)


def test_lens__original_of_a_turned_photo_is_not_shown(photo: Photo) -> None:
    assert Lens(photo, photo.owner).original_type == "image/jpeg"
    for turns, shown in ((1, ""), (2, ""), (4, "image/jpeg")):
        photo.quarter_turns = turns
        assert Lens(photo, photo.owner).original_type == shown
    assert Lens(photo, photo.owner).can_download


def test_sweep__asks_no_more_for_what_was_taken_down(photo: Photo, stores: Stores) -> None:
    turn(photo.pk, Turn.RIGHT)
    Photo.objects.filter(pk=photo.pk).update(taken_down_at=timezone.now(), state=State.REJECTED)
    stores.put_item(item_of(photo, 0))
    assert sweep(timezone.now() + LONG_AGO).nudged == 0


def test_sweep__asks_ever_more_rarely(photo: Photo, stores: Stores) -> None:
    turn(photo.pk, Turn.RIGHT)
    stores.put_item(item_of(photo, 0))
    begun = timezone.now()
    first_hours = [sweep(begun + minutes * timedelta(minutes=2)).nudged for minutes in range(1, 60)]
    assert sum(first_hours) == 5  # at once, then after 5, 10, 20 and 40 minutes
    Photo.objects.filter(pk=photo.pk).update(looks=MOST_TURNING_LOOKS)
    assert sweep(begun + timedelta(days=3)).nudged == 0
    turn(photo.pk, Turn.RIGHT)
    assert sweep(timezone.now() + LONG_AGO).nudged == 1


def test_refresh__of_a_row_that_was_turned_meanwhile(photo: Photo, stores: Stores) -> None:
    read = Photo.objects.select_related("owner").get(pk=photo.pk)
    turn(photo.pk, Turn.RIGHT)
    assert not settle._refresh(read, item_of(photo, 0))
    assert columns(photo)[0] == 1
    assert columns(photo)[3]
