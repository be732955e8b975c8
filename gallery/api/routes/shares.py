"""Shares of albums."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from gallery.albums.models import Album
from gallery.api import idempotency
from gallery.api.authorization import READS, WRITES, ApiRequest, need
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import shares as s
from gallery.api.tokens import Scope
from gallery.core import reasons
from gallery.sharing import actions
from gallery.sharing.models import Grant

router = Router(tags=["Shares"], by_alias=True)
MOST_SHARES = 500


def _values(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        "album_id": grant.album_id,
        "role": s.RoleName(grant.role),
        "label": grant.label,
        "person": grant.person.username if grant.person else grant.address or None,
        "has_password": bool(grant.password),
        "created_at": grant.created_at,
        "expires_at": grant.expires_at,
        "max_views": grant.max_views,
        "uses": grant.uses,
        "places": grant.places,
        "last_used_at": grant.last_used_at,
        "page_address": settings.SITE_ORIGIN + grant.get_absolute_url(),
    }


@router.get("/shares", auth=READS, response={200: s.ShareList, **refusals()})
def list_shares(request: ApiRequest) -> s.ShareList:
    """List what you share and have not ended."""
    mine = Grant.objects.given_by(request.user).filter(ended_at=None).select_related("person")
    return s.ShareList(
        shares=[s.ShareOut(**_values(grant)) for grant in mine.order_by("-created_at")[:MOST_SHARES]]
    )


@router.post(
    "/albums/{uuid:album_id}/shares", auth=WRITES, response={201: s.NewShareOut, **refusals(404, 409)}
)
def share_album(request: ApiRequest, album_id: UUID, entry: s.NewShare) -> Status[s.NewShareOut]:
    """Share one of your albums by a link, or with a person. The token needs the scope `read`, too.

    Repeating it with the same `Idempotency-Key` makes another share: a link is stored nowhere.
    """
    album = get_object_or_404(Album.objects.owned_by(request.user).select_related("owner"), pk=album_id)
    # A link shows photos, which a token that may only upload must not see.
    need(request, Scope.READ)
    values: dict[str, Any] = {
        "role": str(entry.role),
        "label": entry.label,
        "expires_at": None if entry.never_ends else timezone.now() + timedelta(days=entry.days),
    }
    idempotency.leave_out(request)
    try:
        if entry.person is None:
            values |= {"password": entry.password or "", "max_views": entry.max_views}
            shared = actions.share_by_link(request, album, **values)
        else:
            _check_person(entry)
            shared = actions.share_with(request, album, name=entry.person, **values)
    except actions.Refused as refused:
        raise Problem(refused.reason) from refused
    link = settings.SITE_ORIGIN + reverse("share-link", args=[shared.token]) if shared.token else None
    return Status(HTTPStatus.CREATED, s.NewShareOut(**_values(shared.grant), link_address=link))


def _check_person(entry: s.NewShare) -> None:
    """Check what a schema can't say.

    Raises:
        Problem: the address is none, or a person gets what only links have.
    """
    where = "password" if entry.password else "maxViews" if entry.max_views else ""
    if where:
        message = _("Only links have this.")
        raise Problem(reasons.INVALID, errors=[{"where": f"body.{where}", "message": message}])
    if "@" in entry.person:
        try:
            validate_email(entry.person.strip())
        except ValidationError as refused:
            message = " ".join(refused.messages)
            raise Problem(reasons.INVALID, errors=[{"where": "body.person", "message": message}]) from refused


@router.delete("/shares/{uuid:share_id}", auth=WRITES, response={204: None, **refusals(404)})
def end_share(request: ApiRequest, share_id: UUID) -> Status[None]:
    """End a share at once. Pictures that are open somewhere stop loading within 15 minutes."""
    mine = Grant.objects.given_by(request.user).select_related("album__owner")
    actions.end(request, get_object_or_404(mine, pk=share_id))
    return Status(HTTPStatus.NO_CONTENT, None)
