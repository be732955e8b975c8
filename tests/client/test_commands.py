"""The command line against a fake site: requests, messages and exit statuses."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contactsheet import __version__
from contactsheet.exits import Exit
from infra.worker_zip import PROJECT
from tests.client.fake_site import Answer, problem
from tests.client.takeout import Takeout

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
    """Have the gallery answer the uploads of the next list in turn, with the ids of the request."""

    original = site.answer

    def answer(request):
        found = original(request)
        if request.path != "/api/v1/uploads" or found.status != 200:
            return found
        uploads = request.json["uploads"]
        results = [
            {"uploadId": upload["uploadId"], "photoId": str(uuid4())} | outcome
            for upload, outcome in zip(uploads, outcomes, strict=True)
        ]
        return Answer(200, {"results": results})

    site.answer = answer
    site.returns("GET", "/photos", NO_PHOTOS)
    site.returns("POST", "/uploads", {})


def offered(site):
    return {"outcome": "offered", "url": f"{site.address}/store", "headers": {"If-None-Match": "*"}}


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "photos"
    found.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (found / name).write_bytes(name.encode())
    return found


def test_upload__sends_offered_files_and_lists_the_rest(site, contactsheet, folder):
    refused = {"outcome": "refused", "reason": "quota_exceeded", "sentence": "There is no room left."}
    offers(site, offered(site), {"outcome": "alreadyThere"}, refused)
    site.answers("PUT", "/store", Answer(200))
    done = contactsheet("upload", "--private", "--json", folder)
    assert done.status == Exit.INCOMPLETE
    assert "1 uploaded, 1 already there, 1 refused." in done.stderr
    assert "c.jpg\n  There is no room left. (quota_exceeded)" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {line["path"].rsplit("/", 1)[-1]: (line["outcome"], line["reason"]) for line in lines}
    assert found == {
        "a.jpg": ("uploaded", None),
        "b.jpg": ("already_there", None),
        "c.jpg": ("refused", "quota_exceeded"),
    }
    (list_request,) = [request for request in site.requests if request.method == "POST"]
    assert list_request.json["visibility"] == "private"
    assert list_request.json["uploads"][0]["sizeBytes"] == 5
    (put,) = [request for request in site.requests if request.method == "PUT"]
    assert (put.body, put.headers["If-None-Match"]) == (b"a.jpg", "*")


def test_upload__is_done_if_all_are_there(site, contactsheet, folder):
    offers(site, *[{"outcome": "alreadyThere"}] * 3)
    (folder / "notes.txt").write_text("x")
    done = contactsheet("upload", folder)
    assert done.status == Exit.DONE
    assert done.stderr == (
        "3 already there. Skipped 1 other file:\n"
        "  The file's name doesn't end like a picture's. Name the file itself to try it. (not_a_picture)"
        f" {folder / 'notes.txt'}\n"
    )
    assert not site.paths("PUT")


def test_upload__names_what_it_leaves_alone_and_goes_on(site, contactsheet, folder):
    offers(site, *[{"outcome": "alreadyThere"}] * 3)
    os.mkfifo(folder / "fifo.jpg")
    for number in range(12):
        (folder / f"notes-{number:02}.txt").touch()
    done = contactsheet("upload", "--json", folder)
    assert done.status == Exit.DONE
    assert done.stderr.startswith("3 already there. Skipped 13 other files:\n")
    assert (
        f"This is a pipe, a socket or a device, not a file. (not_a_file) {folder / 'fifo.jpg'}" in done.stderr
    )
    assert f"{folder / 'notes-09.txt'} and 2 more\n" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 16
    (fifo,) = [line for line in lines if line["path"].endswith("fifo.jpg")]
    assert (fifo["outcome"], fifo["reason"]) == ("skipped", "not_a_file")
    assert fifo["sentence"].startswith("This is a pipe")


def test_upload__of_a_broken_link_is_incomplete(site, contactsheet, folder):
    offers(site, *[{"outcome": "alreadyThere"}] * 3)
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    done = contactsheet("upload", folder)
    assert done.status == Exit.INCOMPLETE
    assert "gone.jpg\n  This link leads to nothing. (broken_link)\n" in done.stderr
    assert "3 already there, 1 not sent." in done.stderr


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, "BadDigest", "file_changed"),
        (403, "AccessDenied", "not_taken"),
        (404, "NoSuchBucket", "store_refused"),
    ],
)
def test_upload__names_the_answer_of_the_store(site, contactsheet, folder, status, code, reason):
    offers(site, offered(site))
    site.answers("PUT", "/store", Answer(status, f"<Error><Code>{code}</Code></Error>".encode()))
    done = contactsheet("upload", folder / "a.jpg")
    assert (done.status, f"({reason})" in done.stderr) == (Exit.INCOMPLETE, True)


def test_upload__without_a_gallery(contactsheet, folder, monkeypatch):
    monkeypatch.delenv("CONTACTSHEET_ADDRESS")
    done = contactsheet("upload", folder)
    assert done.status == Exit.NOT_SIGNED_IN
    assert done.stderr.startswith("Sign in first: contactsheet login ADDRESS.")


def test_upload__with_an_expired_token(site, contactsheet, folder):
    site.answers("GET", PHOTOS, problem(401, "token_invalid", "This token is unknown."))
    done = contactsheet("upload", folder)
    assert (done.status, done.stderr) == (Exit.NOT_SIGNED_IN, "This token is unknown. (token_invalid)\n")


def test_upload__to_an_address_without_a_gallery(site, contactsheet, folder):
    site.answers("GET", PHOTOS, Answer(200, b"<html>", {"Content-Type": "text/html"}))
    done = contactsheet("upload", folder)
    assert done.status == Exit.UNAVAILABLE
    assert "This address doesn't respond like a Contactsheet gallery." in done.stderr
    assert "3 not reached" in done.stderr


def test_upload__to_a_gallery_that_moved(site, contactsheet, folder):
    site.answers("GET", PHOTOS, Answer(301, b"", {"Location": "https://photos.example.org/api/v1/photos"}))
    done = contactsheet("upload", folder)
    assert done.status == Exit.UNAVAILABLE
    assert "The gallery has moved to https://photos.example.org" in done.stderr


def test_upload__of_an_empty_folder(site, contactsheet, tmp_path):
    site.returns("GET", "/photos", NO_PHOTOS)
    done = contactsheet("upload", tmp_path)
    assert (done.status, done.stderr) == (Exit.DONE, "No photos found.\n")


def test_list__reads_all_pages(site, contactsheet):
    first, second = photo("a.jpg"), photo("b [1].jpg", state="failed")
    site.returns(
        "GET",
        "/photos",
        {"photos": [first], "nextCursor": "more"},
        {"photos": [second], "nextCursor": None},
    )
    done = contactsheet("list", "--state", "pending", "--state", "failed", "--tag", "dawn")
    assert done.status == Exit.DONE
    assert [line.split()[0] for line in done.stdout.splitlines()] == [first["id"], second["id"]]
    assert done.stdout.splitlines()[1].endswith("b [1].jpg")
    assert "state=pending&state=failed&tag=dawn" in site.requests[0].path
    assert "cursor=more" in site.requests[1].path


@pytest.mark.parametrize(
    ("command", "all_files"),
    [(["list"], True), (["download"], True), (["download", "--size", "320"], False)],
)
def test_stacked_raws__are_listed_with_originals(command, all_files, site, contactsheet, tmp_path):
    site.returns("GET", "/photos", NO_PHOTOS)
    contactsheet(*command, *(["--to", tmp_path] if command[0] == "download" else []))
    assert ("stacked=true" in site.requests[0].path) is all_files


def test_list__prints_the_json_of_the_api(site, contactsheet):
    found = photo()
    site.returns("GET", "/photos", {"photos": [found], "nextCursor": None})
    assert json.loads(contactsheet("list", "--json").stdout) == found


def test_download__saves_originals_once(site, contactsheet, tmp_path):
    found = photo("a.jpg", b"bytes")
    site.returns("GET", "/photos", {"photos": [found], "nextCursor": None})
    ready = Answer(302, b"", {"Location": f"{site.address}/store"})
    path = f"/api/v1/download/{found['id']}"
    site.answers("GET", path, Answer(202, {}, {"Retry-After": "0"}), ready)
    site.answers("GET", "/store", Answer(200, b"cut"), Answer(200, b"bytes"))
    done = contactsheet("download", "--to", tmp_path / "there")
    assert (done.status, done.stderr) == (Exit.DONE, "1 downloaded.\n")
    assert done.stdout == f"{tmp_path / 'there' / 'a.jpg'}\n"
    assert [file.read_bytes() for file in (tmp_path / "there").iterdir()] == [b"bytes"]
    assert contactsheet("download", "--to", tmp_path / "there").stderr == "1 already there.\n"


def test_download__lists_failures_with_reasons(site, contactsheet, tmp_path):
    broken, changed, missing = photo("a.jpg"), photo("b.jpg"), uuid4()
    site.returns("GET", "/photos", {"photos": [broken, changed], "nextCursor": None})
    refusal = problem(409, "damaged", "We couldn't read this photo.")
    site.answers("GET", f"/api/v1/download/{broken['id']}", refusal)
    ready = Answer(302, b"", {"Location": f"{site.address}/store"})
    site.answers("GET", f"/api/v1/download/{changed['id']}", ready)
    site.answers("GET", "/store", Answer(200, b"other bytes!"))
    done = contactsheet("download", broken["id"], changed["id"], missing, "--to", tmp_path / "there")
    assert done.status == Exit.INCOMPLETE
    assert f"{broken['id']}\n  We couldn't read this photo. (damaged)" in done.stderr
    assert f"{changed['id']}\n  The download doesn't match the uploaded photo." in done.stderr
    assert f"{missing}\n  You don't have a photo with this ID. (not_found)" in done.stderr
    assert "3 not downloaded." in done.stderr
    assert not list((tmp_path / "there").iterdir())


def test_download__of_a_size_that_the_gallery_lacks(site, contactsheet, tmp_path):
    found = photo("a.jpg")
    site.returns("GET", "/photos", {"photos": [found], "nextCursor": None})
    refusal = problem(422, "invalid", "A value is not accepted.")
    refusal.body["errors"] = [{"where": "query.size", "message": "Input should be '64'"}]
    site.answers("GET", f"/api/v1/download-thumbnail/{found['id']}", refusal)
    done = contactsheet("download", "--size", "7", "--to", tmp_path)
    assert done.status == Exit.INCOMPLETE
    assert "A value is not accepted. query.size: Input should be '64'. (invalid)" in done.stderr


def test_delete__prints_each_outcome(site, contactsheet):
    there, missing = uuid4(), uuid4()
    results = [{"id": str(there), "outcome": "trashed"}, {"id": str(missing), "outcome": "notFound"}]
    site.returns("POST", "/photos/delete", {"results": results})
    done = contactsheet("delete", there, missing)
    assert done.status == Exit.INCOMPLETE
    assert done.stdout == f"{there}  trashed\n{missing}  notFound\n"
    assert "1 moved to trash, 1 not found" in done.stderr
    assert site.requests[0].json == {"ids": [str(there), str(missing)], "forever": False}


def test_delete__permanently_needs_confirmation(site, contactsheet):
    done = contactsheet("delete", "--forever", uuid4())
    assert (done.status, done.stderr.startswith("Nothing was deleted.")) == (Exit.USAGE_ERROR, True)
    assert not site.requests


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["upload"],
        ["delete", "no-id"],
        ["upload", "--parallel", "0", "x"],
        ["download", "--size", "large"],
        ["fly"],
    ],
)
def test_arguments__not_valid(contactsheet, arguments):
    assert contactsheet(*arguments).status == Exit.USAGE_ERROR


def test_version__is_the_package_version(contactsheet):
    package = tomllib.loads((PROJECT / "client" / "pyproject.toml").read_text())
    assert contactsheet("--version").stdout == f"contactsheet {__version__}\n"
    assert package["project"]["version"] == __version__


@pytest.fixture
def archived(site, tmp_path):
    """Return an archive's folder with one picture, and its photo as the API lists it."""
    said = {"description": "Harbor", "favorited": True}
    takeout = Takeout(tmp_path / "Takeout")
    folder = takeout.folder("Oslo", album="Oslo")
    takeout.picture(folder / "a.jpg")
    takeout.sidecar(folder, "a.jpg", taken=datetime(2019, 5, 4, tzinfo=UTC), **said)
    nothing = {"tags": [], "favorite": False, "archived": False, "isDateCorrected": False}
    there = photo("a.jpg", **nothing, takenAtLocal=None, newWords=None)
    offers(site, {"outcome": "alreadyThere", "photoId": there["id"]})
    site.returns("GET", "/photos", NO_PHOTOS, {"photos": [there], "nextCursor": None})
    site.returns("GET", "/albums", {"albums": []})
    site.returns("POST", "/albums", {"id": "the-album"})
    site.returns("PATCH", "/albums/the-album", {})
    site.returns("POST", "/albums/the-album/photos", {})
    return takeout.root, there


def bodies(site, method, path):
    wanted = (method, f"/api/v1{path}")
    return [request.json for request in site.requests if (request.method, request.path) == wanted]


def test_import__gives_a_photo_what_its_archive_says(site, contactsheet, archived):
    folder, there = archived
    site.returns("PATCH", f"/photos/{there['id']}", {})
    done = contactsheet("import", folder)
    assert (done.status, bodies(site, "POST", "/uploads")[0]["visibility"]) == (Exit.DONE, "private")
    date = {"takenAtLocal": "2019-05-04T00:00:00", "takenAtOffset": "+00:00"}
    assert bodies(site, "PATCH", f"/photos/{there['id']}") == [{"caption": "Harbor", "favorite": True} | date]
    assert bodies(site, "POST", "/albums") == [{"title": "Oslo"}]
    assert bodies(site, "PATCH", "/albums/the-album") == [{"order": "taken"}]
    assert bodies(site, "POST", "/albums/the-album/photos") == [{"add": [there["id"]]}]
    assert "Completed from their archive: 1, albums: 1." in done.stderr


def test_import__a_refused_word_costs_nothing_else(site, contactsheet, archived):
    folder, there = archived
    refused, taken = problem(422, "invalid", "No such caption."), Answer(200, {})
    site.answers("PATCH", f"/api/v1/photos/{there['id']}", refused, refused, taken)
    done = contactsheet("import", folder)
    assert [sorted(body) for body in bodies(site, "PATCH", f"/photos/{there['id']}")] == [
        ["caption", "favorite", "takenAtLocal", "takenAtOffset"],
        ["caption"],
        ["favorite"],
        ["takenAtLocal", "takenAtOffset"],
    ]
    assert (done.status, "No such caption. (invalid)" in done.stderr) == (Exit.INCOMPLETE, True)


def test_import__what_the_gallery_could_not_read_is_said(site, contactsheet, archived):
    folder, there = archived
    site.returns("GET", "/photos", NO_PHOTOS, {"photos": [there | {"state": "failed"}], "nextCursor": None})
    done = contactsheet("import", folder)
    assert (done.status, "(not_processed)" in done.stderr) == (Exit.INCOMPLETE, True)
    assert bodies(site, "POST", "/albums") == []


def test_import__a_photo_that_was_deleted_meanwhile_is_not_waited_for(site, contactsheet, archived):
    folder, _there = archived
    site.returns("GET", "/photos", NO_PHOTOS)
    done = contactsheet("import", folder)
    assert (done.status, "(gone)" in done.stderr) == (Exit.INCOMPLETE, True)


def test_import__dry_run_sends_nothing(site, contactsheet, archived):
    folder, _there = archived
    done = contactsheet("import", folder, "--dry-run")
    assert (done.status, site.requests) == (Exit.DONE, [])
    assert "Album: Oslo (1)" in done.stderr


def test_import__packed_archives_are_refused_before_anything_is_sent(site, contactsheet, archived, tmp_path):
    folder, _there = archived
    done = contactsheet("import", folder, tmp_path / "takeout-001.zip")
    assert (done.status, site.requests, "(packed)" in done.stderr) == (Exit.INCOMPLETE, [], True)


def archived_photo(name, content, **about):
    said = {
        "fileName": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "caption": "",
        "tags": [],
        "favorite": False,
        "archived": False,
        "visibility": "public",
        "rotation": 0,
        "takenAtLocal": None,
        "takenAtOffset": None,
        "isDateCorrected": False,
        "standsAlone": False,
        "albums": [],
    }
    return {
        "id": str(uuid4()),
        "names": [name, f"other-{name}"],
        "folder": "Sea",
        "sizeBytes": len(content),
        "modifiedAt": "2026-05-01T06:30:00",
        "sentence": None,
        "about": said | about,
    }


ABOUT = {"format": "contactsheet", "version": 1, "albums": [], "smartAlbums": []}


def serve_archive(site, *photos):
    site.returns("GET", "/archive", ABOUT)
    site.returns("GET", "/archive/photos", {"photos": list(photos), "nextCursor": None})
    for found in photos:
        ready = Answer(302, b"", {"Location": f"{site.address}/store"})
        site.answers("GET", f"/api/v1/download/{found['id']}", ready)
    site.answers("GET", "/store", Answer(200, b"bytes"))


def test_download_all__is_a_folder_that_says_what_is_in_it(site, contactsheet, tmp_path):
    first, second = archived_photo("a.jpg", b"bytes", caption="Dawn"), archived_photo("A.jpg", b"bytes")
    gone = archived_photo("b.jpg", b"x") | {"sentence": "This photo is still being processed."}
    serve_archive(site, first, second, gone)
    done = contactsheet("download", "--all", "--parallel", "1", "--to", tmp_path)
    assert done.status == Exit.INCOMPLETE
    assert "still being processed. (not_available)" in done.stderr
    assert "2 downloaded, 1 not downloaded." in done.stderr
    assert sorted(path.name for path in (tmp_path / "Sea").iterdir()) == ["a.jpg", "other-A.jpg"]
    found = json.loads((tmp_path / "contactsheet.json").read_text())
    assert [(photo["id"], photo["file"]) for photo in found["photos"]] == [
        (first["id"], "Sea/a.jpg"),
        (second["id"], "Sea/other-A.jpg"),
        (gone["id"], None),
    ]
    assert found["photos"][0]["caption"] == "Dawn"
    again = contactsheet("download", "--all", "--parallel", "1", "--to", tmp_path)
    assert "2 already there" in again.stderr


@pytest.mark.parametrize("folder", ["../up", "..", "/etc", "a/../../b", "C:\\x"])
def test_download_all__stays_in_the_folder(site, contactsheet, tmp_path, folder):
    there = tmp_path / "there"
    serve_archive(site, archived_photo("../../x.jpg", b"bytes") | {"folder": folder})
    assert contactsheet("download", "--all", "--to", there).status == Exit.DONE
    [saved] = tmp_path.rglob("*.jpg")
    assert saved.is_relative_to(there)


def test_download_all__takes_no_other_choice(site, contactsheet, tmp_path):
    for options in (["--favorites"], ["--size", "320"], [str(uuid4())]):
        done = contactsheet("download", "--all", *options, "--to", tmp_path / "there")
        assert done.status == Exit.USAGE_ERROR
    assert not site.requests
    assert not (tmp_path / "there").exists()


def test_download_album__is_named_as_its_zip(site, contactsheet, tmp_path):
    serve_archive(site, archived_photo("a.jpg", b"bytes") | {"folder": "", "names": ["_con.jpg"]})
    album = str(uuid4())
    assert contactsheet("download", "--album", album, "--to", tmp_path).status == Exit.DONE
    assert [path.name for path in tmp_path.iterdir()] == ["_con.jpg"]
    [asked] = [path for path in site.paths("GET") if path.startswith("/api/v1/archive/photos")]
    assert f"album={album}&" in asked


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "archive_damaged"),
        (json.dumps(ABOUT | {"format": "other", "photos": []}), "archive_damaged"),
        (json.dumps(ABOUT), "archive_damaged"),
        (json.dumps(ABOUT | {"version": 2, "photos": []}), "archive_newer"),
    ],
)
def test_upload__of_an_archive_that_cant_be_read_sends_nothing(site, contactsheet, folder, text, reason):
    (folder / "contactsheet.json").write_text(text)
    done = contactsheet("upload", folder)
    assert (done.status, f"({reason})" in done.stderr) == (Exit.INCOMPLETE, True)
    assert not site.requests
