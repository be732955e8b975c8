"""Asking for imports: a row and its room first, then the request in S3."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from gallery.core import correlation
from gallery.imports.requests import BEGIN_WITHIN, NotRequested, Requested, request_imports
from gallery.imports.urls import checked_url, file_name_of
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.storage.originals import originals
from gallery.uploads import offers
from gallery.uploads.file_checks import FileRefused
from thumbworker.contract.imports import MAX_IMPORT_BYTES, SENTENCES, ImportReason, ImportRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gallery.accounts.models import User
    from tests.gallery.imports.conftest import ImportStores

URL = "https://example.org/holiday/sea%20side.jpg?size=large"


def request_in(stores: ImportStores, photo: Photo) -> ImportRequest:
    answer = stores.s3.get_object(Bucket=stores.aws.outputs.originals_bucket, Key=f"imports/{photo.pk}")
    return ImportRequest.from_json(answer["Body"].read())


def test_a_row_is_made_and_the_worker_is_asked(alice: User, stores: ImportStores) -> None:
    (outcome,) = request_imports(alice.pk, [URL], visibility="private")
    photo = Photo.objects.get()
    assert outcome == Requested(URL, photo.pk)
    assert (photo.state, photo.visibility, photo.file_name, photo.origin_url) == (
        State.AWAITING,
        "private",
        "sea side.jpg",
        URL,
    )
    request = request_in(stores, photo)
    assert (request.url, request.owner) == (URL, str(alice.pk))
    assert request.begin_before == (photo.created_at + BEGIN_WITHIN).isoformat()
    assert request.begin_before < photo.offered_until.isoformat()


def test_the_request_reaches_the_queue_of_imports(alice: User, stores: ImportStores) -> None:
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, Requested)
    answer = stores.aws.client("sqs").receive_message(QueueUrl=stores.aws.outputs.imports_queue_url)
    (message,) = answer["Messages"]
    assert str(outcome.photo_id) in message["Body"]
    assert stores.aws.messages() == []


def test_room_is_reserved_and_never_exceeded(alice: User, stores: ImportStores) -> None:
    alice.quota_bytes = 2 * MAX_IMPORT_BYTES + 5
    alice.save()
    outcomes = request_imports(alice.pk, ["ftp://x/", URL, URL, URL], visibility="public")
    assert [o.refusal.reason if isinstance(o, NotRequested) else "" for o in outcomes] == [
        "import_url_not_allowed",
        "",
        "",
        "quota_exceeded",
    ]
    alice.refresh_from_db()
    assert alice.used_bytes == 2 * MAX_IMPORT_BYTES
    assert len(stores.keys("imports/")) == 2


@pytest.mark.usefixtures("stores")
def test_a_suspended_person_imports_nothing(alice: User) -> None:
    alice.is_active = False
    alice.save()
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, NotRequested)
    assert outcome.refusal == offers.ACCOUNT_CLOSED
    assert not Photo.objects.exists()


@pytest.fixture
def _dead_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(originals(), "_client", None)
    yield
    originals()._client = None


@pytest.mark.usefixtures("_dead_store")
def test_a_silent_store_loses_nothing(alice: User) -> None:
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, Requested)
    assert Photo.objects.get().state == State.AWAITING


@pytest.mark.usefixtures("stores")
def test_imports_take_no_places_of_uploads(alice: User) -> None:
    request_imports(alice.pk, [URL] * 10, visibility="public")
    assert not Photo.objects.filter(offers._outstanding(Photo.objects.first().created_at)).exists()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/",
        "http://",
        "http:///a",
        "//example.org",
        "http://a@b/",
        "http://a b/",
        "http://a\\b/",
        "http://a:x/",
        "http://[/",
        "http://a/\x7f",
        "https://a/" + "x" * 2048,
    ],
)
def test_what_is_no_web_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(FileRefused):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.org/", "import"),
        ("https://a.org/x/%00", "import"),
        ("https://a.org/..%2f..%2fb.png", "b.png"),
    ],
)
def test_a_file_gets_a_harmless_name(url: str, name: str) -> None:
    assert file_name_of(url) == name


def test_a_list_is_imported_by_command(
    alice: User, stores: ImportStores, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "urls.txt"
    file.write_text(f"# holiday\n{URL}\n\nftp://x/\n")
    call_command("import_urls", str(file), owner="alice", private=True)
    said = capsys.readouterr()
    photo = Photo.objects.get()
    assert f"{photo.pk} {URL}" in said.out
    assert "1 of 2 pictures asked for." in said.out
    assert f"ftp://x/: {SENTENCES[ImportReason.URL_NOT_ALLOWED]}" in said.err
    assert photo.visibility == "private"


@pytest.mark.django_db
def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no user named nobody"):
        call_command("import_urls", "x", owner="nobody")


def test_the_command_says_when_a_file_is_not_there(alice: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_urls", str(tmp_path / "none"), owner="alice")


def test_the_request_holds_no_more_than_it_must(alice: User, stores: ImportStores) -> None:
    request_imports(alice.pk, [URL], visibility="public")
    key = next(iter(stores.keys("imports/")))
    body = stores.s3.get_object(Bucket=stores.aws.outputs.originals_bucket, Key=key)["Body"].read()
    assert set(json.loads(body)) == {"url", "owner", "begin_before", "correlation_id"}


def test_every_request_of_a_list_carries_the_id_of_the_one_that_asked(
    alice: User, stores: ImportStores
) -> None:
    with correlation.bound("asked-by-alice"):
        request_imports(alice.pk, [URL, f"{URL}&second"], visibility="public")
    requests = [request_in(stores, photo) for photo in Photo.objects.all()]
    assert [request.correlation_id for request in requests] == ["asked-by-alice"] * 2
