"""Forms of the account pages, in the gallery's words."""

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
    """Name or e-mail address, and the password."""

    error_messages = {
        "invalid_login": _("That name and password do not go together. Try again."),
        "inactive": _("That name and password do not go together. Try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Name or email address")
        # An address may be longer than a name.
        self.fields["username"].max_length = 254  # type: ignore[attr-defined]
        self.fields["username"].widget.attrs["maxlength"] = 254


class SignUpForm(auth_forms.BaseUserCreationForm):  # type: ignore[type-arg]
    """What a new account needs. The address counts only once it is confirmed."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("For a new password, should you forget yours. Nobody else sees it."),
    )

    class Meta(auth_forms.BaseUserCreationForm.Meta):
        model = User
        fields = ("username",)
        labels: ClassVar[dict[str, Any]] = {"username": _("Name")}
        help_texts: ClassVar[dict[str, Any]] = {"username": _("Shown beside your photos.")}
        error_messages: ClassVar[dict[str, Any]] = {"username": {"unique": NAME_TAKEN}}

    field_order = ["username", "email", "password1", "password2"]

    def clean_username(self) -> str:
        """Keep names and e-mail addresses apart: either signs in."""
        name: str = self.cleaned_data["username"]
        if "@" in name:
            raise ValidationError(_("A name has no @. Others see it; your address they do not."))
        return name

    def clean_email(self) -> str:
        """Let the password be compared with the address, too."""
        email: str = self.cleaned_data["email"]
        self.instance.email = email
        return email

    def save(self, commit: bool = True) -> User:  # Django's signature
        """Make the account, for now without an address."""
        self.instance.email = ""
        user: User = super().save(commit=commit)
        return user


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Django's own form, with links that always lead to the gallery's own address."""

    def save(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Send the mail, if there is somebody to send it to."""
        origin = urlsplit(settings.SITE_ORIGIN)
        # Never the Host header, which whoever asks for the mail may choose.
        kwargs |= {"domain_override": origin.netloc, "use_https": origin.scheme == "https"}
        super().save(**kwargs)


class EmailForm(forms.Form):
    """A new e-mail address."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A note by which to know an invitation again."""

    class Meta:
        model = Invitation
        fields: ClassVar[list[str]] = ["note"]
        labels: ClassVar[dict[str, Any]] = {"note": _("Who is it for?")}
        help_texts: ClassVar[dict[str, Any]] = {"note": _("For you alone, to know it again.")}


class AccountDeletionForm(forms.Form):
    """The password, asked again before an account is deleted."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check that it is really them."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("That is not your password. Nothing was deleted."))
        return password
