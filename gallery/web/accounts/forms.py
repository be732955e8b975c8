"""Forms of the account pages."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gallery.accounts.models import NAME_TAKEN, Invitation, User


class SignInForm(auth_forms.AuthenticationForm):
    """Username or email address, and the password."""

    error_messages = {
        "invalid_login": _("Incorrect username or password."),
        "inactive": _("Incorrect username or password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Username or email address")
        # An address may be longer than a username.
        self.fields["username"].max_length = 254  # type: ignore[attr-defined]
        self.fields["username"].widget.attrs["maxlength"] = 254


class SignUpForm(auth_forms.BaseUserCreationForm):  # type: ignore[type-arg]
    """What a new account needs. The email address is saved only once it is confirmed."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Used to reset your password. It isn't public."),
    )

    class Meta(auth_forms.BaseUserCreationForm.Meta):
        model = User
        fields = ("username",)
        labels: ClassVar[dict[str, Any]] = {"username": _("Username")}
        help_texts: ClassVar[dict[str, Any]] = {"username": _("Shown with your photos.")}
        error_messages: ClassVar[dict[str, Any]] = {"username": {"unique": NAME_TAKEN}}

    field_order = ["username", "email", "password1", "password2"]

    def clean_username(self) -> str:
        """Return the username; without @, because people sign in by username or email address."""
        name: str = self.cleaned_data["username"]
        if "@" in name:
            raise ValidationError(_("Usernames can't contain @. Your username is public; your email isn't."))
        return name

    def clean_email(self) -> str:
        """Return the address; the password is compared with it, too."""
        email: str = self.cleaned_data["email"]
        self.instance.email = email
        return email

    def save(self, commit: bool = True) -> User:  # Django's signature
        """Return the new account, still without an email address."""
        self.instance.email = ""
        user: User = super().save(commit=commit)
        return user


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Django's form, with links that always use the gallery's own origin."""

    def save(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Send the email to the accounts with this address, if there are any."""
        origin = urlsplit(settings.SITE_ORIGIN)
        # Never the Host header, which the client chooses.
        kwargs |= {"domain_override": origin.netloc, "use_https": origin.scheme == "https"}
        super().save(**kwargs)


class EmailForm(forms.Form):
    """A new email address."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A note to recognize an invitation by."""

    class Meta:
        model = Invitation
        fields: ClassVar[list[str]] = ["note"]
        labels: ClassVar[dict[str, Any]] = {"note": _("Who is it for?")}
        help_texts: ClassVar[dict[str, Any]] = {
            "note": _("A private note to help you recognize this invitation.")
        }


class AccountDeletionForm(forms.Form):
    """The password, entered again before an account is deleted."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Return the password if it is the person's."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("Incorrect password. Nothing was deleted."))
        return password
