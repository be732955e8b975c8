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

from gallery.api import tokens as api_tokens
from gallery.api.forms import TokenForm
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

MOST_SHOWN = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the user's tokens; create one and show its secret once."""
    form = TokenForm(request.POST or None)
    issued = None
    if request.method == "POST" and form.is_valid():
        scopes = [Scope(name) for name in form.cleaned_data["scopes"]]
        issued = api_tokens.issue(
            request.user, name=form.cleaned_data["name"], scopes=scopes, days=form.cleaned_data["days"]
        )
        form = TokenForm()
    mine = ApiToken.objects.filter(user=request.user).order_by("-created_at")[:MOST_SHOWN]
    context = {
        "page_title": _("API tokens"),
        "form": form,
        "issued": issued,
        "tokens": mine,
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
        messages.success(request, _("Token revoked. Programs that use it no longer have access."))
    return redirect("tokens")
