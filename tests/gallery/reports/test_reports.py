"""Visitors report public photos; moderators dismiss the reports or decide about the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from gallery.photos import actions as photo_actions
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.reports import actions
from gallery.reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

DESK = "/admin/reports/report/"


def path_of(photo: Photo) -> str:
    return f"{photo.get_absolute_url()}report/"


def send(photo: Photo, address: str = "192.0.2.1", **changes: str) -> int:
    data = {"reason": "person", "words": "It shows my child."} | changes
    return Client(REMOTE_ADDR=address).post(path_of(photo), data).status_code


def test_report__visitor_without_an_account(
    alice: User, charlie: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    visitor = Client(enforce_csrf_checks=True)
    assert path_of(photo) in visitor.get(photo.get_absolute_url()).text
    data = {"reason": "person", "words": "It shows\u202e my child."}
    assert visitor.post(path_of(photo), data).status_code == 403
    token = visitor.get(path_of(photo)).context["csrf_token"]
    response = visitor.post(path_of(photo), data | {"csrfmiddlewaretoken": str(token)}, follow=True)
    assert "A moderator will look at this photo" in response.text
    assert Report.objects.get().words == "It shows my child."
    assert Photo.objects.public().get() == photo
    assert "It shows my child." in client_of(charlie).get(DESK).text


def test_report__form_is_not_cached_and_not_offered_to_the_owner(
    alice: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    assert "no-store" in Client().get(path_of(photo))["Cache-Control"]
    assert path_of(photo) not in client_of(alice).get(photo.get_absolute_url()).text


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.PENDING},
        {"state": State.REJECTED},
        {"visibility": Visibility.PRIVATE},
        {"trashed_at": timezone.now()},
    ],
)
def test_report__only_of_public_photos(
    alice: User, make_photo: PhotoFactory, fields: dict[str, object]
) -> None:
    assert send(make_photo(alice, **fields)) == 404
    assert not Report.objects.exists()


@pytest.mark.parametrize("changes", [{"reason": "none"}, {"reason": ""}, {"words": "x" * 501}])
def test_report__refuses_invalid_values(
    alice: User, make_photo: PhotoFactory, changes: dict[str, str]
) -> None:
    assert send(make_photo(alice), **changes) == 422
    assert not Report.objects.exists()


def test_report__one_person_counts_once(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    assert [send(photo), send(photo), send(photo, "192.0.2.2")] == [302, 302, 302]
    assert Report.objects.count() == 2


def test_report__each_address_is_limited(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice) for _ in range(12)]
    statuses = [send(photo) for photo in photos]
    assert statuses == [302] * 10 + [429] * 2
    response = Client(REMOTE_ADDR="192.0.2.1").post(path_of(photos[0]), {"reason": "spam"})
    assert int(response["Retry-After"]) > 0
    assert Report.objects.count() == 10
    assert send(photos[11], "192.0.2.9") == 302


def test_report__people_share_no_limit(
    alice: User, bob: User, charlie: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(11)]
    bobs, charlies = client_of(bob), client_of(charlie)
    statuses = [bobs.post(path_of(photo), {"reason": "spam"}).status_code for photo in photos]
    assert statuses == [302] * 10 + [429]
    assert charlies.post(path_of(photos[10]), {"reason": "spam"}).status_code == 302


def test_report__one_photo_gets_at_most_twenty_a_day(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    assert {send(photo, f"192.0.2.{number}") for number in range(25)} == {302}
    assert Report.objects.count() == 20


def test_report__repeated_ones_silence_no_other(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    for _ in range(10):
        assert {send(photo), send(photo, "192.0.2.2")} == {302}
    send(photo, "192.0.2.3")
    assert Report.objects.count() == 3


def test_report__stores_no_address(alice: User, make_photo: PhotoFactory) -> None:
    send(make_photo(alice))
    assert "192.0.2.1" not in str(Report.objects.values().get())


def decide(browser: Client, photo: Photo, decision: str, **more: object) -> str:
    last = Report.objects.order_by("-pk").values_list("pk", flat=True).first()
    data = {"photo": photo.pk, "last": last, "decision": decision} | more
    return browser.post(DESK, data, follow=True).text


def test_dismiss__keeps_the_photo_public(
    alice: User, charlie: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    send(photo)
    seen = Report.objects.get().pk
    send(photo, "192.0.2.2", words="Later words")
    browser = client_of(charlie)
    assert "Later words" in decide(browser, photo, "dismiss", last=seen)
    assert "No reports are waiting" in decide(browser, photo, "dismiss")
    send(photo)
    assert not Report.objects.open().exists()
    assert Photo.objects.public().exists()


def test_reject__ends_the_report_until_the_photo_is_public_again(
    alice: User, charlie: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    send(photo)
    browser = client_of(charlie)
    assert "Enter a reason" in decide(browser, photo, "reject", reason=" ")
    assert Photo.objects.public().exists()
    assert "No reports are waiting" in decide(browser, photo, "reject", reason="Not yours.")
    assert Photo.objects.get().review_note == "Not yours."
    photo_actions.approve(photo.pk, actor=charlie, words_mark=photo.words_mark)
    assert Report.objects.open().exists()


def test_dismiss__not_about_ones_own_photo(charlie: User, admin: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(charlie)
    send(photo)
    last = Report.objects.get().pk
    assert actions.dismiss(photo.pk, actor=charlie, seen_until=last) is Outcome.OWN_PHOTO
    assert actions.dismiss(photo.pk, actor=admin, seen_until=last) is Outcome.DONE
    assert actions.dismiss(photo.pk, actor=admin, seen_until=last) is Outcome.CONFLICT


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 404),
        ({"photo": "x", "last": "1", "decision": "dismiss"}, 404),
        ({"photo": "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11", "last": "1", "decision": "burn"}, 404),
        ({"photo": "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11", "last": "1", "decision": "dismiss"}, 302),
        ({"photo": "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11", "last": "9" * 30, "decision": "dismiss"}, 302),
    ],
)
def test_decision__invalid_request(
    charlie: User, client_of: Callable[[User], Client], data: dict[str, str], status: int
) -> None:
    assert client_of(charlie).post(DESK, data).status_code == status


def test_desk__costs_the_same_for_many_reports(
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(10):
        send(make_photo(alice), f"192.0.2.{number}")
    browser = client_of(charlie)
    with django_assert_max_num_queries(11):  # type: ignore[attr-defined]
        browser.get(DESK)
