"""Actions on many photos."""

import time
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from gallery.albums.models import MAX_TAG_COLUMN
from gallery.albums.tagging import TagRefused, clean_tag, clean_tags
from gallery.api.authorization import PURGES, READS, WRITES, ApiRequest, need
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import batches as s
from gallery.api.tokens import Scope
from gallery.batches import actions
from gallery.batches import tags as tags_of_all
from gallery.batches.kinds import ACTS
from gallery.batches.models import Batch, Kind
from gallery.batches.trash import contents_of, start_on_all
from gallery.core import reasons

router = Router(tags=["Many photos"], by_alias=True)

WORK_SECONDS = 8.0
"""How long one request works on the photos. The gateway gives up after 30."""
NEEDED: dict[Kind, Scope] = {Kind.TRASH: Scope.DELETE, Kind.PURGE: Scope.PURGE}
"""What a token needs besides the scope upload."""
KINDS = {
    "visibility": Kind.SET_VISIBILITY,
    "shift_date_seconds": Kind.SHIFT_DATE,
    "file_date": Kind.SET_DATE,
}
"""Actions whose name is not that of the kind."""
MARKS = {
    "favorite": (Kind.UNFAVORITE, Kind.FAVORITE),
    "archived": (Kind.UNARCHIVE, Kind.ARCHIVE),
}
"""Actions with a kind for false and one for true."""


@router.post("/photos/batch", auth=WRITES, response={200: s.BatchOut, **refusals(409)})
def start_batch(request: ApiRequest, entry: s.BatchRequest) -> s.BatchOut:
    """Do one thing with up to 10,000 of your photos.

    The request works for up to 8 seconds, enough for some hundred photos. If `isFinished` is false, call
    `continue` until it is true; the gallery also goes on by itself, every few minutes. Each photo succeeds
    or is refused by itself. `trash` needs the scope delete too, and `purge`, which takes photos of the
    trash only, the scope purge.
    """
    kind = _kind(entry)
    if kind in NEEDED:
        need(request, NEEDED[kind])
    try:
        batch = actions.start(request.user, kind, entry.ids, **_choices(entry))
    except actions.Refused as refused:
        raise _problem(refused) from refused
    return _worked_on(batch)


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


@router.post("/batches/{uuid:batch_id}/undo", auth=WRITES, response={200: s.BatchOut, **refusals(404, 409)})
def undo_batch(request: ApiRequest, batch_id: UUID) -> s.BatchOut:
    """Take back what an action changed, by another one that is returned. Purging can't be undone."""
    batch = _own_or_404(request, batch_id)
    undone_by = ACTS[Kind(batch.kind)].undone_by
    if undone_by in NEEDED:
        need(request, NEEDED[undone_by])
    try:
        undo = actions.undo(batch)
    except actions.Refused as refused:
        raise _problem(refused) from refused
    return _worked_on(undo)


@router.post("/tags/rename", auth=WRITES, response={200: s.BatchOut, **refusals(404, 409)})
def rename_tag(request: ApiRequest, entry: s.TagRename) -> s.BatchOut:
    """Rename a tag on all of your photos, up to 10,000. With `merge`, also to a tag that you have already."""
    tag, to = _stored(entry.tag), _cleaned([entry.to])[0]
    try:
        return _worked_on(tags_of_all.rename(request.user, tag, to, merge=entry.merge))
    except actions.Refused as refused:
        raise _problem(refused) from refused


@router.post("/tags/remove", auth=WRITES, response={200: s.BatchOut, **refusals(404, 409)})
def remove_tag(request: ApiRequest, entry: s.TagRemoval) -> s.BatchOut:
    """Remove a tag from all of your photos, up to 10,000."""
    try:
        return _worked_on(tags_of_all.remove(request.user, _stored(entry.tag)))
    except actions.Refused as refused:
        raise _problem(refused) from refused


@router.get("/trash", auth=READS, response={200: s.TrashOut, **refusals()})
def get_trash(request: ApiRequest) -> s.TrashOut:
    """Get how much is in your trash, and what emptying it would free. List it by `/photos?trashed=true`."""
    contents = contents_of(request.user)
    return s.TrashOut(photo_count=contents.photos, size_bytes=contents.size_bytes, as_of=timezone.now())


@router.post("/trash/restore", auth=WRITES, response={200: s.BatchOut, **refusals(409)})
def restore_trash(request: ApiRequest, entry: s.TrashRequest) -> s.BatchOut:
    """Restore everything that was in your trash at a time, the oldest first, up to 10,000 photos."""
    return _on_trash(request, Kind.RESTORE, entry)


@router.post("/trash/empty", auth=PURGES, response={200: s.BatchOut, **refusals(409)})
def empty_trash(request: ApiRequest, entry: s.TrashRequest) -> s.BatchOut:
    """Delete permanently what was in your trash at a time, up to 10,000 photos."""
    return _on_trash(request, Kind.PURGE, entry)


def _on_trash(request: ApiRequest, kind: Kind, entry: s.TrashRequest) -> s.BatchOut:
    try:
        return _worked_on(start_on_all(request.user, kind, until=entry.until))
    except actions.Refused as refused:
        raise _problem(refused) from refused


def _kind(entry: s.BatchRequest) -> Kind:
    if kinds := MARKS.get(entry.action):
        return kinds[getattr(entry, entry.action)]
    return KINDS.get(entry.action) or Kind(entry.action)


def _choices(entry: s.BatchRequest) -> dict[str, Any]:
    """Return what the kind needs besides the photos.

    Raises:
        Problem: a tag is invalid.
    """
    if entry.visibility:
        return {"visibility": entry.visibility.value}
    if album_id := entry.add_to_album or entry.remove_from_album:
        return {"album": str(album_id)}
    if tags := entry.add_tags or entry.remove_tags:
        return {"tags": _cleaned(tags)}
    return _date_choices(entry)


def _date_choices(entry: s.BatchRequest) -> dict[str, Any]:
    if entry.shift_date_seconds is not None:
        return {"seconds": entry.shift_date_seconds}
    if said := entry.set_date:
        return {"date": {"wall": said.local, "offset": said.offset or ""}}
    return {"date": None} if entry.file_date else {}


def _cleaned(tags: list[str]) -> list[str]:
    try:
        return clean_tags(tags)
    except TagRefused as refusal:
        raise Problem(reasons.INVALID, str(refusal)) from refusal


def _stored(tag: str) -> str:
    try:
        return clean_tag(tag, longest=MAX_TAG_COLUMN)
    except TagRefused as refusal:
        raise Problem(reasons.INVALID, str(refusal)) from refusal


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
