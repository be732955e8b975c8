"""Authentication, scopes, rate limits and idempotency keys, checked before an operation reads its input."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from gallery.accounts.rate_limits import retry_after_seconds
from gallery.api import idempotency, tokens
from gallery.api.limits import Kind, limit_of
from gallery.api.problems import Problem
from gallery.api.tokens import Scope
from gallery.core import reasons
from gallery.core.database_waits import best_effort

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.api.models import ApiToken, RememberedAnswer


class ApiRequest(HttpRequest):
    """An authenticated request, for the type checker. Its response may be stored for repetitions."""

    user: User
    auth: ApiToken
    remembered_answer: RememberedAnswer | None


class TokenAuth(HttpBearer):
    """Accepts a bearer token with the scope, counts the request and finds repeated writes."""

    def __init__(self, scope: Scope, kind: Kind) -> None:
        super().__init__()
        self.scope = scope
        self.kind = kind

    def __call__(self, request: HttpRequest) -> Any:
        """Check the request.

        Raises:
            Problem: the token is missing, invalid or lacks the scope, the rate limit is reached,
                or the idempotency key is misused.
            Replay: the write already has a response.
        """
        if "Authorization" not in request.headers:
            raise Problem(reasons.TOKEN_MISSING)
        found = super().__call__(request)
        if found is None:
            raise Problem(reasons.TOKEN_INVALID)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the token if it is valid."""
        found = tokens.find(token)
        if found is None:
            return None
        if self.scope not in found.scope_names:
            raise Problem(reasons.SCOPE_MISSING, f"This token lacks the scope {self.scope}.")
        if self.scope is Scope.MODERATE:
            check_moderates(found)
        request.user = found.user
        limit_rate(found.user, self.kind)
        cast("ApiRequest", request).remembered_answer = idempotency.begin(request, found.user)
        return found


def limit_rate(user: User, kind: Kind, *, cost: int = 1) -> None:
    """Count requests of a user.

    Raises:
        Problem: the rate limit is reached.
    """
    count = partial(retry_after_seconds, limit_of(kind), str(user.pk), cost=cost)
    # A read must not fail because it can't be counted. A write could not be done either.
    wait = best_effort("rate_limit", count, 0) if kind is Kind.READS else count()
    if wait:
        raise Problem(reasons.TOO_FAST, headers={"Retry-After": str(wait)})


def check_moderates(token: ApiToken) -> None:
    """Check that the person of a token with the scope ``moderate`` may use it.

    Raises:
        Problem: the person is not staff, or lacks two-step sign-in that is demanded of staff.
    """
    if not tokens.moderates(token):
        raise Problem(reasons.SECOND_STEP_MISSING if token.user.is_staff else reasons.NOT_ALLOWED)


def need(request: ApiRequest, scope: Scope) -> None:
    """Check a scope that depends on the request's input.

    Raises:
        Problem: the token lacks it.
    """
    if scope not in request.auth.scope_names:
        raise Problem(reasons.SCOPE_MISSING, f"This token lacks the scope {scope}.")


READS = TokenAuth(Scope.READ, Kind.READS)
WRITES = TokenAuth(Scope.UPLOAD, Kind.WRITES)
DELETES = TokenAuth(Scope.DELETE, Kind.WRITES)
PURGES = TokenAuth(Scope.PURGE, Kind.WRITES)
REVIEWS = TokenAuth(Scope.MODERATE, Kind.WRITES)
REVIEW_READS = TokenAuth(Scope.MODERATE, Kind.READS)
