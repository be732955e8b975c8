"""Who lends photos and whose album it is, at the same moment, on a real PostgreSQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from gallery.albums.actions import delete_album
from gallery.albums.models import Album
from gallery.photos.models import Photo
from gallery.photos.purge import purge_photo
from gallery.sharing import access, actions, lending
from gallery.sharing.models import Decision, Grant, Lent, Role
from gallery.uploads.offers import Offered
from tests.gallery.sharing.test_receiving_races import new_file
from tests.gallery.test_races import ROUNDS, at_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
    pytest.mark.usefixtures("empty_aws"),
]


def new_grant(owner: User, person: User) -> Grant:
    album = Album.objects.create(owner=owner, title="Sea")
    return Grant.objects.create(album=album, person=person, role=Role.ADD)


def lend(grant: Grant, person: User, ids: Sequence[UUID]) -> int:
    """Return how many photos are lent; none if the grant is over or they would be too many."""
    try:
        return lending.lend(grant, person, ids)
    except (access.Ended, actions.Refused):
        return 0


def test_decisions__of_both_sides_at_once_leave_what_they_say(
    alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    ids = [make_photo(bob).pk for _ in range(6)]
    for _ in range(ROUNDS):
        grant, other = new_grant(alice, bob), new_grant(alice, bob)
        for one in (grant, other):
            lending.lend(one, bob, ids)
        accepted, again, declined, taken_back, ended = at_once(
            partial(lending.accept, alice, ids, grant.album),
            partial(lending.accept, alice, ids[::-1], grant.album),
            partial(lending.decline, alice, ids[::-1], grant.album),
            partial(lending.take_back, bob, ids[2:]),
            partial(actions.end, None, grant),
        )
        assert ended
        # Each was decided about once.
        decided = [*accepted, *again, *declined]
        assert len(set(decided)) == len(decided)
        kept = dict(Lent.objects.filter(album=grant.album_id).values_list("photo_id", "decision"))
        gone = set(ids) - set(kept)
        assert gone <= set(ids[2:])
        # The other album had as many of those, and none was decided about there.
        assert taken_back == len(gone) + 4
        assert {pk for pk, decision in kept.items() if decision == Decision.DECLINED} == set(declined)
        assert {pk for pk, decision in kept.items() if decision == Decision.ACCEPTED} == {
            *accepted,
            *again,
        } - gone
        with pytest.raises(access.Ended):
            lending.lend(grant, bob, ids)
        Album.objects.all().delete()


def test_lend__while_the_grant_or_the_album_ends(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(bob).pk for _ in range(3)]
    for _ in range(ROUNDS):
        grant = new_grant(alice, bob)
        lent, _ended = at_once(partial(lend, grant, bob, photos), partial(actions.end, None, grant))
        assert Lent.objects.filter(album=grant.album_id).count() == lent
        assert lent in {0, 3}
        grant = new_grant(alice, bob)
        at_once(
            partial(lend, grant, bob, photos),
            partial(lending.accept, alice, photos),
            partial(lending.take_back, bob, photos[1:]),
            partial(delete_album, Album.objects.get(pk=grant.album_id)),
        )
        assert not Lent.objects.filter(album=grant.album_id).exists()
    assert Photo.objects.filter(owner=bob).count() == 3


def test_lend__while_a_photo_is_purged(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    grant = new_grant(alice, bob)
    for _ in range(ROUNDS):
        kept, purged = make_photo(bob).pk, make_photo(bob).pk
        lent, was_purged = at_once(partial(lend, grant, bob, [kept, purged]), partial(purge_photo, purged))
        assert was_purged
        assert lent in {1, 2}
        assert list(Lent.objects.values_list("photo_id", flat=True)) == [kept]
        lending.take_back(bob, [kept])


def test_lend__many_at_once_are_within_the_limit(
    alice: User, bob: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "MOST_LENT", 10)
    grant = new_grant(alice, bob)
    batches = [[make_photo(bob).pk for _ in range(4)] for _ in range(6)]
    lent = at_once(*[partial(lend, grant, bob, batch) for batch in batches])
    assert sum(lent) == Lent.objects.count() == 8


def test_offers__of_two_people_to_each_others_albums(alice: User, bob: User) -> None:
    to_alice, to_bob = new_grant(alice, bob), new_grant(bob, alice)
    for _ in range(ROUNDS):
        # Each is asked for twice, and lent once.
        outcomes = at_once(
            *[partial(lending.offer, to_alice, bob, [new_file(), new_file()])] * 2,
            *[partial(lending.offer, to_bob, alice, [new_file()])] * 2,
        )
        assert all(isinstance(one, Offered) for answer in outcomes for one in answer)
    assert Lent.objects.filter(album=to_alice.album_id).count() == 2 * ROUNDS
    assert Lent.objects.filter(album=to_bob.album_id).count() == ROUNDS
    assert Photo.objects.exclude(lendings__grant__isnull=False).count() == 0
