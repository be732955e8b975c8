"""Notification emails, in plain text and in HTML."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from gallery.notifications.emails import compose
from gallery.notifications.models import Rhythm
from gallery.photos.states import State, Visibility
from thumbworker.contract import reasons

if TYPE_CHECKING:
    from django.core.mail import EmailMultiAlternatives

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def email_to(person: User, *photos: Photo) -> EmailMultiAlternatives:
    return compose(person, photos, [uuid4()], Rhythm.DAILY)


def html_of(message: EmailMultiAlternatives) -> str:
    content, kind = message.alternatives[0]
    assert kind == "text/html"
    return str(content)


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        (State.PENDING, {}, "Waiting for review. Only you can see it."),
        (State.PENDING, {"visibility": Visibility.PRIVATE}, "Only you can see it."),
        (State.APPROVED, {}, "Everyone can see it."),
        (State.APPROVED, {"visibility": Visibility.PRIVATE}, "Only you can see it."),
        (State.REJECTED, {"review_note": "Too dark."}, "Reason: Too dark."),
        (State.FAILED, {"reason": "too_many_pixels"}, reasons.sentence("too_many_pixels")),
        (State.FAILED, {"reason": "never_arrived"}, "The upload didn't finish. Choose the file again."),
        (State.FAILED, {"reason": "of another version"}, reasons.UNKNOWN_REASON),
    ],
)
def test_compose__both_formats_name_state_and_link(
    state: State, fields: dict[str, str], sentence: str, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, state, caption="Low tide", **fields)
    message = email_to(alice, photo)
    for part in (str(message.body), html_of(message)):
        assert "Low tide" in part
        assert sentence in unescape(part)
        assert f"http://127.0.0.1:8000/photos/{photo.pk}/" in part


def test_compose__escapes_captions(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.APPROVED, caption="<b>Bold</b>\nBcc: bob@example.org")
    message = email_to(alice, photo)
    assert message.subject == "Approved: <b>Bold</b> Bcc: bob@example.org"
    assert "\nBcc: " not in str(message.message().as_string().split("\n\n")[0])
    assert "<b>Bold</b> Bcc: bob@example.org\n" in str(message.body)
    assert "&lt;b&gt;Bold&lt;/b&gt;" in html_of(message)


def test_compose__orders_by_state_and_lists_twenty(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, State.APPROVED) for _ in range(25)]
    photos.append(make_photo(alice, State.REJECTED))
    message = email_to(alice, *photos)
    assert message.subject == "Your photos: 1 rejected, 25 approved"
    body = str(message.body)
    assert body.index("REJECTED") < body.index("\nAPPROVED")
    assert body.count("/photos/") == 20 + 1 + 1
    assert "And 5 more: http://127.0.0.1:8000/me/photos/" in body


def test_compose__has_unsubscribe_headers(alice: User, make_photo: PhotoFactory) -> None:
    message = email_to(alice, make_photo(alice)).message()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/mail/stop/")
    assert message["Auto-Submitted"] == "auto-generated"


def test_compose__same_events_have_the_same_message_id(alice: User, make_photo: PhotoFactory) -> None:
    photo, event_ids = make_photo(alice), [uuid4(), uuid4()]
    first, again = (
        compose(alice, [photo], event_ids, Rhythm.DAILY),
        compose(alice, [photo], event_ids[::-1], Rhythm.DAILY),
    )
    assert first.message()["Message-ID"] == again.message()["Message-ID"]
    assert first.message()["Message-ID"] != email_to(alice, photo).message()["Message-ID"]


def test_compose__html_loads_nothing(alice: User, make_photo: PhotoFactory) -> None:
    html = html_of(email_to(alice, make_photo(alice)))
    assert "src=" not in html
    assert "url(" not in html
