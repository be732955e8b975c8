"""Actions on many photos."""

import time
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from gallery.albums.tagging import TagRefused, clean_tags
from gallery.api.authorization import READS, WRITES, ApiRequest, need
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import batches as s
from gallery.api.tokens import Scope
from gallery.batches import actions
from gallery.batches.kinds import ACTS
from gallery.batches.models import Batch, Kind
from gallery.core import reasons

router = Router(tags=["Many photos"], by_alias=True)

WORK_SECONDS = 8.0
"""How long one request works on the photos. The gateway gives up after 30."""
NEEDED: dict[Kind, Scope] = {Kind.TRASH: Scope.DELETE, Kind.PURGE: Scope.PURGE}
"""What a token needs besides the scope upload."""


@router.post("/photos/batch", auth=WRITES, response={202: s.BatchOut, **refusals(409)})
def start_batch(request: ApiRequest, entry: s.BatchRequest) -> Status[s.BatchOut]:
    """Do one thing with up to 10,000 of your photos.

    The request works for up to 8 seconds, enough for some hundred photos. If `isFinished` is false, call
    `continue` until it is true; the gallery also goes on by itself, every few minutes. Each photo succeeds
    or is refused by itself. `trash` needs the scope delete too, and `purge`, which takes photos of the
    trash only, the scope purge.
    """
    kind = Kind(entry.kind.value)
    if kind in NEEDED:
        need(request, NEEDED[kind])
    try:
        batch = actions.start(request.user, kind, entry.ids, **_choices(kind, entry))
    except actions.Refused as refused:
        raise _problem(refused) from refused
    return Status(HTTPStatus.ACCEPTED, _worked_on(batch))


@router.get("/batches/{uuid:batch_id}", auth=READS, response={200: s.BatchOut, **refusals(404)})
def get_batch(request: ApiRequest, batch_id: UUID) -> s.BatchOut:
    """Get how far an action is. It can be read for a week after it finished."""
    return _output(_own_or_404(request, batch_id))


@router.post("/batches/{uuid:batch_id}/continue", auth=WRITES, response={200: s.BatchOut, **refusals(404)})
def continue_batch(request: ApiRequest, batch_id: UUID) -> s.BatchOut:
    """Work on an action for up to 8 seconds."""
    return _worked_on(_own_or_404(request, batch_id))


@router.post("/batches/{uuid:batch_id}/cancel", auth=WRITES, response={200: s.BatchOut, **refusals(404)})
def cancel_batch(request: ApiRequest, batch_id: UUID) -> s.BatchOut:
    """Stop an action. What was done stays done, and can be undone."""
    batch = _own_or_404(request, batch_id)
    actions.cancel(batch)
    return _worked_on(batch)


@router.post("/batches/{uuid:batch_id}/undo", auth=WRITES, response={202: s.BatchOut, **refusals(404, 409)})
def undo_batch(request: ApiRequest, batch_id: UUID) -> Status[s.BatchOut]:
    """Take back what an action changed, by another one that is returned. Purging can't be undone."""
    batch = _own_or_404(request, batch_id)
    undone_by = ACTS[Kind(batch.kind)].undone_by
    if undone_by in NEEDED:
        need(request, NEEDED[undone_by])
    try:
        undo = actions.undo(batch)
    except actions.Refused as refused:
        raise _problem(refused) from refused
    return Status(HTTPStatus.ACCEPTED, _worked_on(undo))


def _choices(kind: Kind, entry: s.BatchRequest) -> dict[str, Any]:
    """Return what the kind needs.

    Raises:
        Problem: it is missing, or there is something that another kind needs.
    """
    wanted = {
        Kind.ADD_TAGS: "tags",
        Kind.REMOVE_TAGS: "tags",
        Kind.ADD_TO_ALBUM: "albumId",
        Kind.REMOVE_FROM_ALBUM: "albumId",
        Kind.SET_VISIBILITY: "visibility",
    }.get(kind)
    given = {"tags": entry.tags, "albumId": entry.album_id, "visibility": entry.visibility}
    for name, value in given.items():
        if bool(value) != (name == wanted):
            message = "Field required" if name == wanted else f"Not a value of {kind}"
            raise Problem(reasons.INVALID, errors=[{"where": f"body.{name}", "message": message}])
    choices: dict[str, Any] = {}
    if wanted == "tags":
        try:
            choices["tags"] = clean_tags(entry.tags)
        except TagRefused as refusal:
            raise Problem(reasons.INVALID, str(refusal)) from refusal
    elif wanted == "albumId":
        choices["album"] = str(entry.album_id)
    elif wanted == "visibility":
        choices["visibility"] = entry.visibility.value
    return choices


def _own_or_404(request: ApiRequest, batch_id: UUID) -> Batch:
    return get_object_or_404(Batch.objects.select_related("owner").filter(owner=request.user), pk=batch_id)


def _worked_on(batch: Batch) -> s.BatchOut:
    until = time.monotonic() + WORK_SECONDS
    actions.advance(batch, has_time=lambda: time.monotonic() < until)
    return _output(batch)


def _output(batch: Batch) -> s.BatchOut:
    batch.refresh_from_db()
    progress = actions.progress_of(batch)
    return s.BatchOut(
        id=batch.pk,
        kind=s.BatchKind(batch.kind),
        total=progress.total,
        processed=progress.processed,
        done=progress.done,
        is_finished=batch.finished_at is not None,
        is_canceled=batch.canceled_at is not None,
        can_undo=actions.can_undo(batch),
        refused=[
            s.BatchRefusal(id=photo_id, reason=code) for photo_id, code in actions.refused_photos(batch)
        ],
    )


def _problem(refused: actions.Refused) -> Problem:
    headers = {"Retry-After": str(refused.wait_seconds)} if refused.wait_seconds else {}
    return Problem(refused.reason, headers=headers)
