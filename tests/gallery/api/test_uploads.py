"""Uploads through the API: offers by the list, and small files sent directly."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.uploads.form_upload import MAX_FORM_BYTES

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import Program, ProgramFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")


def wish(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "uploadId": str(uuid4()),
        "name": "a.jpg",
        "sizeBytes": len(content),
        "contentType": "image/jpeg",
        "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    } | changes


def offer(program: Program, *wishes: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = program.post("/uploads", {"uploads": list(wishes), **more})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def send(program: Program, content: bytes, name: str = "a.jpg", **form: str) -> Any:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    return program.client.post("/api/v1/upload", {"file": file, **form})


def test_an_offer_says_where_and_how_to_put_the_file(alice: User, program_of: ProgramFactory) -> None:
    (result,) = offer(program_of(alice), wish(b"one"), visibility="private")
    photo = Photo.objects.get()
    assert (result["outcome"], result["method"], result["photoId"]) == ("offered", "PUT", str(photo.pk))
    assert set(result["headers"]) == {
        "Content-Type",
        "If-None-Match",
        "x-amz-checksum-sha256",
        "x-amz-meta-correlation-id",
        "x-amz-meta-owner",
    }
    assert (photo.owner, photo.visibility) == (alice, Visibility.PRIVATE)


def test_each_file_is_answered_by_itself(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    first = wish(b"one")
    results = offer(program, first, wish(b"two", sizeBytes=0), wish(b"one"), wish(b"x", sha256="x"))
    outcomes = [(result["outcome"], result.get("reason")) for result in results]
    assert outcomes == [
        ("offered", None),
        ("refused", "empty"),
        ("alreadyThere", None),
        ("refused", "bad_checksum"),
    ]
    (again,) = offer(program, first)
    assert again["photoId"] == results[0]["photoId"]


def test_the_quota_holds(alice: User, program_of: ProgramFactory) -> None:
    alice.quota_bytes = 5
    alice.save()
    results = offer(program_of(alice), wish(b"1234"), wish(b"567"))
    assert [result.get("reason") for result in results] == [None, "quota_exceeded"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uploads": []},
        {"uploads": [{}]},
        {"uploads": [wish(b"a", sizeBytes="3")]},
        {"uploads": [wish(b"a", sizeBytes=1.0)]},
        {"uploads": [wish(b"a", uploadId="x")]},
        {"uploads": [wish(b"a", name=5)]},
        {"uploads": [wish(b"a", size_bytes=1)]},
        {"uploads": [wish(b"a")], "visibility": "friends"},
        {"uploads": [wish(bytes([n])) for n in range(51)]},
    ],
)
def test_what_is_not_understood_is_refused_as_a_whole(
    alice: User, program_of: ProgramFactory, body: dict[str, Any]
) -> None:
    answer = program_of(alice).post("/uploads", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert answer.json()["errors"][0]["where"].startswith("body.")
    assert not Photo.objects.exists()


def test_an_offer_costs_four_statements_and_those_of_the_token(
    alice: User, program_of: ProgramFactory, django_assert_max_num_queries: Any
) -> None:
    program = program_of(alice)
    program.get("/me")
    program.post("/uploads", {})
    body = {"uploads": [wish(bytes([n])) for n in range(50)]}
    # The token and the rate limit; then reserve and insert, between savepoints.
    with django_assert_max_num_queries(2 + 4):
        assert program.post("/uploads", body).status_code == 200


def test_a_small_file_is_sent_directly(alice: User, program_of: ProgramFactory, stores: Stores) -> None:
    program = program_of(alice)
    first = send(program, b"picture", visibility="private")
    assert first.status_code == 201, first.content
    photo = Photo.objects.get()
    assert first.json() == {"photoId": str(photo.pk), "alreadyThere": False}
    assert photo.visibility == Visibility.PRIVATE
    assert stores.keys("originals/") == {f"originals/{photo.pk}"}
    second = send(program, b"picture")
    assert (second.status_code, second.json()["alreadyThere"]) == (200, True)


def test_a_refused_file_is_told_why(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    answer = send(program, b"<svg/>", name="a.svg")
    assert (answer.status_code, answer.json()["reason"]) == (422, "svg_not_accepted")
    large = send(program, b"x" * (MAX_FORM_BYTES + 1))
    assert (large.status_code, large.json()["reason"]) == (413, "too_large_for_form")
    missing = program.client.post("/api/v1/upload", {})
    assert (missing.status_code, missing.json()["reason"]) == (422, "invalid")


def test_a_repeated_upload_with_a_key_is_stored_once(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    answers = [
        program.client.post(
            "/api/v1/upload",
            {"file": SimpleUploadedFile("a.jpg", b"picture", "image/jpeg")},
            headers={"Idempotency-Key": "a"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1]["Idempotency-Replayed"] == "true"
