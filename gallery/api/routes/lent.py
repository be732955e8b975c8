"""Photos that people lend to others' albums."""

from django.shortcuts import get_object_or_404
from ninja import Router

from gallery.albums.models import Album
from gallery.api import present
from gallery.api.authorization import READS, WRITES, ApiRequest, need
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import lent as s
from gallery.api.tokens import Scope
from gallery.core import reasons
from gallery.sharing import access, actions, lending
from gallery.sharing.models import Decision, Grant, Role

router = Router(tags=["Shares"], by_alias=True)
MOST_LISTED = 500


@router.get("/lent", auth=READS, response={200: s.LentList, **refusals()})
def list_lent(request: ApiRequest) -> s.LentList:
    """List your photos that you added to others' albums. They stay yours, and give no one their file."""
    mine = list(lending.lent_by(request.user)[:MOST_LISTED])
    seen = lending.seen_by(request.user, {one.album_id for one in mine})
    return s.LentList(
        lent=[
            s.LentOut(
                id=one.photo_id,
                album_id=one.album_id,
                album_title=one.album.title if one.album_id in seen else None,
                owner=one.album.owner.username,
                decision=s.DecisionName(one.decision),
                lent_at=one.created_at,
            )
            for one in mine
        ]
    )


@router.post("/lent", auth=WRITES, response={200: s.LentCount, **refusals(404, 410)})
def lend(request: ApiRequest, entry: s.NewLent) -> s.LentCount:
    """Add photos of yours to an album that is shared with you, where they wait for its owner.

    The token needs the scope `read`, too: others will see them. Photos of others are left out, and those that
    you added before.
    """
    held = Grant.objects.held_by(request.user).filter(role=Role.ADD).exclude(album__owner=request.user)
    grant = get_object_or_404(held, pk=entry.share_id)
    # As for shares: a token which may only upload must not show private photos to others.
    need(request, Scope.READ)
    try:
        return s.LentCount(count=lending.lend(grant, request.user, entry.ids))
    except access.Ended as ended:
        raise Problem(reasons.NO_LONGER_SHARED) from ended
    except actions.Refused as refused:
        raise Problem(refused.reason) from refused


@router.post("/lent/take-back", auth=WRITES, response={200: s.LentCount, **refusals()})
def take_back_lent(request: ApiRequest, entry: s.TakenBack) -> s.LentCount:
    """Take photos of yours out of others' albums at once, also where the share has ended."""
    return s.LentCount(count=lending.take_back(request.user, entry.ids, entry.album_id))


@router.get("/lent/waiting", auth=READS, response={200: s.WaitingList, **refusals()})
def list_lent_waiting(request: ApiRequest) -> s.WaitingList:
    """List what people lend to your albums, and you have not decided about."""
    waiting = list(lending.lent_to(request.user, Decision.WAITING)[: lending.MOST_AT_ONCE])
    renditions = present.renditions_of([one.photo for one in waiting])
    return s.WaitingList(
        waiting=[
            s.WaitingOut(
                id=one.photo_id,
                album_id=one.album_id,
                lent_by=one.photo.owner.username,
                caption=one.photo.caption,
                alt_text=one.photo.alt_text,
                lent_at=one.created_at,
                renditions=renditions[one.photo_id],
            )
            for one in waiting
        ]
    )


@router.post("/lent/decide", auth=WRITES, response={200: s.LentDecided, **refusals(404)})
def decide_lent(request: ApiRequest, decision: s.LentDecision) -> s.LentDecided:
    """Accept or decline what people lend to your albums. Repeating it changes nothing."""
    album = None
    if decision.album_id:
        album = get_object_or_404(Album.objects.owned_by(request.user), pk=decision.album_id)
    return s.LentDecided(
        accepted=lending.accept(request.user, decision.accept or [], album),
        declined=lending.decline(request.user, decision.decline or [], album),
    )
