"""Addresses of the account pages."""

from django.contrib.auth import views as auth_views
from django.urls import path

from gallery.web.accounts import account, passwords, sign_up

urlpatterns = [
    path("sign-up/", sign_up.sign_up, name="sign-up"),
    path("sign-up/<str:invitation>/", sign_up.sign_up, name="sign-up-invited"),
    path("sign-in/", passwords.SignInView.as_view(), name="sign-in"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("password/", passwords.PasswordResetView.as_view(), name="password-reset"),
    path(
        "password/sent/",
        auth_views.PasswordResetDoneView.as_view(template_name="accounts/password_reset_done.html"),
        name="password-reset-done",
    ),
    path(
        "password/done/",
        auth_views.PasswordResetCompleteView.as_view(template_name="accounts/password_reset_complete.html"),
        name="password-reset-complete",
    ),
    path(
        "password/<str:uidb64>/<str:token>/",
        passwords.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("email/<str:token>/", account.email_confirm, name="email-confirm"),
    path("me/", account.account, name="account"),
    path("me/password/", passwords.PasswordChangeView.as_view(), name="password-change"),
    path(
        "me/password/done/",
        auth_views.PasswordChangeDoneView.as_view(template_name="accounts/password_change_done.html"),
        name="password-change-done",
    ),
    path("me/email/", account.email_change, name="email-change"),
    path("me/invitations/", account.invite, name="invitations"),
    path("me/delete/", account.delete, name="account-delete"),
]
