"""Addresses of the account pages. Where django-allauth looks a page up by its name, it has two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.urls import path, register_converter, reverse_lazy
from django.urls.converters import StringConverter
from django.views.generic import RedirectView, TemplateView

from gallery.web.accounts import account, security, views

if TYPE_CHECKING:
    from django.urls import URLPattern


class Base36Converter(StringConverter):
    """The id of an account in a link: letters and digits."""

    regex = "[0-9A-Za-z]+"


register_converter(Base36Converter, "base36")


def page(route: str, view: Any, *names: str) -> list[URLPattern]:
    """Return the pattern once for each name."""
    return [path(route, view, name=name) for name in names]


def words(template: str) -> Any:
    """Return a page that only says something."""
    return TemplateView.as_view(template_name=template)


urlpatterns = [
    *page("sign-up/", views.SignUpView.as_view(), "sign-up", "account_signup"),
    *page("sign-up/<str:invitation>/", views.SignUpView.as_view(), "sign-up-invited"),
    *page("sign-in/", views.SignInView.as_view(), "sign-in", "account_login"),
    *page("sign-in/code/", views.AuthenticateView.as_view(), "mfa_authenticate"),
    *page("sign-in/passkey/", views.PasskeySignInView.as_view(), "mfa_login_webauthn"),
    *page("sign-out/", views.SignOutView.as_view(), "sign-out", "account_logout"),
    *page("password/", views.PasswordResetView.as_view(), "password-reset", "account_reset_password"),
    *page("password/sent/", words("account/password_reset_done.html"), "account_reset_password_done"),
    *page(
        "password/done/",
        words("account/password_reset_from_key_done.html"),
        "account_reset_password_from_key_done",
    ),
    *page(
        "password/<base36:uidb36>-<str:key>/",
        views.PasswordResetFromKeyView.as_view(),
        "account_reset_password_from_key",
    ),
    # Links in emails sent before django-allauth made them.
    path("password/<str:uidb64>/<str:token>/", RedirectView.as_view(url=reverse_lazy("password-reset"))),
    path("email/<str:key>/", views.EmailConfirmView.as_view(), name="account_confirm_email"),
    path("secure/<str:token>/", security.undo, name="account-undo"),
    path("me/", account.account, name="account"),
    *page("me/password/", views.PasswordChangeView.as_view(), "password-change", "account_change_password"),
    path(
        "me/password/done/",
        login_required(words("account/password_change_done.html")),
        name="password-change-done",
    ),
    *page("me/email/", views.EmailChangeView.as_view(), "email-change", "account_email"),
    path("me/name/", account.name, name="account-name"),
    path("me/invitations/", account.invite, name="invitations"),
    path("me/delete/", account.delete, name="account-delete"),
    path("me/confirm/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("me/confirm/code/", views.ReauthenticateCodeView.as_view(), name="mfa_reauthenticate"),
    path(
        "me/confirm/passkey/", views.ReauthenticatePasskeyView.as_view(), name="mfa_reauthenticate_webauthn"
    ),
    path("me/activity/", security.activity, name="account-activity"),
    *page("me/sessions/", security.sessions, "sessions", "usersessions_list"),
    path("me/sessions/end/", security.end_sessions, name="sessions-end"),
    path("me/sessions/<int:session_id>/end/", security.end_session, name="session-end"),
    path("me/two-step/", views.MfaIndexView.as_view(), name="mfa_index"),
    path("me/two-step/app/", views.ActivateTotpView.as_view(), name="mfa_activate_totp"),
    path("me/two-step/app/remove/", views.DeactivateTotpView.as_view(), name="mfa_deactivate_totp"),
    path("me/two-step/codes/", views.ViewRecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path(
        "me/two-step/codes/new/",
        views.GenerateRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("me/two-step/passkeys/", views.ListPasskeysView.as_view(), name="mfa_list_webauthn"),
    path("me/two-step/passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("me/two-step/passkeys/<int:pk>/edit/", views.EditPasskeyView.as_view(), name="mfa_edit_webauthn"),
    path(
        "me/two-step/passkeys/<int:pk>/remove/", views.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"
    ),
]
