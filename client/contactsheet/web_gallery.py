"""A gallery behind its API."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contactsheet.destinations import ORIGINAL
from contactsheet.engine.interfaces import (
    AlreadyThere,
    Answer,
    Offered,
    PutOutcome,
    Refusal,
    Refused,
    Unavailable,
    WantedUpload,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from contactsheet.engine.content import Content
    from contactsheet.transport import Transport

PAGE_SIZE = 100
CHANGED_CODES = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "IncompleteBody"})
NOT_A_GALLERY = "This address doesn't respond like a Contactsheet gallery. Check the address."


class WebGallery:
    """The gallery at one address, accessed with one token."""

    def __init__(self, transport: Transport, *, visibility: str = "public") -> None:
        self.transport = transport
        self.visibility = visibility

    def account(self) -> dict[str, Any]:
        """Return the token's account."""
        return self._json("GET", "/me")

    def offer(self, uploads: Sequence[WantedUpload]) -> list[Answer]:
        """Request offers for at most 50 files; idempotent by upload id."""
        body = {"visibility": self.visibility, "uploads": [_json_of(upload) for upload in uploads]}
        found = self._json("POST", "/uploads", json=body)
        return [_answer(result) for result in found["results"]]

    def put(self, offered: Offered, upload: WantedUpload, content: Content) -> PutOutcome:
        """PUT the bytes to the address of the offer."""
        status, code = self.transport.put(offered.terms["url"], offered.terms["headers"], content)
        if status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.CREATED}:
            return PutOutcome.STORED
        if status == HTTPStatus.PRECONDITION_FAILED:
            return PutOutcome.CONFLICT
        if status == HTTPStatus.FORBIDDEN:
            return PutOutcome.OFFER_REJECTED
        if code in CHANGED_CODES:
            return PutOutcome.FILE_CHANGED
        raise Refusal(
            "store_refused", f"The photo storage rejected {upload.name}: {code or f'status {status}'}."
        )

    def still_processing(self) -> frozenset[str]:
        """List photos that await processing, which refreshes them, and return the SHA-256 of the rest."""
        photos = self.photos({"state": ["awaiting"]})
        return frozenset(photo["sha256"] for photo in photos if photo["state"] == "awaiting")

    def photos(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the photos that match the query, newest first."""
        cursor = ""
        while True:
            found = self._json("GET", "/photos", params={**query, "limit": PAGE_SIZE, "cursor": cursor})
            yield from found["photos"]
            cursor = found["nextCursor"] or ""
            if not cursor:
                return

    def photos_by_id(self, ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
        """Yield those of your own photos that exist, in any order."""
        for start in range(0, len(ids), PAGE_SIZE):
            yield from self.photos({"id": [str(photo_id) for photo_id in ids[start : start + PAGE_SIZE]]})

    def address(self, photo_id: str, size: str) -> requests.Response:
        """Request the address of an original or thumbnail: 302, or 202 while the photo is being processed."""
        if size == ORIGINAL:
            return self.transport.request("GET", f"/download/{photo_id}")
        return self.transport.request("GET", f"/download-thumbnail/{photo_id}", params={"size": size})

    def delete(self, ids: Sequence[UUID], *, forever: bool) -> Iterator[tuple[str, str]]:
        """Delete photos; yield each id with its outcome: ``trashed``, ``deleted`` and so on."""
        for start in range(0, len(ids), PAGE_SIZE):
            listed = [str(photo_id) for photo_id in ids[start : start + PAGE_SIZE]]
            found = self._json("POST", "/photos/delete", json={"ids": listed, "forever": forever})
            yield from ((result["id"], result["outcome"]) for result in found["results"])

    def change(self, photo_id: str, changes: dict[str, Any]) -> None:
        """Change fields of one of your photos, all or none.

        Raises:
            Refusal: The gallery doesn't take them.
        """
        self._json("PATCH", f"/photos/{photo_id}", json=changes)

    def albums(self) -> list[dict[str, Any]]:
        """Return your albums, newest first."""
        found: list[dict[str, Any]] = self._json("GET", "/albums")["albums"]
        return found

    def make_album(self, title: str) -> str:
        """Make an album that only you see, ordered by date taken, and return its id."""
        album_id = str(self._json("POST", "/albums", json={"title": title})["id"])
        self._json("PATCH", f"/albums/{album_id}", json={"order": "taken"})
        return album_id

    def new_album(self, title: str, description: str) -> str:
        """Make an album that only you see, and return its id."""
        return str(self._json("POST", "/albums", json={"title": title, "description": description})["id"])

    def save_search(self, title: str, query: str) -> None:
        """Save a search as a smart album."""
        self._json("POST", "/smart-albums", json={"title": title, "query": query})

    def change_album(self, album_id: str, changes: dict[str, Any]) -> None:
        """Change fields of one of your albums."""
        self._json("PATCH", f"/albums/{album_id}", json=changes)

    def choose_cover(self, album_id: str, photo_id: str) -> None:
        """Choose the cover of an album."""
        self._json("POST", f"/albums/{album_id}/cover", json={"id": photo_id})

    def archive(self) -> dict[str, Any]:
        """Return what an archive of your account says beside photos."""
        return self._json("GET", "/archive")

    def archive_photos(self, album_id: str = "") -> Iterator[dict[str, Any]]:
        """Yield all your photos, or those of an album in its order, with what is said about each."""
        cursor = ""
        query = {"album": album_id} if album_id else {}
        while True:
            found = self._json(
                "GET", "/archive/photos", params={**query, "limit": PAGE_SIZE, "cursor": cursor}
            )
            yield from found["photos"]
            cursor = found["nextCursor"] or ""
            if not cursor:
                return

    def add_to_album(self, album_id: str, photo_ids: Sequence[str], *, in_given_order: bool = False) -> None:
        """Add photos to an album; those that it has stay."""
        for start in range(0, len(photo_ids), PAGE_SIZE):
            add = list(photo_ids[start : start + PAGE_SIZE])
            body = {"add": add} | ({"inGivenOrder": True} if in_given_order else {})
            self._json("POST", f"/albums/{album_id}/photos", json=body)

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.transport.request(method, path, **options)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES and "Location" in answer.headers:
            raise Unavailable(f"The gallery has moved to {answer.headers['Location']}. Sign in there.")
        found = answer.json() if is_json else None
        if not isinstance(found, dict):
            raise Unavailable(NOT_A_GALLERY)
        return found


def _json_of(upload: WantedUpload) -> dict[str, Any]:
    return {
        "uploadId": str(upload.upload_id),
        "name": upload.name,
        "sizeBytes": upload.size_bytes,
        "sha256": base64.b64encode(bytes.fromhex(upload.sha256)).decode(),
        "metConflict": upload.met_conflict,
    }


def _answer(result: dict[str, Any]) -> Answer:
    upload_id = UUID(result["uploadId"])
    match result["outcome"]:
        case "offered":
            return Offered(upload_id, UUID(result["photoId"]), result)
        case "alreadyThere":
            return AlreadyThere(upload_id, UUID(result["photoId"]))
        case _:
            return Refused(upload_id, result["reason"], result["sentence"])
