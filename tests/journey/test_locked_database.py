"""A database that another process keeps locked: reads go on, and writes say when to try again."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db import (
    DEFAULT_DB_ALIAS,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)
from django.test import Client, RequestFactory
from django.utils import timezone

from gallery.accounts.models import RateLimit, User
from gallery.accounts.sessions import SEEN_AT, SIGNED_IN_AT
from gallery.albums.models import Album
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope
from gallery.core import database_waits
from gallery.core.reasons import DATABASE_BUSY
from gallery.operations.jobs import migrate
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.web.errors import server_error
from tests.gallery.api.conftest import Program
from tests.gallery.conftest import PASSWORD, JustBefore, PhotoFactory, just_before, make_photo
from tests.gallery.stores import Stores, ready_item

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.aws import MotoAws

__all__ = ["just_before", "make_photo"]

pytestmark = pytest.mark.django_db(transaction=True)

LOCK_SECONDS = 0.3
"""How long a write waits for SQLite here. A gallery waits ten seconds."""
needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL")


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Any]:
    """Give what locks the database for all writers. SQLite's is moved to a file for that."""
    if connection.vendor == "postgresql":
        yield _locked_on_postgresql
        return
    path = tmp_path / "gallery.sqlite3"
    in_memory = connections[DEFAULT_DB_ALIAS]
    in_memory.ensure_connection()
    with sqlite3.connect(path) as copy:
        in_memory.connection.backup(copy)
    copy.close()
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": LOCK_SECONDS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;",
    }
    changes = {"NAME": str(path), "OPTIONS": options}
    on_disk = type(in_memory)({**in_memory.settings_dict, **changes}, DEFAULT_DB_ALIAS)
    # Django's wrapper for SQLite keeps a test's database in memory open, so it would not close this one.
    connections[DEFAULT_DB_ALIAS] = on_disk
    try:
        yield lambda: _locked_on_sqlite(path)
    finally:
        on_disk.close()
        connections[DEFAULT_DB_ALIAS] = in_memory


@contextmanager
def _locked_on_sqlite(path: Path) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def _locked_on_postgresql() -> Iterator[None]:
    """Lock what reads note and what writes change, as a migration does that rewrites a table."""
    parameters = connection.get_connection_params()
    with psycopg.connect(
        host=parameters.get("host"),
        port=parameters.get("port"),
        user=parameters.get("user"),
        password=parameters.get("password"),
        dbname=parameters["dbname"],
    ) as other:
        tables = [model._meta.db_table for model in (RateLimit, ApiToken, Photo, Session)]
        # It conflicts with all that changes rows, and with no reader.
        other.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE")
        yield
        other.rollback()


@pytest.fixture
def alice(lock: Any) -> User:
    """Return the owner, in the database that can be locked."""
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def page(alice: User) -> Client:
    """Return a client that shows what a server says, with a session whose use has to be noted."""
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    session = client.session
    session[SIGNED_IN_AT] = session[SEEN_AT] = timezone.now().timestamp() - 2 * 3600
    session.save()
    return client


@pytest.fixture
def program(alice: User) -> Program:
    """Return a program whose token's use has to be noted."""
    program = Program(alice, tuple(Scope))
    program.client.raise_request_exception = False
    return program


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(database_waits, "PAUSE_SECONDS", 0.0)
    yield
    database_waits._pause.until = 0.0


def seen_at(client: Client) -> float:
    """Return the stored use: our store would note the use that this is."""
    return float(DatabaseSessionStore(client.session.session_key)[SEEN_AT])


def test_reads__go_on(
    page: Client, program: Program, lock: Any, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    with lock():
        assert program.get("/photos").json()["photos"][0]["id"] == str(photo.pk)
        for path in ("/", "/me/photos/", f"/photos/{photo.pk}/", f"/photos/status/?ids={photo.pk}"):
            assert page.get(path).status_code == 200, path
    token = ApiToken.objects.get()
    assert token.last_used_at is None
    assert timezone.now().timestamp() - seen_at(page) > 3600
    # What could not be noted is noted by the next request.
    assert program.get("/photos").status_code == page.get("/").status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert timezone.now().timestamp() - seen_at(page) < 3600
    assert RateLimit.objects.exists()


@pytest.mark.parametrize("path", ["/photos/status/?ids={}", "/me/photos/"])
def test_read__goes_on_without_noting_what_the_worker_found(
    path: str, page: Client, moto_aws: MotoAws, lock: Any, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    Stores(moto_aws).put_item(ready_item(photo))
    with lock():
        assert page.get(path.format(photo.pk)).status_code == 200
    assert Photo.objects.get().state == State.AWAITING
    page.get(f"/photos/status/?ids={photo.pk}")
    assert Photo.objects.get().state == State.PENDING


def test_page__says_when_to_try_again(page: Client, lock: Any, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    with lock():
        answer = page.post(f"/photos/{photo.pk}/trash/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert DATABASE_BUSY.sentence in unescape(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert Photo.objects.get().trashed_at is None


def test_script__is_told_in_json(page: Client, lock: Any) -> None:
    with lock():
        answer = page.post(
            "/photos/status/", {}, content_type="application/json", headers={"Accept": "application/json"}
        )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert json.loads(answer.content) == {"reason": "database_busy", "sentence": DATABASE_BUSY.sentence}


def test_session__is_not_taken_for_a_deleted_one(page: Client, lock: Any) -> None:
    """Django reports each failed save as a session that was deleted meanwhile: 400."""
    page.get("/health/")  # PostgreSQL's connection has its limits from a request
    session = page.session
    session["seen"] = True
    with lock(), pytest.raises(OperationalError):
        session.save()


def test_read__waits_once_and_then_not_for_some_seconds(
    program: Program, lock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_waits, "PAUSE_SECONDS", 60.0)
    with lock():
        assert program.get("/me").status_code == 200
    assert program.get("/me").status_code == 200
    assert ApiToken.objects.get().last_used_at is None


def test_program__is_told_by_a_problem(
    program: Program, lock: Any, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    with lock():
        answer = program.delete(f"/photos/{photo.pk}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["reason"] == "database_busy"
    assert Photo.objects.get().trashed_at is None


def locked() -> None:
    """Raise what a locked database raises; for ``just_before``."""
    raise OperationalError("database is locked")


def test_write__is_never_done_uncounted(program: Program, just_before: JustBefore) -> None:
    """The count fails alone: a limit that is open while it can't count is none."""
    with just_before("accounts_ratelimit", locked):
        assert program.post("/albums", {"title": "Sea"}).status_code == 503
    assert not Album.objects.exists()
    assert not RateLimit.objects.exists()
    assert program.post("/albums", {"title": "Sea"}).status_code == 201


def test_read__is_done_uncounted(program: Program, just_before: JustBefore) -> None:
    with just_before("accounts_ratelimit", locked):
        assert program.get("/albums").status_code == 200
    assert not RateLimit.objects.exists()


@pytest.mark.parametrize(
    ("error", "is_busy"),
    [
        (sqlite3.OperationalError("no such table: photos"), False),
        (psycopg.OperationalError("server closed the connection unexpectedly"), True),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), True),
        (psycopg.errors.QueryCanceled("canceling statement due to statement timeout"), True),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction"), True),
        (psycopg.errors.UndefinedTable("no such table"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error__is_told_from_a_bug(error: Exception, is_busy: bool) -> None:
    kinds = {psycopg.errors.InternalError: InternalError, psycopg.errors.ProgrammingError: ProgrammingError}
    kind = next((kinds[each] for each in type(error).__mro__ if each in kinds), OperationalError)
    if isinstance(error, sqlite3.OperationalError):
        with pytest.raises(sqlite3.OperationalError) as raised:
            sqlite3.connect(":memory:").execute("SELECT 1 FROM photos")
        error = raised.value
    found = kind(str(error))
    found.__cause__ = error
    assert database_waits.is_busy(found) is is_busy
    try:
        raise found
    except type(found):
        assert sys.exc_info()[1] is found
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == (503 if is_busy else 500)


@needs_postgresql
def test_statements__have_limits_in_requests_only(page: Client, lock: Any) -> None:
    def limits() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            return list(cursor.fetchone())

    connection.close()
    assert limits() == ["0", "0"]
    page.get("/health/ready/")
    assert limits() == ["3s", "20s"]
    migrate({})
    assert limits() == ["0", "0"]
    connection.close()
    page.get("/health/ready/")
    assert limits() == ["3s", "20s"]
