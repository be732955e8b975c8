"""The archive: photos that are left out of their owner's timeline, and of nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from gallery.albums.models import Album
from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.photos import actions, timeline
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.stacks import stack_key
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")
MAY = datetime(2019, 5, 31, 12)  # noqa: DTZ001 - a wall clock


def archived(owner: User) -> set[Photo]:
    return set(Photo.objects.archive_of(owner))


def shown(client: Client, page: str) -> list[UUID]:
    return [tile.photo_id for tile in client.get(page).context["tiles"]]


def test_set_archived__changes_only_the_timeline(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo, his = make_photo(alice, taken_local=MAY, caption="Harbor"), make_photo(bob)
    album = Album.objects.create(owner=alice, title="Sea", public_title="Sea", visibility="public")
    album.entries.create(photo=photo)
    before = Photo.objects.filter(pk=photo.pk).values().get()
    everywhere = [f"/albums/{album.pk}/", "/search/?q=harbor", "/", "/people/alice/"]
    assert actions.set_archived(alice, [photo.pk, his.pk], archived=True) == {photo.pk}
    assert Photo.objects.filter(pk=photo.pk).values().get() == before | {"is_archived": True}
    assert not HistoryEntry.objects.exists()
    client = client_of(alice)
    mine = client.get("/me/photos/")
    assert (mine.context["tiles"], mine.context["months"]) == ([], [])
    assert shown(client, "/me/archive/") == [photo.pk]
    for page in everywhere:
        assert photo.pk in shown(client, page)
        assert photo.pk in shown(client_of(bob), page)
    assert not archived(bob)


def test_archive__page_button_and_lists_of_ids(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    first, second, kept = (make_photo(alice, State.PENDING) for _ in range(3))
    client = client_of(alice)
    assert "The archive is empty." in client.get("/me/archive/").content.decode()
    assert client_of(bob).post(f"/photos/{first.pk}/archive/", {"archived": "yes"}).status_code == 404
    page = client.post(f"/photos/{first.pk}/archive/", {"archived": "yes"}, follow=True).content.decode()
    assert "Archived." in page
    assert "Unarchive" in page
    actions.set_archived(alice, [second.pk], archived=True)
    assert client.get("/me/photos/ids/").json()["ids"] == [str(kept.pk)]
    assert set(client.get("/me/photos/ids/?archive").json()["ids"]) == {str(first.pk), str(second.pk)}
    # From one archived photo one goes on to the next, and from another past them.
    assert client.get(f"/photos/{second.pk}/").context["next_url"] == f"/photos/{first.pk}/"
    assert client.get(f"/photos/{kept.pk}/").context["next_url"] == ""
    client.post(f"/photos/{first.pk}/archive/", {"archived": "no"})
    assert archived(alice) == {second}


def test_archive__takes_the_raws_of_a_stack_along(alice: User, make_photo: PhotoFactory) -> None:
    key = stack_key("sea.jpg", "JPEG", MAY)
    jpeg, raw, other = (
        make_photo(alice, format=kind, stack_key=key, taken_local=MAY, stands_alone=alone)
        for kind, alone in (("JPEG", False), ("CR3", False), ("CR2", True))
    )
    assert actions.set_archived(alice, [jpeg.pk], archived=True) == {jpeg.pk}
    assert archived(alice) == {jpeg, raw}
    assert set(Photo.objects.timeline_of(alice)) == {other}


def test_program__filters_and_archives(
    alice: User, bob: User, program_of: ProgramFactory, make_photo: PhotoFactory
) -> None:
    photo, other, his = make_photo(alice), make_photo(alice), make_photo(bob)
    actions.set_archived(bob, [his.pk], archived=True)
    program = program_of(alice)
    assert program.patch(f"/photos/{photo.pk}", {"archived": True}).json()["archived"] is True
    assert program.get(f"/photos/{his.pk}").json()["archived"] is None

    def ids(path: str) -> set[str]:
        return {one["id"] for one in program.get(path).json()["photos"]}

    assert ids("/photos") == {str(photo.pk), str(other.pk)}
    assert ids("/photos?archived=true&view=public") == {str(photo.pk)}
    assert ids("/photos?archived=false&view=public") == {str(other.pk), str(his.pk)}
    assert ids("/search?q=is:archived") == {str(photo.pk)}
    batch = program.post("/photos/batch", {"ids": [str(photo.pk), str(other.pk)], "archived": True}).json()
    assert (batch["kind"], batch["done"], archived(alice)) == ("archive", 2, {photo, other})
    program.post(f"/batches/{batch['id']}/undo")
    assert archived(alice) == {photo}


def test_batch__of_hundreds_costs_a_few_statements_for_each_hundred(
    alice: User, make_photo: PhotoFactory, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    photos = [make_photo(alice, taken_local=MAY) for _ in range(120)]
    batch = batches.start(alice, Kind.ARCHIVE, [photo.pk for photo in photos])
    with django_assert_max_num_queries(290):  # type: ignore[attr-defined]
        # An outcome is recorded for each photo.
        batches.advance(batch, has_time=lambda: True)
    assert len(archived(alice)) == 120


def test_plan__timeline_archive_and_favorites_walk_an_index(alice: User, make_photo: PhotoFactory) -> None:
    for number in range(3):
        make_photo(alice, is_archived=number == 1, is_favorite=number == 2)
    timeline_of, archive_of = Photo.objects.timeline_of(alice), Photo.objects.archive_of(alice)
    lists = {
        "photos_owner_shown": timeline_of.exclude(state=State.FAILED),
        "photos_owner_archive": archive_of,
        "photos_owner_favorites": Photo.objects.favorites_of(alice).not_trashed(),
    }
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A table of three rows is read faster than any index.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    for name, photos in lists.items():
        plan = timeline.on_timeline(photos.one_per_stack())[:61].explain()
        assert name in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort Key" not in plan
