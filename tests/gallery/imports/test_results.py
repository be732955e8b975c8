"""An import becomes a photo of its actual size, or fails and releases the reserved bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.imports import results
from gallery.imports.requests import Requested, request_imports
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import State
from gallery.presentation.sentences import state_sentence
from gallery.processing.settle import settle
from gallery.processing.sweep import sweep
from tests.gallery.conftest import size_of_rows, used_bytes
from tests.gallery.stores import failed_item, ready_item
from thumbworker.contract.imports import MAX_IMPORT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

DIGEST = "ab" * 32


@pytest.fixture
def photo(alice: User, stores: Stores) -> Photo:
    """Return the row of an import that was just requested."""
    (outcome,) = request_imports(alice.pk, ["https://example.org/a.jpg"], visibility="public")
    assert isinstance(outcome, Requested)
    return Photo.objects.get()


def fetched(photo: Photo, **changes: Any) -> Any:
    return ready_item(photo, **({"size_bytes": 1234, "sha256": DIGEST, "format": "PNG"} | changes))


def test_fail__releases_the_bytes_once(alice: User, photo: Photo, stores: Stores) -> None:
    assert photo.size_bytes == MAX_IMPORT_BYTES, "read before another process failed it"
    results.fail(Photo.objects.get(), "timed_out")
    facts = results.fetched_facts(fetched(photo))
    assert transitions.processed(photo.pk, trusted=False, facts=facts)
    assert used_bytes(alice) == 1234 == size_of_rows(alice)


def test_settle__fetched_photo_has_its_actual_size(alice: User, photo: Photo, stores: Stores) -> None:
    stores.put_item(fetched(photo))
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert (photo.state, photo.size_bytes, photo.sha256, photo.content_type) == (
        State.PENDING,
        1234,
        DIGEST,
        "image/png",
    )
    assert used_bytes(alice) == 1234
    assert settle([photo.pk]) == set()
    assert used_bytes(alice) == 1234


def test_settle__unreadable_photo_has_its_actual_size(alice: User, photo: Photo, stores: Stores) -> None:
    stores.put_item(failed_item(photo, size_bytes=99, sha256=DIGEST))
    settle([photo.pk])
    photo.refresh_from_db()
    assert (photo.state, photo.reason, used_bytes(alice)) == (State.FAILED, "damaged", 99)
    assert photo.can_be_tried_again


def test_settle__keeps_both_photos_of_one_file(
    alice: User, photo: Photo, stores: Stores, make_photo: PhotoFactory
) -> None:
    before = used_bytes(alice)
    make_photo(alice, sha256=DIGEST)
    stores.put_item(fetched(photo))
    settle([photo.pk])
    photo.refresh_from_db()
    assert (photo.state, photo.size_bytes, photo.sha256) == (State.PENDING, 1234, photo.pk.hex)
    assert used_bytes(alice) == before - MAX_IMPORT_BYTES + 1000 + 1234


def test_settle__failed_import_releases_the_bytes(alice: User, photo: Photo, stores: Stores) -> None:
    stores.put_import_item(photo.pk, "FAILED", reason="import_too_slow", attempts=3)
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert (photo.state, photo.reason, photo.size_bytes, used_bytes(alice)) == (
        State.FAILED,
        "import_too_slow",
        0,
        0,
    )
    assert state_sentence(photo).startswith("The server took longer than 10 seconds.")
    assert not photo.can_be_tried_again


@pytest.mark.parametrize("status", ["PROCESSING", "COMPLETED"])
def test_settle__running_import_stays_awaiting(photo: Photo, stores: Stores, status: str) -> None:
    stores.put_import_item(photo.pk, status)
    assert settle([photo.pk]) == set()
    photo.refresh_from_db()
    assert photo.state == State.AWAITING
    assert "imported from the web" in state_sentence(photo)


def swept_at(minutes: float) -> Any:
    return sweep(timezone.now() + timedelta(minutes=minutes))


def test_sweep__requests_an_unstarted_import_again(photo: Photo, stores: Stores) -> None:
    stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key=f"imports/{photo.pk}")
    assert swept_at(5).imports_requested == 0
    assert swept_at(20).imports_requested == 1
    assert stores.keys("imports/") == {f"imports/{photo.pk}"}


def test_sweep__requests_an_abandoned_import_again(photo: Photo, stores: Stores) -> None:
    stores.put_import_item(photo.pk, "PROCESSING", updated_at=timezone.now().isoformat())
    assert swept_at(5).imports_requested == 0
    stores.put_import_item(photo.pk, "PROCESSING")
    assert swept_at(20).imports_requested == 1


def test_sweep__expires_an_import_after_a_day(alice: User, photo: Photo) -> None:
    report = swept_at(25 * 60)
    assert (report.imports_requested, report.expired) == (0, 1)
    photo.refresh_from_db()
    assert (photo.state, photo.reason, used_bytes(alice)) == (State.FAILED, "import_expired", 0)


def test_sweep__nudges_a_fetched_import(photo: Photo, stores: Stores) -> None:
    stores.put_original(photo.pk)
    report = swept_at(20)
    assert (report.imports_requested, report.nudged) == (0, 1)


def test_sweep__settles_many_failed_imports(alice: User, stores: Stores) -> None:
    alice.quota_bytes = 10**12
    alice.save()
    request_imports(alice.pk, [f"https://example.org/{n}.jpg" for n in range(100)], visibility="public")
    for photo in Photo.objects.all():
        stores.put_import_item(photo.pk, "FAILED", reason="import_not_there")
    assert swept_at(5).settled == 100
    assert used_bytes(alice) == 0


def test_purge__deletes_the_import_request(
    alice: User, photo: Photo, stores: Stores, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        purge_photo(photo.pk)
    assert stores.keys("imports/") == set()
    assert DeletionRecord.objects.get().offered_until == photo.offered_until
    assert used_bytes(alice) == MAX_IMPORT_BYTES
