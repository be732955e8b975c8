"""Stores that accept a connection and never answer: each request stops waiting in time.

The attempts that reach the stores are counted, and each costs its timeout. So the bounds depend on the
configured seconds, which are a tenth of the real ones here, and not on this machine.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.accounts.models import User
from gallery.api.tokens import Scope
from gallery.core.reasons import STORE_UNAVAILABLE
from gallery.imports.requests import PARALLEL_REQUESTS
from gallery.operations import jobs
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo, words_mark
from gallery.photos.states import State
from gallery.processing.sweep import sweep
from gallery.settings import STORE_SECONDS
from gallery.storage import catalogue, edge_cache, queues, time_limits
from gallery.storage.aws import MAX_ATTEMPTS
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.storage.topic import topic
from gallery.uploads.offers import offer, read_request
from tests.emf import metrics_of
from tests.gallery.api.conftest import Program
from tests.gallery.conftest import PASSWORD, PhotoFactory, make_photo
from tests.gallery.stores import Stores, ready_item
from tests.pictures import flat_jpeg
from thumbworker.contract.metrics import UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import MotoAws

__all__ = ["make_photo"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SERVICES = ("s3", "dynamodb", "sqs", "sns", "cloudfront")
SCALE = 0.1
USUAL_SECONDS = dict(STORE_SECONDS)


@dataclass
class Hanging:
    """A server on loopback that reads all it is sent and never answers; it counts the requests."""

    listener: socket.socket = field(default_factory=socket.socket)
    attempts: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    def start(self) -> None:
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        for opened in [self.listener, *self._open]:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self.listener.accept()
                # Each attempt has a connection of its own: one that got no answer is not used again.
                self.attempts += 1
                self._open.append(accepted)
                threading.Thread(target=self._read, args=[accepted], daemon=True).start()

    @staticmethod
    def _read(accepted: socket.socket) -> None:
        with suppress(OSError):
            while accepted.recv(65536):
                pass


def forget_clients() -> None:
    originals()._client = None
    for made in (catalogue._client, queues._client, topic, edge_cache._client):
        made.cache_clear()


@contextmanager
def hanging(monkeypatch: pytest.MonkeyPatch, *services: str) -> Iterator[Hanging]:
    server = Hanging()
    server.start()
    for service in services:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", server.url)
    forget_clients()
    try:
        yield server
    finally:
        server.stop()
        forget_clients()


@pytest.fixture(autouse=True)
def _quick(settings: SettingsWrapper) -> Iterator[None]:
    settings.STORE_SECONDS = {name: value * SCALE for name, value in USUAL_SECONDS.items()}
    settings.PICTURES_DISTRIBUTION_ID = "E2EXAMPLE"
    settings.THUMBNAILS_QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/thumbnails"
    settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL = f"{settings.THUMBNAILS_QUEUE_URL}-given-up"
    # Neither do clients of other tests have these timeouts, nor may theirs be so short.
    forget_clients()
    yield
    forget_clients()


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """Make every store hang."""
    with hanging(monkeypatch, *SERVICES) as server:
        yield server


@dataclass
class World:
    """Who asks for what."""

    alice: User
    staff: User
    make_photo: PhotoFactory

    def page(self, user: User | None = None) -> Client:
        client = Client()
        client.force_login(user or self.alice)
        return client

    def program(self, user: User | None = None, *scopes: Scope) -> Program:
        return Program(user or self.alice, scopes or tuple(set(Scope) - {Scope.MODERATE}))

    def photo(self, state: State = State.APPROVED, **fields: Any) -> Photo:
        return self.make_photo(self.alice, state, **fields)

    def trashed(self, state: State = State.APPROVED) -> Photo:
        photo = self.photo(state)
        transitions.trashed(photo.pk, actor=self.alice)
        return photo


@pytest.fixture
def world(alice: User, make_photo: PhotoFactory) -> World:
    return World(alice, User.objects.create_superuser("root", "root@example.org", PASSWORD), make_photo)


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", flat_jpeg(), "image/jpeg")


def purge_many(world: World) -> Any:
    ids = [str(world.trashed().pk) for _ in range(10)]
    return world.program().post("/photos/delete", {"ids": ids, "forever": True})


DOORS: dict[str, tuple[Callable[[World], Any], set[int]]] = {
    "sheet": (lambda w: (w.photo(), Client().get("/"))[1], {200}),
    "my photos": (lambda w: (w.photo(State.AWAITING), w.page().get("/me/photos/"))[1], {200}),
    "photo": (lambda w: w.page().get(f"/photos/{w.photo().pk}/"), {200}),
    "status": (lambda w: w.page().get(f"/photos/status/?ids={w.photo(State.AWAITING).pk}"), {200}),
    "api: photos": (lambda w: (w.photo(), w.program().get("/photos"))[1], {200}),
    "readiness": (lambda w: Client().get("/health/ready/"), {503}),
    "operations": (lambda w: w.page(w.staff).get("/admin/operations/"), {200}),
    "operations: fragment": (lambda w: w.page(w.staff).get("/admin/operations/?fragment"), {200}),
    "dead letters": (lambda w: w.page(w.staff).get("/admin/operations/given-up/"), {200}),
    "dead letters: retry": (
        lambda w: w.page(w.staff).post("/admin/operations/given-up/act/", {"queue": "Thumbnails"}),
        {302},
    ),
    "delete": (lambda w: w.page().post(f"/photos/{w.trashed().pk}/purge/"), {302}),
    "delete: an offer": (
        lambda w: w.page().post(f"/photos/{w.trashed(State.AWAITING).pk}/purge/"),
        {302},
    ),
    "api: delete ten": (purge_many, {200}),
    "try again": (
        lambda w: w.page().post(
            f"/photos/{w.photo(State.FAILED, reason='damaged', processed_at=timezone.now()).pk}/try-again/"
        ),
        {302},
    ),
    "approve": (
        lambda w: w.page(w.staff).post(
            "/admin/photos/photo/",
            {
                "decision": "approve",
                "chosen": [f"{w.photo(State.PENDING).pk}:pending:{words_mark('', [], 'alice')}"],
            },
        ),
        {302},
    ),
    "plain upload": (lambda w: w.page().post("/upload/", {"file": picture()}), {422}),
    "api: plain upload": (
        lambda w: w.program().client.post("/api/v1/upload", {"file": picture()}),
        {503},
    ),
    "take down": (
        lambda w: w.page(w.staff).post(f"/admin/photos/photo/{w.photo().pk}/take-down/", {"reason": "x"}),
        {302},
    ),
    "api: import one": (
        lambda w: w.program().post("/images", {"url": "https://example.org/a.jpg"}),
        {202},
    ),
    "api: import many": (
        lambda w: w.program().post(
            "/images", {"urls": [f"https://example.org/{number}.jpg" for number in range(40)]}
        ),
        {202},
    ),
}
LONGER = {"plain upload", "api: plain upload", "take down"}
PARALLEL = {"api: import many": PARALLEL_REQUESTS}
UNSCALED = {"dead letters: retry", "approve"}
"""Their timeouts have parts of their own: a long poll, and the topic's single quick attempt."""
UNCOUNTED = {"approve"}
"""The event that its quick attempt could not publish is published later."""


@pytest.mark.parametrize("door", DOORS)
def test_door__stops_waiting_in_time(
    door: str, world: World, silent: Hanging, settings: SettingsWrapper
) -> None:
    if door in UNSCALED:
        settings.STORE_SECONDS = USUAL_SECONDS
        forget_clients()
    act, statuses = DOORS[door]
    assert act(world).status_code in statuses
    seconds = settings.STORE_SECONDS
    limit = seconds["request_longest" if door in LONGER else "request"]
    assert silent.attempts > 0
    assert silent.attempts * seconds["answer"] <= limit * PARALLEL.get(door, 1)


@pytest.mark.parametrize("door", sorted(DOORS.keys() - UNCOUNTED))
def test_door__is_counted_once(
    door: str, world: World, silent: Hanging, capsys: pytest.CaptureFixture[str]
) -> None:
    act, _ = DOORS[door]
    act(world)
    assert counted(capsys) == [{("local",): {UNAVAILABLE: 1}}]


def test_door__answered_is_not_counted(
    world: World, moto_aws: MotoAws, capsys: pytest.CaptureFixture[str]
) -> None:
    world.photo()
    assert Client().get("/").status_code == 200
    assert world.program().get("/photos").status_code == 200
    assert counted(capsys) == []


def test_command__is_not_counted(silent: Hanging, capsys: pytest.CaptureFixture[str]) -> None:
    """A command's output may be JSON that a program reads."""
    with pytest.raises(OriginalsUnavailable):
        originals().head(uuid4())
    assert counted(capsys) == []


def test_sweep__is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch, moto_aws: MotoAws, capsys: pytest.CaptureFixture[str]
) -> None:
    world.photo(State.AWAITING)
    Photo.objects.update(due_at=timezone.now())
    assert jobs.sweep()["unavailable"] is False
    with hanging(monkeypatch, "s3", "dynamodb"):
        assert jobs.sweep()["unavailable"] is True
    assert [line[("local",)][UNAVAILABLE] for line in counted(capsys)] == [0, 1]


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[tuple[str, ...], dict[str, float]]]:
    """Return what CloudWatch counts of the lines written since the last call."""
    lines = capsys.readouterr().out.splitlines()
    return [metrics_of(json.loads(line)) for line in lines if line.startswith('{"_aws"')]


def test_seconds__end_before_those_who_wait() -> None:
    # Two attempts fit into a page, with the topic's; the longest request ends before API Gateway gives up.
    assert MAX_ATTEMPTS * USUAL_SECONDS["answer"] < USUAL_SECONDS["request"] <= 3
    assert USUAL_SECONDS["health"] < MAX_ATTEMPTS * USUAL_SECONDS["answer"]
    assert USUAL_SECONDS["request_whole"] + USUAL_SECONDS["bytes_answer"] < 29
    # The sweep's Lambda has 30 seconds, of which its budget takes 15 to begin rows.
    assert 15 + USUAL_SECONDS["job"] < 30


def test_plain_upload__leaves_nothing_that_promises_the_picture(world: World, silent: Hanging) -> None:
    refused = world.page().post("/upload/", {"file": picture()})
    assert STORE_UNAVAILABLE.sentence in unescape(refused.content.decode())
    assert not Photo.objects.exists()
    # S3 may have stored it all the same; then the sweep removes it.
    assert DeletionRecord.objects.get().closed_at is None


def test_plain_upload__is_taken_once_the_store_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, moto_aws: MotoAws
) -> None:
    with hanging(monkeypatch, "s3"):
        world.page().post("/upload/", {"file": picture()})
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    answer = world.page().post("/upload/", {"file": picture()}, follow=True)
    assert "1 photo uploaded." in answer.content.decode()
    assert originals().head(Photo.objects.get().pk) is not None


def test_plain_upload__keeps_the_row_of_an_earlier_offer(world: World, silent: Hanging) -> None:
    content = flat_jpeg()
    request = read_request(
        {
            "upload_id": str(uuid4()),
            "name": "a.jpg",
            "size_bytes": len(content),
            "content_type": "image/jpeg",
            "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        }
    )
    offer(world.alice.pk, [request], visibility="public")
    assert world.page().post("/upload/", {"file": picture()}).status_code == 422
    assert Photo.objects.get().state == State.AWAITING


def test_readiness__names_only_the_store_that_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch, moto_aws: MotoAws
) -> None:
    with hanging(monkeypatch, "s3"):
        assert Client().get("/health/ready/").json()["down"] == ["originals"]


def test_sweep__leaves_a_store_that_hangs_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, moto_aws: MotoAws, settings: SettingsWrapper
) -> None:
    waiting = [world.photo(State.AWAITING) for _ in range(30)]
    item = ready_item(waiting[0])
    Stores(moto_aws).put_item(item)
    # It is in the first batch. After that one the sweep leaves this kind, whose looks need S3.
    Photo.objects.exclude(pk=waiting[0].pk).update(due_at=timezone.now())
    with hanging(monkeypatch, "s3") as server:
        report = sweep(timezone.now() + timedelta(days=40))
    assert report.unavailable is True
    assert 0 < server.attempts * settings.STORE_SECONDS["answer"] <= settings.STORE_SECONDS["job_store"]
    waiting[0].refresh_from_db()
    assert waiting[0].state == State.PENDING


def test_command__waits_for_both_attempts(silent: Hanging) -> None:
    for _ in range(2):
        with pytest.raises(OriginalsUnavailable):
            originals().head(uuid4())
    assert silent.attempts == 2 * MAX_ATTEMPTS


def test_limit__ends_calls_that_are_answered_but_slow(
    monkeypatch: pytest.MonkeyPatch, moto_aws: MotoAws, settings: SettingsWrapper
) -> None:
    limit = time_limits.of_request()
    with time_limits.limited(limit):
        originals().head(uuid4())
        limit.whole = -1.0
        with pytest.raises(OriginalsUnavailable, match="was not asked"):
            originals().head(uuid4())


def test_limit__is_not_used_up_by_refusals(moto_aws: MotoAws) -> None:
    with time_limits.limited(time_limits.of_request()) as limit:
        for _ in range(5):
            assert originals().head(uuid4()) is None
    assert limit.lost == {}
