"""Where one is signed in, what happened to the account, and the link that takes an account back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts import audit, notices
from gallery.accounts import sessions as account_sessions
from gallery.accounts.models import AccountEvent, User
from gallery.accounts.signals import access_ended

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import Request, SignedInRequest

EVENTS_PER_PAGE = 50


@never_cache
@login_required
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """List the browsers in which the person is signed in."""
    found = UserSession.objects.purge_and_list(request.user)
    found.sort(key=lambda session: (not session.is_current(), -session.last_seen_at.timestamp()))
    return render(request, "usersessions/usersession_list.html", {"sessions": found})


@never_cache
@login_required
@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere but here, and end the API tokens if that was chosen."""
    account_sessions.end_all(request.user, keep=request)
    if request.POST.get("tokens"):
        access_ended.send(sender=User, user=request.user)
    audit.record(request, request.user, AccountEvent.Kind.SESSIONS_ENDED)
    messages.success(request, _("Your other devices are signed out."))
    return redirect("sessions")


@never_cache
@login_required
@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Sign out one browser."""
    found = UserSession.objects.filter(user=request.user, pk=session_id).first()
    if found is not None and not found.is_current():
        found.end()
        messages.success(request, _("That device is signed out."))
    return redirect("sessions")


@never_cache
@login_required
@require_safe
def activity(request: SignedInRequest) -> HttpResponse:
    """Show the account's audit trail to its person."""
    events = request.user.account_events.select_related("actor").order_by("-at", "-pk")
    page = Paginator(events, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "account/activity.html", {"events": page, "kept_days": audit.KEPT.days})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: Request, token: str) -> HttpResponse:
    """Take an account back by the link in a notice. Only POST changes anything: mail scanners open links."""
    event = notices.read(token)
    if event is not None and request.method != "POST":
        return render(request, "account/undo.html", {"event": event})
    if event is None or not notices.undo(request, event):
        return render(request, "account/undo.html", {}, status=HTTPStatus.NOT_FOUND)
    if request.user.is_authenticated:
        logout(request)
    user = User.objects.get(pk=event.user_id)
    key = default_token_generator.make_token(user)
    return redirect("account_reset_password_from_key", user_pk_to_url_str(user), key)
