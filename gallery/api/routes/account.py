"""The caller's own account."""

from typing import cast

from django.http import HttpRequest
from ninja import Router

from gallery.accounts.quota import quota_of
from gallery.api.authorization import READS, ApiRequest
from gallery.api.limits import Kind, limit_of
from gallery.api.responses import refusals
from gallery.api.schemas import account as s

router = Router(tags=["Account"], by_alias=True)


@router.get("/me", auth=READS, response={200: s.AccountOut, **refusals(401, 403, 429)})
def get_account(request: HttpRequest) -> s.AccountOut:
    """Tell who the token acts for, what it may do, and how much room is left."""
    asked = cast("ApiRequest", request)
    quota = quota_of(asked.user)
    limits = {str(kind): limit_of(kind) for kind in Kind}
    return s.AccountOut(
        name=asked.user.username,
        scopes=sorted(asked.auth.scope_names),
        token_expires_at=asked.auth.expires_at,
        used_bytes=quota.used_bytes,
        quota_bytes=quota.limit_bytes,
        limits={
            name: s.LimitOut(per_minute=limit.count, burst=limit.burst) for name, limit in limits.items()
        },
    )
