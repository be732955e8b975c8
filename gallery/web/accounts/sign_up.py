"""The sign-up page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gallery.accounts import email_addresses, invitations
from gallery.accounts.client_address import client_address
from gallery.accounts.models import NAME_TAKEN
from gallery.accounts.rate_limits import SIGN_UPS_PER_ADDRESS, is_allowed
from gallery.accounts.sign_up import InvitationUsed, NameTaken, create_account
from gallery.web.accounts.forms import SignUpForm
from gallery.web.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.models import User
    from gallery.accounts.typing import Request

PAGE = "accounts/sign_up.html"
BACKEND = "gallery.accounts.backends.NameOrEmailBackend"


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: Request, invitation: str = "") -> HttpResponse:
    """Create an account, if ``SIGN_UP`` allows it: open, by invitation, or closed."""
    if request.user.is_authenticated:
        return redirect("my-photos")
    if not _is_welcome(invitation):
        return _closed(request)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not is_allowed(SIGN_UPS_PER_ADDRESS, client_address(request)):
            form.add_error(None, _("Too many accounts were created from your network. Try again in an hour."))
            return render(request, PAGE, {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS)
        user = form.save(commit=False)
        try:
            create_account(user, invitation=invitation)
        except InvitationUsed:
            return _closed(request)
        except NameTaken:
            form.add_error("username", NAME_TAKEN)
        else:
            return _begin(request, user, form.cleaned_data["email"])
    return form_page(request, PAGE, form)


def _is_welcome(invitation: str) -> bool:
    if invitation and settings.SIGN_UP != "closed":
        return invitations.is_open(invitation)
    return bool(settings.SIGN_UP == "open")


def _begin(request: Request, user: User, email: str) -> HttpResponse:
    login(request, user, backend=BACKEND)
    # The same sentence whether the address is free, taken or unreachable: no page reveals who has an account.
    email_addresses.ask_to_confirm(request, user, email)
    messages.success(
        request, _("Welcome. Check your email and open the link that we sent to confirm your address.")
    )
    return redirect("my-photos")


def _closed(request: Request) -> HttpResponse:
    return render(request, "accounts/sign_up_closed.html", status=HTTPStatus.FORBIDDEN)
