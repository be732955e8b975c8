"""The command as it is typed: what it asks the API, what it says, and how it ends."""

from __future__ import annotations

import hashlib
import json
import tomllib
from uuid import uuid4

import pytest

from contactsheet import __version__
from contactsheet.exits import Exit
from infra.worker_zip import PROJECT
from tests.client.site import Answer, problem

PHOTOS = "/api/v1/photos"
NO_PHOTOS = {"photos": [], "nextCursor": None}


def photo(name="photo.jpg", content=b"the original", **changes):
    return {
        "id": str(uuid4()),
        "state": "pending",
        "fileName": name,
        "caption": "",
        "createdAt": "2026-11-01T10:00:00Z",
        "sizeBytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "renditions": [],
    } | changes


def offers(site, *outcomes):
    """Have the gallery answer the wishes of the next list in turn; the ids are those that were asked for."""

    original = site.answer

    def answer(asked):
        found = original(asked)
        if asked.path != "/api/v1/uploads" or found.status != 200:
            return found
        wishes = asked.json["uploads"]
        results = [
            {"uploadId": wish["uploadId"], "photoId": str(uuid4())} | outcome
            for wish, outcome in zip(wishes, outcomes, strict=True)
        ]
        return Answer(200, {"results": results})

    site.answer = answer
    site.gives("GET", "/photos", NO_PHOTOS)
    site.gives("POST", "/uploads", {})


def offered(site):
    return {"outcome": "offered", "url": f"{site.address}/store", "headers": {"If-None-Match": "*"}}


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "photos"
    found.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (found / name).write_bytes(name.encode())
    return found


def test_upload__sends_what_is_offered_and_says_the_rest(site, contactsheet, folder):
    refused = {"outcome": "refused", "reason": "quota_exceeded", "sentence": "There is no room left."}
    offers(site, offered(site), {"outcome": "alreadyThere"}, refused)
    site.answers("PUT", "/store", Answer(200))
    ended = contactsheet("upload", "--private", "--json", folder)
    assert ended.status == Exit.NOT_ALL
    assert "1 uploaded, 1 already there, 1 refused." in ended.words
    assert "c.jpg\n  There is no room left. (quota_exceeded)" in ended.words
    lines = [json.loads(line) for line in ended.output.splitlines()]
    found = {line["path"].rsplit("/", 1)[-1]: (line["outcome"], line["reason"]) for line in lines}
    assert found == {
        "a.jpg": ("uploaded", None),
        "b.jpg": ("already_there", None),
        "c.jpg": ("refused", "quota_exceeded"),
    }
    (list_asked,) = [asked for asked in site.asked if asked.method == "POST"]
    assert list_asked.json["visibility"] == "private"
    assert list_asked.json["uploads"][0]["sizeBytes"] == 5
    (put,) = [asked for asked in site.asked if asked.method == "PUT"]
    assert (put.body, put.headers["If-None-Match"]) == (b"a.jpg", "*")


def test_upload__done_when_all_are_there(site, contactsheet, folder):
    offers(site, *[{"outcome": "alreadyThere"}] * 3)
    (folder / "notes.txt").write_text("x")
    ended = contactsheet("upload", folder)
    assert ended.status == Exit.DONE
    assert ended.words == "3 already there. 1 other file left alone.\n"
    assert not site.paths("PUT")


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, "BadDigest", "file_changed"),
        (403, "AccessDenied", "not_taken"),
        (404, "NoSuchBucket", "store_refused"),
    ],
)
def test_upload__what_the_store_says_is_named(site, contactsheet, folder, status, code, reason):
    offers(site, offered(site))
    site.answers("PUT", "/store", Answer(status, f"<Error><Code>{code}</Code></Error>".encode()))
    ended = contactsheet("upload", folder / "a.jpg")
    assert (ended.status, f"({reason})" in ended.words) == (Exit.NOT_ALL, True)


def test_upload__without_a_gallery(contactsheet, folder, monkeypatch):
    monkeypatch.delenv("CONTACTSHEET_ADDRESS")
    ended = contactsheet("upload", folder)
    assert ended.status == Exit.NOT_SIGNED_IN
    assert ended.words.startswith("Sign in first: contactsheet login ADDRESS.")


def test_upload__with_a_token_that_ended(site, contactsheet, folder):
    site.answers("GET", PHOTOS, problem(401, "token_invalid", "This token is unknown."))
    ended = contactsheet("upload", folder)
    assert (ended.status, ended.words) == (Exit.NOT_SIGNED_IN, "This token is unknown. (token_invalid)\n")


def test_upload__to_an_address_that_is_no_gallery(site, contactsheet, folder):
    site.answers("GET", PHOTOS, Answer(200, b"<html>", {"Content-Type": "text/html"}))
    ended = contactsheet("upload", folder)
    assert ended.status == Exit.UNAVAILABLE
    assert "This address does not answer as a Contactsheet gallery does." in ended.words
    assert "3 not reached" in ended.words


def test_upload__to_a_gallery_that_moved(site, contactsheet, folder):
    site.answers("GET", PHOTOS, Answer(301, b"", {"Location": "https://photos.example.org/api/v1/photos"}))
    ended = contactsheet("upload", folder)
    assert ended.status == Exit.UNAVAILABLE
    assert "The gallery has moved to https://photos.example.org" in ended.words


def test_upload__of_nothing(site, contactsheet, tmp_path):
    site.gives("GET", "/photos", NO_PHOTOS)
    ended = contactsheet("upload", tmp_path)
    assert (ended.status, ended.words) == (Exit.DONE, "No pictures found.\n")


def test_list__goes_through_all_pages(site, contactsheet):
    first, second = photo("a.jpg"), photo("b [1].jpg", state="failed")
    site.gives(
        "GET",
        "/photos",
        {"photos": [first], "nextCursor": "more"},
        {"photos": [second], "nextCursor": None},
    )
    ended = contactsheet("list", "--state", "pending", "--state", "failed", "--tag", "dawn")
    assert ended.status == Exit.DONE
    assert [line.split()[0] for line in ended.output.splitlines()] == [first["id"], second["id"]]
    assert ended.output.splitlines()[1].endswith("b [1].jpg")
    assert "state=pending&state=failed&tag=dawn" in site.asked[0].path
    assert "cursor=more" in site.asked[1].path


def test_list__as_the_api_says_it(site, contactsheet):
    found = photo()
    site.gives("GET", "/photos", {"photos": [found], "nextCursor": None})
    assert json.loads(contactsheet("list", "--json").output) == found


def test_download__brings_originals_once(site, contactsheet, tmp_path):
    found = photo("a.jpg", b"bytes")
    site.gives("GET", "/photos", {"photos": [found], "nextCursor": None})
    ready = Answer(302, b"", {"Location": f"{site.address}/store"})
    path = f"/api/v1/download/{found['id']}"
    site.answers("GET", path, Answer(202, {}, {"Retry-After": "0"}), ready)
    site.answers("GET", "/store", Answer(200, b"cut"), Answer(200, b"bytes"))
    ended = contactsheet("download", "--to", tmp_path / "there")
    assert (ended.status, ended.words) == (Exit.DONE, "1 downloaded.\n")
    assert ended.output == f"{tmp_path / 'there' / 'a.jpg'}\n"
    assert [file.read_bytes() for file in (tmp_path / "there").iterdir()] == [b"bytes"]
    assert contactsheet("download", "--to", tmp_path / "there").words == "1 already there.\n"


def test_download__says_what_cannot_be_had(site, contactsheet, tmp_path):
    broken, changed, missing = photo("a.jpg"), photo("b.jpg"), uuid4()
    site.gives("GET", "/photos", {"photos": [broken, changed], "nextCursor": None})
    refusal = problem(409, "damaged", "We could not read this picture.")
    site.answers("GET", f"/api/v1/download/{broken['id']}", refusal)
    ready = Answer(302, b"", {"Location": f"{site.address}/store"})
    site.answers("GET", f"/api/v1/download/{changed['id']}", ready)
    site.answers("GET", "/store", Answer(200, b"other bytes!"))
    ended = contactsheet("download", broken["id"], changed["id"], missing, "--to", tmp_path / "there")
    assert ended.status == Exit.NOT_ALL
    assert f"{broken['id']}\n  We could not read this picture. (damaged)" in ended.words
    assert f"{changed['id']}\n  What arrived is not what was uploaded." in ended.words
    assert f"{missing}\n  There is no such photo of yours. (not_found)" in ended.words
    assert "3 not downloaded." in ended.words
    assert not list((tmp_path / "there").iterdir())


def test_delete__tells_each(site, contactsheet):
    there, missing = uuid4(), uuid4()
    results = [{"id": str(there), "outcome": "trashed"}, {"id": str(missing), "outcome": "notFound"}]
    site.gives("POST", "/photos/delete", {"results": results})
    ended = contactsheet("delete", there, missing)
    assert ended.status == Exit.NOT_ALL
    assert ended.output == f"{there}  trashed\n{missing}  notFound\n"
    assert "1 moved to the trash, where they stay for 30 days; 1 not found" in ended.words
    assert site.asked[0].json == {"ids": [str(there), str(missing)], "forever": False}


def test_delete__for_ever_wants_to_be_sure(site, contactsheet):
    ended = contactsheet("delete", "--forever", uuid4())
    assert (ended.status, ended.words.startswith("Nothing was deleted.")) == (Exit.NOT_UNDERSTOOD, True)
    assert not site.asked


@pytest.mark.parametrize(
    "arguments", [[], ["upload"], ["delete", "no-id"], ["upload", "--parallel", "0", "x"], ["fly"]]
)
def test_what_is_not_understood(contactsheet, arguments):
    assert contactsheet(*arguments).status == Exit.NOT_UNDERSTOOD


def test_the_version_is_the_packages(contactsheet):
    package = tomllib.loads((PROJECT / "client" / "pyproject.toml").read_text())
    assert contactsheet("--version").output == f"contactsheet {__version__}\n"
    assert package["project"]["version"] == __version__
