"""Import requests: first the row and its reserved bytes, then the object in S3."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from gallery.accounts.models import User
from gallery.core import reasons
from gallery.imports.requests import START_WITHIN, NotRequested, Requested, request_imports
from gallery.imports.urls import checked_url, file_name_of
from gallery.photos.models import Photo
from gallery.photos.purge import purge_photo
from gallery.photos.reservations import open_offers
from gallery.photos.states import State
from gallery.storage.originals import originals
from gallery.uploads.file_checks import FileRefused
from thumbworker.contract.imports import MAX_IMPORT_BYTES, ImportRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gallery.stores import Stores

URL = "https://example.org/holiday/sea%20side.jpg?size=large"


def request_in(stores: Stores, photo: Photo) -> ImportRequest:
    answer = stores.s3.get_object(Bucket=stores.aws.outputs.originals_bucket, Key=f"imports/{photo.pk}")
    return ImportRequest.from_json(answer["Body"].read())


def test_request_imports__creates_row_and_request(alice: User, stores: Stores) -> None:
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
    assert request.begin_before == (photo.created_at + START_WITHIN).isoformat()
    assert request.begin_before < photo.offered_until.isoformat()


def test_request_imports__reaches_the_imports_queue(alice: User, stores: Stores) -> None:
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, Requested)
    answer = stores.aws.client("sqs").receive_message(QueueUrl=stores.aws.outputs.imports_queue_url)
    (message,) = answer["Messages"]
    assert str(outcome.photo_id) in message["Body"]
    assert stores.aws.messages() == []


def test_request_imports__never_exceeds_the_quota(alice: User, stores: Stores) -> None:
    alice.quota_bytes = 2 * MAX_IMPORT_BYTES + 5
    alice.save()
    outcomes = request_imports(alice.pk, ["ftp://x/", URL, URL, URL], visibility="public")
    assert [o.reason.code if isinstance(o, NotRequested) else "" for o in outcomes] == [
        "import_url_not_allowed",
        "",
        "",
        "quota_exceeded",
    ]
    alice.refresh_from_db()
    assert alice.used_bytes == 2 * MAX_IMPORT_BYTES
    assert len(stores.keys("imports/")) == 2


@pytest.mark.usefixtures("stores")
def test_request_imports__refuses_a_closed_account(alice: User) -> None:
    alice.is_active = False
    alice.save()
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, NotRequested)
    assert outcome.reason == reasons.ACCOUNT_CLOSED
    assert not Photo.objects.exists()


@pytest.fixture
def _unreachable_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(originals(), "_client", None)
    yield
    originals()._client = None


@pytest.mark.usefixtures("_unreachable_s3")
def test_request_imports__keeps_the_row_if_s3_is_unreachable(alice: User) -> None:
    (outcome,) = request_imports(alice.pk, [URL], visibility="public")
    assert isinstance(outcome, Requested)
    assert Photo.objects.get().state == State.AWAITING


@pytest.mark.usefixtures("stores")
def test_request_imports__does_not_count_as_offers(alice: User) -> None:
    request_imports(alice.pk, [URL] * 3, visibility="public")
    purge_photo(Photo.objects.values_list("pk", flat=True)[0])
    counted = User.objects.annotate(total=open_offers(timezone.now()))
    assert counted.get().total == 0


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
def test_checked_url__refuses_anything_but_plain_web_urls(url: str) -> None:
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
def test_file_name_of__is_harmless(url: str, name: str) -> None:
    assert file_name_of(url) == name


LIST = "# Été\n<https://example.org/é.jpg>\n\n https://example.org/b.jpg \n"


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.replace("\n", "\r\n").encode("utf-8-sig"),
        LIST.replace("\n", "\r").encode(),
        LIST.encode("utf-16"),
        b"\xfe\xff" + LIST.replace("\n", "\r\n").encode("utf-16-be"),
        LIST.encode("cp1252"),
    ],
    ids=["utf-8", "mark", "Windows", "old Mac", "utf-16", "big endian", "Windows-1252"],
)
def test_command__reads_every_kind_of_list(alice: User, stores: Stores, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "urls.txt"
    file.write_bytes(data)
    call_command("import_urls", str(file), owner="alice")
    found = set(Photo.objects.values_list("origin_url", "file_name"))
    assert found == {("https://example.org/é.jpg", "é.jpg"), ("https://example.org/b.jpg", "b.jpg")}


def test_command__imports_a_list(alice: User, stores: Stores, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "urls.txt"
    file.write_text(f"# holiday\n{URL}\n\nftp://x/\n")
    call_command("import_urls", str(file), owner="alice", private=True)
    output = capsys.readouterr()
    photo = Photo.objects.get()
    assert f"{photo.pk} {URL}" in output.out
    assert "1 of 2 imports requested." in output.out
    assert f"ftp://x/: {reasons.URL_NOT_ALLOWED.sentence}" in output.err
    assert photo.visibility == "private"


@pytest.mark.django_db
def test_command__refuses_an_unknown_user(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no user named mallory"):
        call_command("import_urls", "x", owner="mallory")


def test_command__reports_a_missing_file(alice: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Can't read"):
        call_command("import_urls", str(tmp_path / "none"), owner="alice")


def test_request__has_only_the_necessary_fields(alice: User, stores: Stores) -> None:
    request_imports(alice.pk, [URL], visibility="public")
    key = next(iter(stores.keys("imports/")))
    body = stores.s3.get_object(Bucket=stores.aws.outputs.originals_bucket, Key=key)["Body"].read()
    assert set(json.loads(body)) == {"url", "owner", "begin_before", "correlation_id"}


def test_request_imports__passes_the_correlation_id_on(alice: User, stores: Stores) -> None:
    with bound_contextvars(correlation_id="asked-by-alice"):
        request_imports(alice.pk, [URL, f"{URL}&second"], visibility="public")
    requests = [request_in(stores, photo) for photo in Photo.objects.all()]
    assert [request.correlation_id for request in requests] == ["asked-by-alice"] * 2
