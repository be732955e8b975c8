"""Django's views to sign in, and to change or reset a password, with the gallery's templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import views
from django.http import HttpResponseRedirect
from django.urls import reverse_lazy

from gallery.accounts import emails
from gallery.web.accounts.forms import PasswordResetForm, SignInForm

if TYPE_CHECKING:
    from django.contrib.auth.forms import PasswordResetForm as DjangoPasswordResetForm
    from django.http import HttpResponse


class SignInView(views.LoginView):
    """Sign in by username or email address."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class PasswordChangeView(views.PasswordChangeView):
    """Change the password; other browsers are signed out."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("password-change-done")


class PasswordResetView(views.PasswordResetView):
    """Send a link to choose a new password; the page never reveals who has an account."""

    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_email.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    form_class = PasswordResetForm
    success_url = reverse_lazy("password-reset-done")

    def form_valid(self, form: DjangoPasswordResetForm) -> HttpResponse:
        """Send the email, within the rate limits."""
        if not emails.is_sending_allowed(self.request, form.cleaned_data["email"]):
            return HttpResponseRedirect(str(self.success_url))
        return super().form_valid(form)


class PasswordResetConfirmView(views.PasswordResetConfirmView):
    """Choose a new password by the link in the email."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password-reset-complete")
