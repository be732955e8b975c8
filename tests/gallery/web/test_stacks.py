"""Stacks of a raw and its JPEG on the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from gallery.photos.models import Photo
from gallery.photos.states import State
from tests.gallery.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import FileFactory

pytestmark = pytest.mark.usefixtures("empty_aws")

MARK = '<span class="mark-raw" aria-hidden="true">RAW</span>'


def test_tile__says_raw_to_its_owner(
    file: FileFactory, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    file("CR3")
    file("JPEG")
    page = client_of(alice).get("/me/photos/").content.decode()
    assert (page.count('<li class="tile'), page.count(MARK)) == (1, 1)
    assert "RAW + JPEG" in page
    for client in (Client(), client_of(bob)):
        sheet = client.get("/").content.decode()
        assert (sheet.count('<li class="tile'), "RAW" in sheet) == (1, False)


def test_photo_page__has_every_file(
    file: FileFactory, alice: User, client_of: Callable[[User], Client]
) -> None:
    raw, jpeg = file("CR3", size_bytes=28 * 2**20), file("JPEG", size_bytes=6 * 2**20)
    for photo in (raw, jpeg):
        page = client_of(alice).get(f"/photos/{photo.pk}/").content.decode()
        assert "RAW + JPEG" in page
        assert "CR3 · 28.0\xa0MB" in page
        assert "JPEG · 6.0\xa0MB" in page
        for each in (raw, jpeg):
            assert f"/photos/{each.pk}/original/" in page


def test_photo_page__tells_others_nothing(
    file: FileFactory, bob: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    raw, jpeg = file("CR3"), file("JPEG")
    for client in (Client(), client_of(bob), client_of(charlie)):
        page = client.get(f"/photos/{jpeg.pk}/").content.decode()
        assert "RAW" not in page
        assert str(raw.pk) not in page


def test_photo_page__turns_past_the_raw(
    file: FileFactory, alice: User, client_of: Callable[[User], Client]
) -> None:
    old, raw, jpeg = file("JPEG", "IMG_1.JPG", at=NOON - timedelta(hours=1)), file("CR3"), file("JPEG")
    context = client_of(alice).get(f"/photos/{jpeg.pk}/").context
    assert context["next_url"] == old.get_absolute_url()
    # Both were taken in the same second, in which the id decides.
    beside_raw = client_of(alice).get(f"/photos/{raw.pk}/").context
    assert jpeg.get_absolute_url() in {beside_raw["previous_url"], beside_raw["next_url"]}


@pytest.mark.parametrize("which", ["CR3", "JPEG"])
def test_stack__apart_and_together(
    which: str, file: FileFactory, alice: User, client_of: Callable[[User], Client]
) -> None:
    path = f"/photos/{ {'CR3': file('CR3'), 'JPEG': file('JPEG')}[which].pk }/"
    client = client_of(alice)
    assert b"Unstack" in client.get(path).content
    page = client.post(f"{path}stack/", {"apart": ""}, follow=True).content.decode()
    assert "Stack RAW and JPEG" in page
    assert client.get("/me/photos/").content.count(b'<li class="tile') == 2
    page = client.post(f"{path}stack/", follow=True).content.decode()
    assert "Unstack" in page
    assert client.get("/me/photos/").content.count(b'<li class="tile') == 1


def test_stack__wrong_owner(file: FileFactory, bob: User, client_of: Callable[[User], Client]) -> None:
    raw, _ = file("CR3"), file("JPEG")
    assert client_of(bob).post(f"/photos/{raw.pk}/stack/", {"apart": ""}).status_code == 404
    assert not Photo.objects.filter(stands_alone=True).exists()


def test_desk__lists_one_per_stack(
    file: FileFactory, charlie: User, client_of: Callable[[User], Client]
) -> None:
    _, jpeg = file("CR3", state=State.PENDING), file("JPEG", state=State.PENDING)
    desk = client_of(charlie)
    path = "/admin/photos/photo/"
    assert [entry.photo.pk for entry in desk.get(path).context["entries"]] == [jpeg.pk]
    Photo.objects.update(state=State.APPROVED)
    assert [entry.photo.pk for entry in desk.get(f"{path}?show=approved").context["entries"]] == [jpeg.pk]
    assert len(desk.get(f"{path}?q=IMG_1234").context["entries"]) == 2


def test_trash__of_both_with_one_undo(
    file: FileFactory, alice: User, client_of: Callable[[User], Client]
) -> None:
    _, jpeg = file("CR3"), file("JPEG")
    client = client_of(alice)
    client.post(f"/photos/{jpeg.pk}/trash/")
    page = client.get("/me/trash/").content.decode()
    assert (page.count('<li class="tile'), page.count(MARK)) == (1, 1)
    client.post(f"/photos/{jpeg.pk}/restore/")
    assert not Photo.objects.trashed().exists()
