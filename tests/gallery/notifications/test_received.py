"""Owners are told by email that photos from guests wait for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.formats import date_format

from gallery.accounts.emails import send_queued
from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.received import tell_owners
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.sharing import receiving
from gallery.sharing.models import Contribution

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from tests.gallery.conftest import PhotoFactory

    Send = Callable[..., list[Photo]]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = timezone.now()


@pytest.fixture
def album(alice: User) -> Album:
    return Album.objects.create(owner=alice, title="Summer in Lund")


@pytest.fixture
def send(alice: User, album: Album, make_photo: PhotoFactory) -> Send:
    """Return a function that makes photos of a guest, sent at an instant."""

    def made(number: int = 1, *, at: timedelta = timedelta(), state: State = State.PENDING) -> list[Photo]:
        photos = []
        for _ in range(number):
            photo = make_photo(
                alice,
                state,
                visibility=Visibility.PRIVATE,
                is_received=True,
                trashed_at=NOW,
                created_at=NOW + at,
            )
            Contribution.objects.create(photo=photo, album=album, sender=uuid4(), name="evil.example.org")
            photos.append(photo)
        return photos

    return made


@pytest.mark.parametrize(
    ("rhythm", "later", "told"),
    [
        (Rhythm.AT_ONCE, 9 * MINUTE, 0),
        (Rhythm.AT_ONCE, 10 * MINUTE, 1),
        (Rhythm.DAILY, 23 * HOUR, 0),
        (Rhythm.DAILY, 24 * HOUR, 1),
        (Rhythm.OFF, 25 * HOUR, 0),
    ],
)
def test_owner__is_told_as_often_as_they_chose(
    rhythm: Rhythm, later: timedelta, told: int, alice: User, send: Send
) -> None:
    choose(alice, rhythm)
    send(3)
    assert tell_owners(NOW + later) == told
    assert tell_owners(NOW + later) == 0


def test_owner__is_told_at_once_of_a_burst_in_one_email(alice: User, send: Send) -> None:
    choose(alice, Rhythm.AT_ONCE)
    for minutes in range(0, 60, 5):
        send(at=minutes * MINUTE)
        assert tell_owners(NOW + minutes * MINUTE) == 0
    # A stream that never pauses is told after an hour.
    send(at=59 * MINUTE)
    assert tell_owners(NOW + 60 * MINUTE) == 1
    assert tell_owners(NOW + 90 * MINUTE) == 0
    send_queued()
    assert [email.subject for email in mail.outbox] == ["13 photos from guests wait for you"]


def test_email__says_how_many_for_which_album_and_until_when(alice: User, album: Album, send: Send) -> None:
    send(2)
    [other] = send()
    Contribution.objects.filter(photo=other).update(album=None)
    assert tell_owners(NOW + 25 * HOUR) == 1
    send_queued()
    [email] = mail.outbox
    assert email.to == [alice.email]
    assert email.subject == "3 photos from guests wait for you"
    assert "\nSummer in Lund: 2\nAn album that was deleted: 1\n" in email.body
    assert "/me/received/\n" in email.body
    last = date_format(timezone.localtime(NOW + receiving.WAITING))
    assert f"goes to the trash: the first of these on {last}." in email.body
    assert "/mail/stop/" in email.body
    # Anyone who holds the link writes the name.
    assert "evil" not in email.body


def test_owner__is_told_of_all_that_waits_once_more_comes(alice: User, send: Send) -> None:
    send(2)
    assert tell_owners(NOW + 25 * HOUR) == 1
    assert tell_owners(NOW + timedelta(days=30)) == 0
    send(at=timedelta(days=30))
    assert tell_owners(NOW + timedelta(days=31, hours=1)) == 1
    send_queued()
    assert mail.outbox[-1].subject == "3 photos from guests wait for you"


def test_owner__is_not_told_of_what_is_decided_or_was_not_read(alice: User, send: Send) -> None:
    decided, on_its_way = send()[0], send(state=State.AWAITING)[0]
    send(state=State.FAILED)
    receiving.accept(alice, [decided.pk])
    assert tell_owners(NOW + 25 * HOUR) == 0
    assert not Contribution.objects.get(photo=decided).owner_untold
    Photo.objects.filter(pk=on_its_way.pk).update(state=State.PENDING)
    assert tell_owners(NOW + 25 * HOUR) == 1


def test_owner__without_a_confirmed_address_is_skipped(alice: User, send: Send) -> None:
    User.objects.filter(pk=alice.pk).update(email="")
    send()
    assert tell_owners(NOW + 25 * HOUR) == 0
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    assert tell_owners(NOW + 25 * HOUR) == 0


def test_tell_owners__costs_two_queries_if_nothing_is_new(
    send: Send, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    send(3)
    tell_owners(NOW + 25 * HOUR)
    with django_assert_num_queries(2):
        assert tell_owners(NOW + 26 * HOUR) == 0
