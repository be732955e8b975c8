"""A gallery reached by its API, as the engine and the commands need it."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contactsheet.engine.interfaces import (
    AlreadyThere,
    Answer,
    Offered,
    Put,
    Refusal,
    Refused,
    Unavailable,
    Wish,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from contactsheet.engine.content import Content
    from contactsheet.transport import Transport

PAGE = 100
CHANGED_CODES = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "IncompleteBody"})
NOT_A_GALLERY = "This address does not answer as a Contactsheet gallery does."


class WebGallery:
    """The gallery of one address and token."""

    def __init__(self, transport: Transport, *, visibility: str = "public") -> None:
        self.transport = transport
        self._visibility = visibility

    def account(self) -> dict[str, Any]:
        """Return who the token acts for."""
        return self._json("GET", "/me")

    def offer(self, wishes: Sequence[Wish]) -> list[Answer]:
        """Ask for addresses for at most 50 files; repeating it changes nothing."""
        body = {"visibility": self._visibility, "uploads": [_told(wish) for wish in wishes]}
        found = self._json("POST", "/uploads", json=body)
        return [_answer(result) for result in found["results"]]

    def put(self, offered: Offered, wish: Wish, content: Content) -> Put:
        """Send the bytes where the offer says."""
        status, code = self.transport.put(offered.terms["url"], offered.terms["headers"], content)
        if status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.CREATED}:
            return Put.STORED
        if status == HTTPStatus.PRECONDITION_FAILED:
            return Put.CONFLICT
        if status == HTTPStatus.FORBIDDEN:
            return Put.STALE
        if code in CHANGED_CODES:
            return Put.CHANGED
        told = code or f"status {status}"
        raise Refusal("store_refused", f"The picture store did not take {wish.name}: {told}.")

    def still_processing(self) -> frozenset[str]:
        """List what is being processed, which brings it up to date, and return the SHA-256 of the rest."""
        photos = self.photos({"state": ["awaiting"]})
        return frozenset(photo["sha256"] for photo in photos if photo["state"] == "awaiting")

    def photos(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the photos that the API lists for the query, newest first."""
        cursor = ""
        while True:
            found = self._json("GET", "/photos", params={**query, "limit": PAGE, "cursor": cursor})
            yield from found["photos"]
            cursor = found["nextCursor"] or ""
            if not cursor:
                return

    def photos_of(self, ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
        """Give those photos of one's own that are there, in any order."""
        for start in range(0, len(ids), PAGE):
            yield from self.photos({"id": [str(photo_id) for photo_id in ids[start : start + PAGE]]})

    def original(self, photo_id: str) -> requests.Response:
        """Ask where an original can be fetched: 302, or 202 while the photo is being processed."""
        return self.transport.ask("GET", f"/download/{photo_id}")

    def thumbnail(self, photo_id: str, size: str) -> requests.Response:
        """Ask where a thumbnail can be fetched: 302, or 202 while the photo is being processed."""
        return self.transport.ask("GET", f"/download-thumbnail/{photo_id}", params={"size": size})

    def delete(self, ids: Sequence[UUID], *, forever: bool) -> Iterator[tuple[str, str]]:
        """Delete photos; give each id with ``trashed``, ``deleted`` or ``notFound``."""
        for start in range(0, len(ids), PAGE):
            listed = [str(photo_id) for photo_id in ids[start : start + PAGE]]
            found = self._json("POST", "/photos/delete", json={"ids": listed, "forever": forever})
            yield from ((result["id"], result["outcome"]) for result in found["results"])

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.transport.ask(method, path, **options)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES and "Location" in answer.headers:
            raise Unavailable(f"The gallery has moved to {answer.headers['Location']}. Sign in there.")
        found = answer.json() if is_json else None
        if not isinstance(found, dict):
            raise Unavailable(NOT_A_GALLERY)
        return found


def _told(wish: Wish) -> dict[str, Any]:
    return {
        "uploadId": str(wish.upload_id),
        "name": wish.name,
        "sizeBytes": wish.size_bytes,
        "sha256": base64.b64encode(bytes.fromhex(wish.sha256)).decode(),
        "metConflict": wish.met_conflict,
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
