"""The page where users create and revoke tokens."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gallery.accounts import audit, notices
from gallery.accounts.models import AccountEvent
from gallery.accounts.reauthentication import ask_again
from gallery.api import tokens as api_tokens
from gallery.api.forms import TokenForm
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

MOST_ENDED_SHOWN = 20
Kind = AccountEvent.Kind


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@ask_again()
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the user's tokens; create one and show its secret once."""
    form = TokenForm(request.POST or None, user=request.user)
    issued = None
    if request.method == "POST" and form.is_valid():
        scopes = [Scope(name) for name in form.cleaned_data["scopes"]]
        try:
            issued = api_tokens.issue(
                request.user, name=form.cleaned_data["name"], scopes=scopes, days=form.cleaned_data["days"]
            )
        except api_tokens.TooManyTokens:
            form.add_error(None, _("You have 20 tokens. Revoke one first."))
        else:
            form = TokenForm(user=request.user)
            event = audit.record(request, request.user, Kind.TOKEN_MADE, name=issued.token.name)
            notices.tell(event)
    mine = ApiToken.objects.filter(user=request.user)
    ended = mine.exclude(pk__in=api_tokens.open_tokens(request.user).values("pk"))
    context = {
        "page_title": _("API tokens"),
        "form": form,
        "issued": issued,
        # All open ones are shown: there are 20 at most.
        "tokens": [
            *api_tokens.open_tokens(request.user).order_by("-created_at"),
            *ended.order_by("-created_at")[:MOST_ENDED_SHOWN],
        ],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = render(request, "api/tokens.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_required
@require_POST
def revoke(request: SignedInRequest, token_id: int) -> HttpResponse:
    """Revoke a token."""
    if api_tokens.revoke(request.user, token_id):
        audit.record(request, request.user, Kind.TOKENS_ENDED)
        messages.success(request, _("Token revoked. Programs that use it no longer have access."))
    return redirect("tokens")


@login_required
@require_POST
def revoke_all(request: SignedInRequest) -> HttpResponse:
    """Revoke all tokens of the user."""
    if api_tokens.end_all(request.user):
        audit.record(request, request.user, Kind.TOKENS_ENDED)
    messages.success(request, _("All tokens are revoked. Programs that use them no longer have access."))
    return redirect("tokens")
