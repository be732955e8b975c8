"""The caller's own account."""

from ninja import Router

from gallery.api.authorization import READS, ApiRequest
from gallery.api.limits import Kind, limit_of
from gallery.api.responses import refusals
from gallery.api.schemas import account as s

router = Router(tags=["Account"], by_alias=True)


@router.get("/me", auth=READS, response={200: s.AccountOut, **refusals()})
def get_account(request: ApiRequest) -> s.AccountOut:
    """Get the token's account, scopes, remaining storage and rate limits."""
    limits = {str(kind): limit_of(kind) for kind in Kind}
    return s.AccountOut(
        name=request.user.username,
        display_name=request.user.display_name,
        owner_name=request.user.shown_name,
        scopes=sorted(request.auth.scope_names),
        token_expires_at=request.auth.expires_at,
        used_bytes=request.user.used_bytes,
        quota_bytes=request.user.quota_bytes,
        limits={
            name: s.LimitOut(per_minute=limit.count, burst=limit.burst) for name, limit in limits.items()
        },
    )
