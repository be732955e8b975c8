"""Imports through the API: requests and their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gallery.api.schemas.downloads import SIZES
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.processing.settle import settle
from tests.gallery.stores import Stores, ready_item
from thumbworker.contract.imports import MAX_IMPORT_BYTES

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory

URL = "https://example.org/a.jpg"


@pytest.mark.usefixtures("stores")
def test_import_images__returns_the_status_url(alice: User, program_of: ProgramFactory) -> None:
    answer = program_of(alice).post("/images", {"url": URL, "visibility": "private"})
    photo = Photo.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"http://127.0.0.1:8000/api/v1/images/{photo.pk}"
    assert answer["Retry-After"] == "2"
    assert answer.json()["requestId"] == str(photo.pk)
    assert (photo.origin_url, photo.visibility) == (URL, Visibility.PRIVATE)


def test_import_images__one_outcome_per_url(alice: User, program_of: ProgramFactory, stores: Stores) -> None:
    alice.quota_bytes = 2 * MAX_IMPORT_BYTES
    alice.save()
    answer = program_of(alice).post("/images", {"urls": [URL, URL, URL]})
    assert answer.status_code == 202, answer.content
    outcomes = [(result["outcome"], result.get("reason")) for result in answer.json()["results"]]
    assert outcomes == [("accepted", None), ("accepted", None), ("refused", "quota_exceeded")]
    assert answer.json()["requestId"] is None
    assert len(stores.keys("imports/")) == 2


@pytest.mark.usefixtures("stores")
def test_import_images__single_refusal_is_a_problem(alice: User, program_of: ProgramFactory) -> None:
    alice.quota_bytes = 5
    alice.save()
    answer = program_of(alice).post("/images", {"url": URL})
    assert (answer.status_code, answer.json()["reason"]) == (422, "quota_exceeded")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": URL, "urls": [URL]},
        {"urls": []},
        {"urls": [URL] * 101},
        {"url": "ftp://example.org/"},
        {"url": "javascript:alert(1)"},
        {"url": 5},
        {"url": None},
        {"url": "http://a:x/"},
        {"url": "http://user@example.org/"},
        {"urls": [URL, 5]},
        {"url": URL, "visibility": "friends"},
    ],
)
def test_import_images__invalid_body(alice: User, program_of: ProgramFactory, body: Any) -> None:
    answer = program_of(alice).post("/images", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert not Photo.objects.exists()


def test_get_image__follows_an_import_to_completion(
    alice: User, program_of: ProgramFactory, stores: Stores
) -> None:
    program = program_of(alice)
    request_id = program.post("/images", {"url": URL}).json()["requestId"]
    photo = Photo.objects.get()

    def status() -> tuple[str, int, str | None, int]:
        body = program.get(f"/images/{request_id}").json()
        return body["status"], body["retryCount"], body["reason"], len(body["renditions"])

    assert status() == ("PENDING", 0, None, 0)
    stores.put_import_item(photo.pk, "PROCESSING", attempts=2, reason="import_server_trouble")
    assert status() == ("PROCESSING", 2, "import_server_trouble", 0)
    stores.put_import_item(photo.pk, "COMPLETED", attempts=3)
    assert status() == ("PROCESSING", 3, None, 0)
    stores.put_item(ready_item(photo))
    assert status() == ("COMPLETED", 3, None, len(SIZES))
    body = program.get(f"/images/{request_id}").json()
    assert (body["originUrl"], body["createdAt"][:4]) == (URL, str(photo.created_at.year))
    assert body["photoAddress"].endswith(f"/api/v1/photos/{request_id}")
    assert program.get(f"/download-thumbnail/{request_id}").status_code == 302


def test_get_image__failed_import_has_a_reason(
    alice: User, program_of: ProgramFactory, stores: Stores
) -> None:
    program = program_of(alice)
    request_id = program.post("/images", {"url": URL}).json()["requestId"]
    stores.put_import_item(Photo.objects.get().pk, "FAILED", attempts=3, reason="import_too_slow")
    body = program.get(f"/images/{request_id}").json()
    assert (body["status"], body["reason"], body["retryCount"]) == ("FAILED", "import_too_slow", 3)
    assert body["sentence"].startswith("The server took longer")
    assert program.get(f"/download/{request_id}").json()["reason"] == "import_too_slow"
    assert program.post(f"/photos/{request_id}/try-again").status_code == 409


@pytest.mark.usefixtures("stores")
def test_get_image__of_another_user_or_an_upload(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    uploaded = make_photo(alice)
    request_id = program_of(alice).post("/images", {"url": URL}).json()["requestId"]
    assert program_of(bob).get(f"/images/{request_id}").status_code == 404
    assert program_of(alice).get(f"/images/{uploaded.pk}").status_code == 404


def test_list_photos__settles_imports(alice: User, program_of: ProgramFactory, stores: Stores) -> None:
    program = program_of(alice)
    program.post("/images", {"url": URL})
    stores.put_import_item(Photo.objects.get().pk, "FAILED", reason="import_not_there")
    (photo,) = program.get("/photos").json()["photos"]
    assert (photo["state"], photo["reason"]) == (State.FAILED, "import_not_there")
    assert settle([Photo.objects.get().pk]) == set()
