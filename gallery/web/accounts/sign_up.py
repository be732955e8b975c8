"""Making an account."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gallery.accounts import email_addresses, invitations
from gallery.accounts.client_address import client_address
from gallery.accounts.models import NAME_TAKEN, User
from gallery.accounts.rate_limits import SIGN_UPS_PER_ADDRESS, is_allowed
from gallery.web.accounts.forms import SignUpForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import Request

BACKEND = "gallery.accounts.backends.NameOrEmailBackend"
TOO_MANY = "Too many accounts were made from here. Try it again in an hour."
WELCOME = "Welcome. We sent you a mail: follow its link, so that you can get a new password one day."


class _InvitationUsed(Exception):
    """Somebody else was first, or its time is over."""


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: Request, invitation: str = "") -> HttpResponse:
    """Make an account: for everybody, for the invited, or for nobody, as ``SIGN_UP`` says."""
    if request.user.is_authenticated:
        return redirect("mine")
    if not _is_welcome(invitation):
        return _closed(request)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not is_allowed(SIGN_UPS_PER_ADDRESS, client_address(request)):
            form.add_error(None, TOO_MANY)
            return _form_page(request, form, HTTPStatus.TOO_MANY_REQUESTS)
        try:
            user = _make_account(form, invitation)
        except _InvitationUsed:
            return _closed(request)
        if user is not None:
            return _begin(request, user, form.cleaned_data["email"])
    return _form_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _is_welcome(invitation: str) -> bool:
    if invitation and settings.SIGN_UP != "closed":
        return invitations.is_open(invitation)
    return bool(settings.SIGN_UP == "open")


def _make_account(form: SignUpForm, invitation: str) -> User | None:
    """Make the account and use the invitation up, both or neither; ``None`` where the name is taken."""
    try:
        with transaction.atomic():
            user = form.save()
            if invitation and not invitations.redeem(invitation, user):
                raise _InvitationUsed
    except IntegrityError:
        # Somebody took the name between the form's look and ours.
        form.add_error("username", NAME_TAKEN)
        return None
    return user


def _begin(request: Request, user: User, email: str) -> HttpResponse:
    login(request, user, backend=BACKEND)
    # The same words whether the address is free, taken or unreachable: a page tells nobody who is here.
    email_addresses.ask_to_confirm(request, user, email)
    messages.success(request, WELCOME)
    return redirect("mine")


def _form_page(request: Request, form: SignUpForm, status: int) -> HttpResponse:
    return render(request, "accounts/sign_up.html", {"form": form}, status=status)


def _closed(request: Request) -> HttpResponse:
    return render(request, "accounts/sign_up_closed.html", status=HTTPStatus.FORBIDDEN)
