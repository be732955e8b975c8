"""Authentication, scopes, rate limits, idempotency, caching and CORS of every request."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.management import call_command
from django.utils import timezone

from gallery.accounts.models import RateLimit
from gallery.accounts.rate_limits import retry_after_seconds
from gallery.albums.models import Album
from gallery.api import idempotency
from gallery.api.api import api
from gallery.api.limits import Kind, limit_of
from gallery.api.models import RememberedAnswer
from gallery.api.tokens import Scope
from gallery.photos.states import State

if TYPE_CHECKING:
    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import Program, ProgramFactory
    from tests.gallery.conftest import PhotoFactory

NOWHERE = "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11"


class Operation(NamedTuple):
    """One operation as a program calls it, and the scope it needs."""

    method: str
    path: str
    body: Any
    scope: Scope

    def send(self, client: Client) -> Any:
        data = "" if self.body is None else json.dumps(self.body)
        if self.method == "get":
            return client.get(f"/api/v1{self.path}")
        path = f"/api/v1{self.path}"
        return client.generic(self.method.upper(), path, data, content_type="application/json")

    @property
    def described(self) -> tuple[str, str]:
        """Return its method and path in the OpenAPI document."""
        path = self.path.split("?")[0]
        for folder, name in PARAMETERS.items():
            path = path.replace(f"/{folder}/{NOWHERE}", f"/{folder}/{{{name}}}")
        return self.method, f"/api/v1{path}"


PARAMETERS = {
    "batches": "batch_id",
    "photos": "photo_id",
    "albums": "album_id",
    "shares": "share_id",
    "images": "request_id",
    "download": "name",
    "download-thumbnail": "name",
}
OPERATIONS = [
    Operation("get", "/me", None, Scope.READ),
    Operation("get", "/photos", None, Scope.READ),
    Operation("get", f"/photos/{NOWHERE}", None, Scope.READ),
    Operation("get", "/search?q=a", None, Scope.READ),
    Operation("get", f"/download/{NOWHERE}", None, Scope.READ),
    Operation("get", f"/download-thumbnail/{NOWHERE}", None, Scope.READ),
    Operation("get", "/archive", None, Scope.READ),
    Operation("get", "/archive/photos", None, Scope.READ),
    Operation("get", "/albums", None, Scope.READ),
    Operation("get", f"/albums/{NOWHERE}", None, Scope.READ),
    Operation("get", "/tags", None, Scope.READ),
    Operation("get", f"/images/{NOWHERE}", None, Scope.READ),
    Operation("post", "/images", {"url": "https://example.org/a.jpg"}, Scope.UPLOAD),
    Operation("post", "/uploads", {"uploads": []}, Scope.UPLOAD),
    Operation("post", "/upload", {}, Scope.UPLOAD),
    Operation("post", "/photos/delete", {"ids": [NOWHERE]}, Scope.DELETE),
    Operation("post", "/photos/batch", {"ids": [NOWHERE], "restore": True}, Scope.UPLOAD),
    Operation("get", f"/batches/{NOWHERE}", None, Scope.READ),
    Operation("post", "/tags/rename", {"tag": "a", "to": "b"}, Scope.UPLOAD),
    Operation("post", "/tags/remove", {"tag": "a"}, Scope.UPLOAD),
    Operation("get", "/trash", None, Scope.READ),
    Operation("post", "/trash/restore", {"until": "2026-05-01T12:00:00Z"}, Scope.UPLOAD),
    Operation("post", "/trash/empty", {"until": "2026-05-01T12:00:00Z"}, Scope.PURGE),
    Operation("post", f"/batches/{NOWHERE}/continue", None, Scope.UPLOAD),
    Operation("post", f"/batches/{NOWHERE}/cancel", None, Scope.UPLOAD),
    Operation("post", f"/batches/{NOWHERE}/undo", None, Scope.UPLOAD),
    Operation("patch", f"/photos/{NOWHERE}", {}, Scope.UPLOAD),
    Operation("delete", f"/photos/{NOWHERE}", None, Scope.DELETE),
    Operation("post", f"/photos/{NOWHERE}/restore", None, Scope.UPLOAD),
    Operation("post", f"/photos/{NOWHERE}/try-again", None, Scope.UPLOAD),
    Operation("post", f"/photos/{NOWHERE}/ask-again", {}, Scope.UPLOAD),
    Operation("post", "/albums", {"title": "a"}, Scope.UPLOAD),
    Operation("post", "/smart-albums", {"title": "a", "query": "sea"}, Scope.UPLOAD),
    Operation("patch", f"/albums/{NOWHERE}", {}, Scope.UPLOAD),
    Operation("delete", f"/albums/{NOWHERE}", None, Scope.DELETE),
    Operation("post", f"/albums/{NOWHERE}/photos", {}, Scope.UPLOAD),
    Operation("post", f"/photos/{NOWHERE}/review", {"decision": "approve"}, Scope.MODERATE),
    Operation("post", f"/albums/{NOWHERE}/place", {"id": NOWHERE}, Scope.UPLOAD),
    Operation("post", f"/albums/{NOWHERE}/cover", {}, Scope.UPLOAD),
    Operation("get", "/shares", None, Scope.READ),
    Operation("post", f"/albums/{NOWHERE}/shares", {}, Scope.UPLOAD),
    Operation("delete", f"/shares/{NOWHERE}", None, Scope.UPLOAD),
    Operation("get", "/received", None, Scope.READ),
    Operation("post", "/received", {"accept": [NOWHERE]}, Scope.UPLOAD),
    Operation("get", "/lent", None, Scope.READ),
    Operation("post", "/lent", {"shareId": NOWHERE, "ids": [NOWHERE]}, Scope.UPLOAD),
    Operation("post", "/lent/take-back", {"ids": [NOWHERE]}, Scope.UPLOAD),
    Operation("get", "/lent/waiting", None, Scope.READ),
    Operation("post", "/lent/decide", {"accept": [NOWHERE]}, Scope.UPLOAD),
    Operation("get", "/albums/review", None, Scope.MODERATE),
    Operation(
        "post", f"/albums/{NOWHERE}/review", {"decision": "approve", "wordsMark": "0" * 32}, Scope.MODERATE
    ),
    Operation("post", f"/photos/{NOWHERE}/takedown", {"reason": "Stolen."}, Scope.MODERATE),
]
NAMES = [f"{operation.method} {operation.path}" for operation in OPERATIONS]


def refusal(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"/api/v1/problems#{found['reason']}"
    assert found["detail"]
    return answer.status_code, found["reason"]


@pytest.mark.django_db
@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_operation__without_a_token(client: Client, operation: Operation) -> None:
    answer = operation.send(client)
    assert refusal(answer) == (401, "token_missing")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_operation__needs_its_scope(alice: User, program_of: ProgramFactory, operation: Operation) -> None:
    others = program_of(alice, *(set(Scope) - {operation.scope}))
    assert refusal(operation.send(others.client)) == (403, "scope_missing")
    answer = operation.send(program_of(alice, operation.scope).client)
    assert answer.status_code < 500
    assert b"scope_missing" not in answer.content


def test_operations__match_the_document() -> None:
    described = {
        (method, path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
    }
    assert {operation.described for operation in OPERATIONS} == described


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer cs_wrong", "cs_wrong"])
def test_operation__with_a_wrong_token(client: Client, header: str) -> None:
    assert refusal(client.get("/api/v1/me", headers={"Authorization": header})) == (401, "token_invalid")


def test_rate_limit__returns_retry_after(
    alice: User, bob: User, program_of: ProgramFactory, settings: Any
) -> None:
    settings.API_PER_MINUTE = {"reads": 6, "writes": 600, "imports": 600}
    first, second = program_of(alice), program_of(alice)
    statuses = [program.get("/me").status_code for program in (first, second, first)]
    assert statuses == [200, 200, 200]
    answer = second.get("/me")
    assert refusal(answer) == (429, "too_fast")
    assert 1 <= int(answer["Retry-After"]) <= 10
    assert program_of(bob).get("/me").status_code == 200
    assert first.post("/albums", {"title": "Writes have a limit of their own"}).status_code == 201


def test_limit_of__allows_half_of_a_minute_at_once(alice: User, settings: Any) -> None:
    settings.API_PER_MINUTE = {"reads": 60}
    limit = limit_of(Kind.READS)
    assert retry_after_seconds(limit, str(alice.pk), cost=30) == 0
    wait = retry_after_seconds(limit, str(alice.pk))
    assert wait == 1
    row = RateLimit.objects.get()
    RateLimit.objects.update(busy_until=row.busy_until - wait * 1_000_000)
    assert retry_after_seconds(limit, str(alice.pk)) == 0
    assert retry_after_seconds(limit, str(alice.pk)) == 1


def make_album(program: Program, key: str, title: str = "Sea") -> Any:
    return program.post("/albums", {"title": title}, Idempotency_Key=key)


def test_idempotency__repeated_write(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    first, second = make_album(program, "a"), make_album(program, "a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Album.objects.count() == 1


def test_idempotency__repeated_error(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    first = program.delete(f"/photos/{NOWHERE}", Idempotency_Key="a")
    second = program.delete(f"/photos/{NOWHERE}", Idempotency_Key="a")
    assert refusal(first) == refusal(second) == (404, "not_found")
    assert second["Idempotency-Replayed"] == "true"


def test_idempotency__key_of_another_request(alice: User, bob: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    make_album(program, "a")
    assert refusal(make_album(program, "a", "Mountain")) == (409, "idempotency_key_reused")
    assert make_album(program_of(bob), "a", "Mountain").status_code == 201


def test_idempotency__first_request_still_running(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    make_album(program, "a")
    RememberedAnswer.objects.update(status=0)
    answer = make_album(program, "a")
    assert refusal(answer) == (409, "idempotency_key_at_work")
    assert answer["Retry-After"] == "1"
    RememberedAnswer.objects.update(created_at=timezone.now() - idempotency.AT_WORK_AT_MOST * 2)
    assert make_album(program, "a").status_code == 201
    assert Album.objects.count() == 2


def test_idempotency__rate_limit_is_not_stored(
    alice: User, program_of: ProgramFactory, settings: Any
) -> None:
    settings.API_PER_MINUTE = {"reads": 60, "writes": 600, "imports": 1}
    program = program_of(alice)
    assert retry_after_seconds(limit_of(Kind.IMPORTS), str(alice.pk), cost=5) == 0
    body = {"urls": ["https://example.org/a.jpg"]}
    assert refusal(program.post("/images", body, Idempotency_Key="a")) == (429, "too_fast")
    assert not RememberedAnswer.objects.exists()


def test_idempotency__expired_responses(alice: User, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    make_album(program, "a")
    make_album(program, "b")
    RememberedAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert make_album(program, "a").status_code == 201
    assert idempotency.forget_old() == 1
    assert Album.objects.count() == 3


def test_sweep__deletes_expired_rows(alice: User, program_of: ProgramFactory, capsys: Any) -> None:
    make_album(program_of(alice), "a")
    RememberedAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    RateLimit.objects.update(busy_until=0)
    call_command("sweep")
    assert "api_rows_forgotten 2" in capsys.readouterr().out
    assert not RememberedAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "ümlaut"])
def test_idempotency__malformed_key(alice: User, program_of: ProgramFactory, key: str) -> None:
    assert refusal(make_album(program_of(alice), key)) == (400, "idempotency_key_malformed")
    assert not Album.objects.exists()


@pytest.mark.usefixtures("stores")
def test_etag__unchanged_response(alice: User, make_photo: PhotoFactory, program_of: ProgramFactory) -> None:
    program = program_of(alice)
    make_photo(alice, State.APPROVED)
    first = program.get("/photos")
    assert first["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first["Vary"]
    second = program.get("/photos", If_None_Match=first["ETag"])
    assert (second.status_code, second.content) == (304, b"")
    make_photo(alice, State.APPROVED)
    assert program.get("/photos", If_None_Match=first["ETag"]).status_code == 200


@pytest.mark.usefixtures("empty_aws")
@pytest.mark.parametrize(
    "operation", [found for found in OPERATIONS if found.method == "get"], ids=lambda found: found.path
)
def test_head__is_get_without_a_body(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, operation: Operation
) -> None:
    photo_id = make_photo(alice, origin_url="https://example.org/a.jpg").pk
    program = program_of(alice)
    for target in (NOWHERE, str(photo_id)):
        path = f"/api/v1{operation.path.replace(NOWHERE, target)}"
        got, head = program.client.get(path), program.client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        # Signed URLs and ids differ from request to request.
        changing = {"Location", "X-Request-Id"}
        if operation.path == "/trash":
            # It says the time, so that what comes later is not deleted.
            changing.add("ETag")
        of_get, of_head = (
            {name: value for name, value in answer.headers.items() if name not in changing}
            for answer in (got, head)
        )
        assert of_get | {"Content-Length": str(len(got.content))} == of_head
        assert ("Location" in got) == ("Location" in head)
    assert program_of(alice, Scope.UPLOAD).client.head(path).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"), [("docs", 200), ("openapi.json", 200), ("problems", 200), ("no", 404)]
)
@pytest.mark.django_db
def test_head__of_pages_about_the_api(client: Client, path: str, status: int) -> None:
    answer = client.head(f"/api/v1/{path}")
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer["Content-Length"] == str(len(client.get(f"/api/v1/{path}").content))


def test_head__not_modified(alice: User, program_of: ProgramFactory) -> None:
    client = program_of(alice).client
    etag = client.head("/api/v1/me")["ETag"]
    assert client.head("/api/v1/me", headers={"If-None-Match": etag}).status_code == 304


def test_head__of_a_write(alice: User, program_of: ProgramFactory) -> None:
    answer = program_of(alice).client.head("/api/v1/uploads")
    assert (answer.status_code, answer["Allow"]) == (405, "OPTIONS, POST")


def test_cors__configured_origins_only(alice: User, program_of: ProgramFactory, settings: Any) -> None:
    program = program_of(alice)
    assert "Access-Control-Allow-Origin" not in program.get("/me", Origin="https://app.example.org")
    settings.API_CORS_ORIGINS = ["https://app.example.org"]
    allowed = program.get("/me", Origin="https://app.example.org")
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Origin" in allowed["Vary"]
    assert "Access-Control-Allow-Origin" not in program.get("/me", Origin="https://evil.example.org")


def test_cors__preflight_needs_no_token(client: Client, settings: Any) -> None:
    settings.API_CORS_ORIGINS = ["https://app.example.org"]
    headers = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "PATCH"}
    answer = client.options(f"/api/v1/photos/{NOWHERE}", headers=headers)
    assert answer.status_code == 204
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}
    assert answer["Access-Control-Allow-Methods"] == answer["Allow"]
    assert "Idempotency-Key" in answer["Access-Control-Allow-Headers"]


def test_options__unknown_path(client: Client) -> None:
    assert refusal(client.options("/api/v1/nothing")) == (404, "not_found")


@pytest.mark.parametrize("path", ["v1/nothing", "v1/photos/not-an-id", "v2/photos", "v1/"])
def test_problem__unknown_path(alice: User, program_of: ProgramFactory, path: str) -> None:
    assert refusal(program_of(alice).client.get(f"/api/{path}")) == (404, "not_found")


def test_problem__wrong_method(alice: User, program_of: ProgramFactory) -> None:
    answer = program_of(alice).client.put(f"/api/v1/photos/{NOWHERE}")
    assert refusal(answer) == (405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}


@pytest.mark.parametrize("body", ["{", '"', "\xff\xfe", ""])
def test_problem__body_is_not_json(alice: User, program_of: ProgramFactory, body: str) -> None:
    answer = program_of(alice).client.post("/api/v1/albums", body, content_type="application/json")
    assert refusal(answer)[0] in {400, 422}


def test_operation__query_count(
    alice: User, program_of: ProgramFactory, django_assert_num_queries: Any
) -> None:
    program = program_of(alice)
    program.get("/me")
    with django_assert_num_queries(2):  # the token with its person, and the rate limit
        program.get("/me")
