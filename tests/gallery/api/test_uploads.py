"""Uploads through the API: presigned PUTs and small files."""

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

PICTURE = b"\xff\xd8\xff picture"

pytestmark = pytest.mark.usefixtures("stores")


def entry(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "uploadId": str(uuid4()),
        "name": "a.jpg",
        "sizeBytes": len(content),
        "contentType": "image/jpeg",
        "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    } | changes


def offer(program: Program, *entries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = program.post("/uploads", {"uploads": list(entries), **more})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def send(program: Program, content: bytes, name: str = "a.jpg", **form: str) -> Any:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    return program.client.post("/api/v1/upload", {"file": file, **form})


def test_offer_uploads__returns_url_and_headers(alice: User, program_of: ProgramFactory) -> None:
    (result,) = offer(program_of(alice), entry(b"one"), visibility="private")
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


def test_offer_uploads__one_outcome_per_file(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    first = entry(b"one")
    results = offer(program, first, entry(b"two", sizeBytes=0), entry(b"one"), entry(b"x", sha256="x"))
    outcomes = [(result["outcome"], result.get("reason")) for result in results]
    assert outcomes == [
        ("offered", None),
        ("refused", "empty"),
        ("alreadyThere", None),
        ("refused", "bad_checksum"),
    ]
    (again,) = offer(program, first)
    assert again["photoId"] == results[0]["photoId"]


def test_offer_uploads__quota_exceeded(alice: User, program_of: ProgramFactory) -> None:
    alice.quota_bytes = 5
    alice.save()
    results = offer(program_of(alice), entry(b"1234"), entry(b"567"))
    assert [result.get("reason") for result in results] == [None, "quota_exceeded"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uploads": []},
        {"uploads": [{}]},
        {"uploads": [entry(b"a", sizeBytes="3")]},
        {"uploads": [entry(b"a", sizeBytes=1.5)]},
        {"uploads": [entry(b"a", uploadId="x")]},
        {"uploads": [entry(b"a", name=5)]},
        {"uploads": [entry(b"a", size_bytes=1)]},
        {"uploads": [entry(b"a")], "visibility": "friends"},
        {"uploads": [entry(bytes([n])) for n in range(51)]},
    ],
)
def test_offer_uploads__invalid_body(alice: User, program_of: ProgramFactory, body: dict[str, Any]) -> None:
    answer = program_of(alice).post("/uploads", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert answer.json()["errors"][0]["where"].startswith("body.")
    assert not Photo.objects.exists()


def test_offer_uploads__invalid_value_has_the_documented_place(
    alice: User, program_of: ProgramFactory
) -> None:
    answer = program_of(alice).post("/uploads", {"uploads": [entry(b"a", sizeBytes="3")]})
    assert [error["where"] for error in answer.json()["errors"]] == ["body.uploads.0.sizeBytes"]


def test_offer_uploads__query_count(
    alice: User, program_of: ProgramFactory, django_assert_max_num_queries: Any
) -> None:
    program = program_of(alice)
    program.get("/me")
    program.post("/uploads", {})
    body = {"uploads": [entry(bytes([n])) for n in range(50)]}
    # The token and the rate limit; then reserve and insert, between savepoints.
    with django_assert_max_num_queries(2 + 4):
        assert program.post("/uploads", body).status_code == 200


def test_upload__stores_a_small_file(alice: User, program_of: ProgramFactory, stores: Stores) -> None:
    program = program_of(alice)
    first = send(program, PICTURE, visibility="private")
    assert first.status_code == 201, first.content
    photo = Photo.objects.get()
    assert first.json() == {"photoId": str(photo.pk), "alreadyThere": False}
    assert photo.visibility == Visibility.PRIVATE
    assert stores.keys("originals/") == {f"originals/{photo.pk}"}
    second = send(program, PICTURE)
    assert (second.status_code, second.json()["alreadyThere"]) == (200, True)


def test_upload__refusals(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    answer = send(program, b"<svg/>", name="a.svg")
    assert (answer.status_code, answer.json()["reason"]) == (422, "svg_not_accepted")
    large = send(program, b"x" * (MAX_FORM_BYTES + 1))
    assert (large.status_code, large.json()["reason"]) == (413, "too_large_for_form")
    missing = program.client.post("/api/v1/upload", {})
    assert (missing.status_code, missing.json()["reason"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ\x90\x00" + bytes(400), "not_a_picture"),
        (b"<!doctype html><p>Hello", "not_a_picture"),
        (b"<?xml version='1.0'?><svg/>", "vector_drawing"),
        (b"%PDF-1.7", "document"),
        (b"\x00\x00\x00\x18ftypmp42", "video"),
    ],
)
def test_upload__other_content_stores_nothing(
    alice: User, program_of: ProgramFactory, stores: Stores, content: bytes, reason: str
) -> None:
    answer = send(program_of(alice), content)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert not Photo.objects.exists()
    assert stores.keys("originals/") == set()
    alice.refresh_from_db()
    assert alice.used_bytes == 0


def test_upload__empty_visibility_is_refused(alice: User, program_of: ProgramFactory) -> None:
    refused = send(program_of(alice), PICTURE, visibility="")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["where"] == "form.visibility"
    assert not Photo.objects.exists()


def test_upload__repeated_with_a_key(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    answers = [
        program.client.post(
            "/api/v1/upload",
            {"file": SimpleUploadedFile("a.jpg", PICTURE, "image/jpeg")},
            headers={"Idempotency-Key": "a"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1]["Idempotency-Replayed"] == "true"
