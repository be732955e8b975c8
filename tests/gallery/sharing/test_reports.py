"""A photo that only a share shows is reported, and a moderator looks at that one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from gallery.accounts.models import AccountEvent
from gallery.photos import actions as photo_actions
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.reports.models import Report
from gallery.sharing import actions
from tests.gallery.sharing.conftest import browser_at, page_of
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

DESK = "/admin/reports/report/"


@pytest.fixture
def photo(alice: User, album: Album, make_photo: PhotoFactory, stores: Stores) -> Photo:
    """Return a private photo of the album, beside another one."""
    made, other = (
        make_photo(alice, visibility=Visibility.PRIVATE, caption=caption, file_name="secret-name.jpg")
        for caption in ("Low tide", "Grandma asleep")
    )
    for one in (made, other):
        stores.put_item(ready_item(one))
    album.photos.add(made, other)
    return made


@pytest.fixture
def shared(share: Sharer) -> actions.Shared:
    return share()


def send(client: Client, shared: actions.Shared, photo: Photo, **changes: str) -> int:
    client.get(page_of(shared))
    path = page_of(shared, f"photos/{photo.pk}/report/")
    return client.post(path, {"reason": "person", "words": "It shows my child."} | changes).status_code


@pytest.fixture
def reported(shared: actions.Shared, photo: Photo) -> Photo:
    """Return the photo after a guest reported it."""
    assert send(browser_at(shared), shared, photo) == 302
    return photo


def look(browser: Client, photo: Photo) -> str:
    return browser.post(DESK, {"photo": photo.pk, "last": "0", "decision": "look"}, follow=True).text


def test_report__by_a_guest(shared: actions.Shared, photo: Photo) -> None:
    guest = browser_at(shared, enforce_csrf_checks=True)  # type: ignore[arg-type]
    guest.get(page_of(shared))
    path = page_of(shared, f"photos/{photo.pk}/report/")
    assert f'href="{path}"' in guest.get(page_of(shared, f"photos/{photo.pk}/")).text
    form = guest.get(path)
    assert form["Referrer-Policy"] == "same-origin"
    assert "no-store" in form["Cache-Control"]
    data = {"reason": "person", "words": "It shows my child."}
    assert guest.post(path, data).status_code == 403
    data["csrfmiddlewaretoken"] = str(form.context["csrf_token"])
    said = guest.post(path, data, follow=True)
    assert said.redirect_chain == [(page_of(shared, f"photos/{photo.pk}/"), 302)]
    assert "A moderator will look at this photo" in said.text
    assert Report.objects.get().in_share


def test_report__not_by_its_owner_nor_of_what_the_grant_does_not_show(
    shared: actions.Shared,
    photo: Photo,
    alice: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
) -> None:
    owner = client_of(alice)
    assert send(owner, shared, photo) == 404
    assert "report/" not in owner.get(page_of(shared, f"photos/{photo.pk}/")).text
    guest = browser_at(shared)
    assert send(guest, shared, make_photo(alice, visibility=Visibility.PRIVATE)) == 404
    actions.end(None, shared.grant)
    assert send(guest, shared, photo) == 410
    assert send(Client(), shared, photo) == 404
    assert not Report.objects.exists()


def test_report__that_was_made_while_the_photo_was_public(shared: actions.Shared, photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(visibility=Visibility.PUBLIC)
    data = {"reason": "person", "words": ""}
    assert Client().post(f"/photos/{photo.pk}/report/", data).status_code == 302
    Photo.objects.filter(pk=photo.pk).update(visibility=Visibility.PRIVATE)
    assert not Report.objects.open().exists()
    send(browser_at(shared), shared, photo)
    assert Report.objects.open().count() == Report.objects.count() == 1


def test_desk__tells_of_the_report_and_shows_nothing_of_the_photo(
    reported: Photo, charlie: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(charlie).get(DESK).text
    assert "It shows my child." in page
    assert "Look at the photo" in page
    assert not [word for word in ("Low tide", "secret-name", f"/{reported.pk}-") if word in page]


def test_look__shows_that_photo_alone_and_is_told(
    reported: Photo, alice: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    moderator = client_of(charlie)
    page = look(moderator, reported)
    assert "Low tide" in page
    assert f"800/{reported.pk}" in page
    assert not [word for word in ("Grandma asleep", "secret-name", "Summer in Lund") if word in page]
    event = AccountEvent.objects.get(kind="reported_photo_seen")
    assert (event.user, event.actor, event.details) == (alice, charlie, {"photo": str(reported.pk)})
    assert "A moderator opened a photo that was reported" in client_of(alice).get("/me/activity/").text
    for path in (f"/photos/{reported.pk}/", f"/admin/photos/photo/{reported.pk}/change/"):
        assert moderator.get(path).status_code != 200


def test_look__only_moderators(
    reported: Photo, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    for user in (alice, bob):
        assert "Low tide" not in look(client_of(user), reported)
    assert not AccountEvent.objects.filter(kind="reported_photo_seen").exists()


@pytest.mark.parametrize("ended", ["dismissed", "share", "album", "trash", "rejected"])
def test_look__ends_with_the_report(
    reported: Photo,
    shared: actions.Shared,
    album: Album,
    charlie: User,
    client_of: Callable[[User], Client],
    ended: str,
) -> None:
    moderator = client_of(charlie)
    if ended == "dismissed":
        last = Report.objects.get().pk
        moderator.post(DESK, {"photo": reported.pk, "last": last, "decision": "dismiss"})
    elif ended == "share":
        actions.end(None, shared.grant)
    elif ended == "album":
        album.photos.remove(reported)
    elif ended == "trash":
        Photo.objects.filter(pk=reported.pk).update(trashed_at=timezone.now())
    else:
        data = {"photo": reported.pk, "last": "0", "decision": "reject", "reason": "Not yours."}
        moderator.post(DESK, data)
        assert Photo.objects.get(pk=reported.pk).state == State.REJECTED
        assert browser_at(shared).get(page_of(shared, f"photos/{reported.pk}/")).status_code == 404
    page = look(moderator, reported)
    assert "Low tide" not in page
    assert "No reports are waiting" in page
    assert not AccountEvent.objects.filter(kind="reported_photo_seen").exists()


def test_reject__of_a_private_photo_only_if_a_share_showed_it(
    photo: Photo, charlie: User, client_of: Callable[[User], Client]
) -> None:
    data = {"photo": photo.pk, "last": "0", "decision": "reject", "reason": "Not yours."}
    client_of(charlie).post(DESK, data)
    assert Photo.objects.get(pk=photo.pk).state == State.APPROVED


def test_reject__comes_back_with_its_reports_if_the_owner_asks_again(
    reported: Photo, shared: actions.Shared, alice: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    moderator = client_of(charlie)
    data = {"photo": reported.pk, "last": "0", "decision": "reject", "reason": "Not yours."}
    for said in (Outcome.DONE, Outcome.ASKED_ALREADY):
        assert browser_at(shared).get(page_of(shared, f"photos/{reported.pk}/")).status_code == 200
        assert "Photo in a share" in moderator.get(DESK).text
        moderator.post(DESK, data)
        assert browser_at(shared).get(page_of(shared, f"photos/{reported.pk}/")).status_code == 404
        assert photo_actions.ask_again(reported.pk, actor=alice) == said
    assert "No reports are waiting" in moderator.get(DESK).text
