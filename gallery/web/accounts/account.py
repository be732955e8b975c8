"""The account page, invitations, and deleting the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gallery.accounts import invitations
from gallery.photos import owner_names
from gallery.photos.actions import Outcome
from gallery.processing import account_deletion
from gallery.web.accounts.forms import AccountDeletionForm, InvitationForm, NameForm
from gallery.web.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

MOST_INVITATIONS_SHOWN = 100


@never_cache
@login_required
@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Show the account page."""
    context = {"may_invite": invitations.may_invite(request.user)}
    return render(request, "accounts/account.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: SignedInRequest) -> HttpResponse:
    """Change the name that is shown with the person's photos."""
    form = NameForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        outcome = owner_names.change(request, request.user, form.cleaned_data["display_name"])
        waits = _("Saved. A moderator reads the new name first. Until then, others see %(name)s.")
        is_done = outcome is Outcome.DONE
        text = outcome.sentence if is_done else waits % {"name": request.user.shown_name}
        messages.success(request, text)
        return redirect("account")
    return form_page(request, "accounts/name.html", form)


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest) -> HttpResponse:
    """Delete the account and all its photos, after the password was entered again."""
    form = AccountDeletionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = request.user
        try:
            gone = account_deletion.delete_account(user)
        except account_deletion.LastAdmin:
            form.add_error(
                None, _("You are the only admin of this gallery. Make another person an admin first.")
            )
        else:
            logout(request)
            messages.success(request, _deleted_sentence(gone=gone))
            return redirect("sheet")
    return form_page(request, "accounts/account_delete.html", form)


def _deleted_sentence(*, gone: bool) -> str:
    if gone:
        return _("Your account and your photos were deleted.")
    return _("Your account is closed. The rest of your photos will be deleted within a day.")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    """Show the person's invitations, and create one; its link is shown only once."""
    if not invitations.may_invite(request.user):
        raise PermissionDenied
    form = InvitationForm(request.POST or None)
    invitation_url = ""
    if request.method == "POST" and form.is_valid():
        token = invitations.create(request.user, note=form.cleaned_data["note"])
        invitation_url = settings.SITE_ORIGIN + reverse("sign-up-invited", args=[token])
        form = InvitationForm()
    made = request.user.invitations.select_related("used_by").order_by("-created_at")
    context = {"invitation_url": invitation_url, "invitations": made[:MOST_INVITATIONS_SHOWN]}
    return form_page(request, "accounts/invitations.html", form, **context)
