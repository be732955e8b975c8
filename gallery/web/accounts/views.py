"""django-allauth's views with the gallery's policies, status codes and pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from allauth.account import views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from gallery.accounts import emails, invitations, languages, sessions
from gallery.accounts.adapter import are_passkeys_possible
from gallery.accounts.client_address import client_address
from gallery.accounts.models import NAME_TAKEN, User
from gallery.accounts.rate_limits import SIGN_UPS_PER_ADDRESS, retry_after_seconds
from gallery.accounts.sign_up import AddressTaken, InvitationUsed, NameTaken, confirming
from gallery.accounts.signals import access_ended

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest

private = method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")


class RefusedForms:
    """Answer 422 if a value was refused."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Show the form with its errors."""
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        return self.render_to_response(context, status=HTTPStatus.UNPROCESSABLE_ENTITY)  # type: ignore[attr-defined,no-any-return]


class SignInView(views.LoginView):
    """Sign in by username or email address, or by passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer passkeys where browsers make them."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"passkeys": are_passkeys_possible()}


@private
class PasskeySignInView(webauthn_views.LoginWebAuthnView):
    """Sign in by passkey, without username and password."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in; without a credential, return what the browser needs to ask for one."""
        if request.POST.get("credential"):
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]
        return JsonResponse({"request_options": webauthn_auth.begin_authentication(user=None)})


@method_decorator(never_cache, name="dispatch")
class SignOutView(views.LogoutView):
    """Sign out, by POST only."""

    http_method_names = ["post", "options"]

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out, and read on in the browser's language."""
        response: HttpResponse = super().post(*args, **kwargs)
        languages.sign_out(response)
        return response


class SignUpView(RefusedForms, views.SignupView):
    """Create an account, if ``SIGN_UP`` allows it: open, by invitation, or closed."""

    def is_open(self) -> bool:
        """Return whether this visitor may create an account."""
        invitation = self.kwargs.get("invitation", "")
        if invitation and settings.SIGN_UP != "closed":
            return invitations.is_open(invitation)
        return bool(settings.SIGN_UP == "open")

    def closed(self) -> HttpResponse:
        """Say who may."""
        return render(self.request, "account/signup_closed.html", status=HTTPStatus.FORBIDDEN)

    def form_valid(self, form: Any) -> HttpResponse:
        """Create the account within the limit, and sign in."""
        wait = retry_after_seconds(SIGN_UPS_PER_ADDRESS, client_address(self.request) or "")
        if wait:
            form.add_error(None, _("Too many accounts were created from your network. Try again in an hour."))
            refusal = self.form_invalid(form)
            refusal.status_code = HTTPStatus.TOO_MANY_REQUESTS
            refusal["Retry-After"] = str(wait)
            return refusal
        form.invitation = self.kwargs.get("invitation", "")
        try:
            response: HttpResponse = super().form_valid(form)
        except InvitationUsed:
            return self.closed()
        except NameTaken:
            form.add_error("username", NAME_TAKEN)
            return self.form_invalid(form)
        # The same sentence whether the address is free, taken or unreachable.
        text = _("Welcome. Check your email and open the link that we sent to confirm your address.")
        messages.success(self.request, text)
        return response


@private
class EmailChangeView(RefusedForms, views.EmailView):
    """Send a link to a new address; the address changes when the link is opened and confirmed."""

    success_url = reverse_lazy("account")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the form, which is the page's only one."""
        # Past EmailView's own choice among several buttons.
        return super(views.EmailView, self).post(request, *args, **kwargs)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        """Send the link. The same sentence whether the address is free, taken or unreachable."""
        response: HttpResponse = super().form_valid(form)
        text = _("Check your email. Open the link that we sent to confirm the address.")
        messages.success(self.request, text)
        return response


@private
class EmailConfirmView(views.ConfirmEmailView):
    """Confirm an address by the link sent to it. Only POST changes anything: mail scanners open links."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask whether to confirm."""
        response: HttpResponse = super().get(*args, **kwargs)
        if self.object is None:
            response.status_code = HTTPStatus.NOT_FOUND
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm."""
        try:
            with confirming():
                return super().post(*args, **kwargs)  # type: ignore[no-any-return]
        except (Http404, AddressTaken):
            # 404: used or expired.
            return self.respond(success=False)

    def respond(self, success: bool) -> HttpResponse:
        """Go on, or say that the link is dead."""
        if success:
            return redirect(self.get_redirect_url())
        self.object = None
        response: HttpResponse = self.render_to_response(self.get_context_data())
        response.status_code = HTTPStatus.NOT_FOUND
        return response

    def logout_other_user(self, confirmation: object) -> None:
        """Leave the session as it is: a link in an email must not sign anyone out."""


@private
class PasswordChangeView(RefusedForms, views.PasswordChangeView):
    """Change the password; other browsers are signed out, and tokens end unless they are kept by choice."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it."""
        response: HttpResponse = super().form_valid(form)
        if not form.cleaned_data["keep_tokens"]:
            access_ended.send(sender=User, user=self.request.user)
        return response


class PasswordResetView(RefusedForms, views.PasswordResetView):
    """Send a link to choose a new password; the page never reveals who has an account."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Queue the email, within the rate limits; for an unknown address do the same work."""
        if not emails.is_sending_allowed(self.request, "password_reset", form.cleaned_data["email"]):
            return HttpResponseRedirect(str(self.success_url))
        if not form.users:
            link = settings.SITE_ORIGIN + reverse("account_reset_password")
            emails.queue("password_reset", User(username="-"), {"link": link}, is_secret=True)
        return super().form_valid(form)  # type: ignore[no-any-return]


@private
class PasswordResetFromKeyView(RefusedForms, views.PasswordResetFromKeyView):
    """Choose a new password by the link in the email."""


class AuthenticateView(mfa_views.AuthenticateView):
    """The second step of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways the person has."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = set(self.stage.login.user.authenticator_set.values_list("type", flat=True))
        return context | {"has_codes": kinds - {"webauthn"}, "has_passkey": "webauthn" in kinds}


@private
class MfaIndexView(mfa_views.IndexView):
    """The ways to sign in beside the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer passkeys where browsers make them."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"passkeys": are_passkeys_possible()}


@private
class ActivateTotpView(RefusedForms, totp_views.ActivateTOTPView):
    """Set up an authenticator app."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Draw the code in the page: the policy allows no data: addresses."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        drawing = context["totp_svg"].partition("?>")[2]
        # The library draws squares; nothing in it was typed.
        return context | {"drawing": mark_safe(drawing)}  # noqa: S308


DeactivateTotpView = private(totp_views.DeactivateTOTPView)
ViewRecoveryCodesView = private(recovery_views.ViewRecoveryCodesView)
GenerateRecoveryCodesView = private(recovery_views.GenerateRecoveryCodesView)


@private
class AddPasskeyView(RefusedForms, webauthn_views.AddWebAuthnView):
    """Add a passkey that signs in without the password, too."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a key that the device keeps and unlocks for its person only."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = webauthn_auth.begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}


EditPasskeyView = private(webauthn_views.EditWebAuthnView)
RemovePasskeyView = private(webauthn_views.RemoveWebAuthnView)
ListPasskeysView = private(webauthn_views.ListWebAuthnView)


class RenewedSession:
    """Give the session a new key with the proof of who the person is."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Renew the session, then go on to what asked for the proof."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        sessions.renew(request, cast("User", request.user))
        return super().form_valid(form)  # type: ignore[misc,no-any-return]


@private
class ReauthenticateView(RenewedSession, views.ReauthenticateView):
    """The password again."""


@private
class ReauthenticateCodeView(RenewedSession, mfa_views.ReauthenticateView):
    """A code again."""


@private
class ReauthenticatePasskeyView(RenewedSession, webauthn_views.ReauthenticateWebAuthnView):
    """A passkey again."""
