"""A dead store costs pictures and never pages; a dead topic costs nothing."""

from __future__ import annotations

import socket
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.core.reasons import STORE_UNAVAILABLE
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import FIRST_LOOK_AFTER
from gallery.photos.states import State
from gallery.processing.sweep import sweep
from gallery.storage import catalogue
from gallery.storage.originals import originals
from gallery.storage.topic import topic
from tests.gallery.conftest import PhotoFactory, make_photo
from tests.pictures import flat_jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from gallery.accounts.models import User

__all__ = ["make_photo"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed_port() -> int:
    """Return a port without a listener."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def _dead_catalogue(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{closed_port}")
    catalogue._client.cache_clear()
    yield
    catalogue._client.cache_clear()


@pytest.fixture
def _dead_originals(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setattr(originals(), "_client", None)
    yield
    originals()._client = None


@pytest.fixture
def _dead_topic(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{closed_port}")
    topic.cache_clear()
    yield
    topic.cache_clear()


@pytest.mark.usefixtures("_dead_catalogue")
@pytest.mark.parametrize("path", ["/", "/me/photos/", "/me/trash/", "/upload/", "photo", "status"])
def test_pages__show_placeholders_without_the_catalogue(
    path: str, browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.APPROVED, width=3000, height=2000)
    path = {"photo": f"/photos/{photo.pk}/", "status": f"/photos/status/?ids={photo.pk}"}.get(path, path)
    assert browser.get(path).status_code == 200


@pytest.mark.usefixtures("_dead_catalogue")
def test_page__reports_missing_pictures_and_keeps_their_place(alice: User, make_photo: PhotoFactory) -> None:
    make_photo(alice, State.APPROVED, width=3000, height=2000)
    answer = Client().get("/")
    assert answer.context["pictures_unavailable"] is True
    (tile,) = answer.context["tiles"]
    assert (tile.src, tile.width, tile.height, tile.ratio_class) == ("", 3000, 2000, "ratio-150")


@pytest.mark.usefixtures("_dead_catalogue")
def test_sweep__fails_no_photo_without_the_catalogue(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    report = sweep(photo.offered_until.replace(year=2030))
    assert (report.expired, report.settled, report.removals) == (0, 0, 0)
    photo.refresh_from_db()
    assert photo.state == State.AWAITING


@pytest.mark.usefixtures("_dead_originals")
def test_plain_form__reports_a_silent_store(browser: Client) -> None:
    file = SimpleUploadedFile("a.jpg", flat_jpeg(), "image/jpeg")
    answer = browser.post("/upload/", {"file": file})
    assert answer.status_code == 422
    assert STORE_UNAVAILABLE.sentence in unescape(answer.content.decode())


@pytest.mark.usefixtures("_dead_originals")
def test_purge__without_the_store_leaves_an_open_record(
    browser: Client,
    alice: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.APPROVED)
    transitions.trashed(photo.pk, actor=alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(f"/photos/{photo.pk}/purge/").status_code == 302
    assert not Photo.objects.exists()
    assert DeletionRecord.objects.get().closed_at is None
    assert sweep(timezone.now() + FIRST_LOOK_AFTER).unavailable is True
    assert DeletionRecord.objects.get().closed_at is None


@pytest.mark.usefixtures("_dead_originals")
def test_retry__reports_a_silent_store_and_the_photo_awaits(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=timezone.now())
    assert browser.post(f"/photos/{photo.pk}/try-again/").status_code == 302
    photo.refresh_from_db()
    assert photo.state == State.AWAITING


@pytest.mark.usefixtures("_dead_topic")
def test_moderation__works_without_the_topic(
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.PENDING)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert transitions.approved(photo.pk, actor=charlie) is True
    assert len(callbacks) == 1
    photo.refresh_from_db()
    assert photo.state == State.APPROVED
