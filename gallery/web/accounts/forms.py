"""Forms of the account pages: django-allauth's with our words and limits, and our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.accounts import attempts, display_names
from gallery.accounts.models import MAX_DISPLAY_NAME_LENGTH, Invitation, User
from gallery.accounts.sign_up import create_account
from gallery.core.text_fields import CleanField
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from django.http import HttpRequest

MISMATCH = _("The two passwords differ. Enter the same password twice.")


def _relabel(form: forms.BaseForm, **labels: Any) -> None:
    """Set our labels, and remove placeholders, which repeat them."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(account_forms.LoginForm):
    """Username or email address, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, login=_("Username or email address"), password=_("Password"))
        self.fields["login"].max_length = 254
        # The page has its own link, and password managers look for these names.
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": True,
            "maxlength": 254,
        }

    def add_prefix(self, field_name: str) -> str:
        """Keep the field's name that browsers and programs know."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class DisplayNameField(forms.CharField):
    """A display name, cleaned. The account decides whether it may have it."""

    def __init__(self, **kwargs: Any) -> None:
        """Allow none."""
        super().__init__(label=_("Name"), required=False, **kwargs)
        # Told in our own words if it is longer.
        self.widget.attrs |= {"autocomplete": "name", "maxlength": 2 * MAX_DISPLAY_NAME_LENGTH}

    def to_python(self, value: Any) -> str:
        """Return the cleaned name."""
        return display_names.clean(super().to_python(value) or "")


class SignUpForm(account_forms.SignupForm):
    """What a new account needs. The email address is saved only once it is confirmed."""

    display_name = DisplayNameField(
        help_text=_("Optional. Shown with your photos, once a moderator has read it.")
    )
    field_order = ["display_name", "username", "email", "password1"]
    invitation = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(
            self,
            username=_("Username"),
            email=_("Email address"),
            password1=_("Password"),
        )
        password = self.fields["password1"]
        # The rule is told when it is broken. Nothing is cleared then; allauth lets no cache store the page.
        password.help_text = ""
        password.widget.render_value = True
        # Typed once, because it can be shown: reveal.js adds the button.
        password.widget.attrs["data-reveal"] = ""
        self.fields["username"].help_text = _("Public, too. You sign in with it.")
        self.fields["email"].help_text = _("Used to reset your password. It isn't public.")
        self.fields["username"].widget.attrs["autocapitalize"] = "none"

    def validate_unique_email(self, value: str) -> str:
        """Accept any address: the page must not reveal who has an account."""
        return value

    def clean(self) -> dict[str, Any]:
        """Check the name beside the username that the person chose."""
        cleaned: dict[str, Any] = super().clean()
        if name := cleaned.get("display_name"):
            try:
                display_names.check(name, username=cleaned.get("username", ""))
            except ValidationError as refusal:
                self.add_error("display_name", refusal)
        return cleaned

    def save(self, request: HttpRequest) -> User:
        """Create the account, and send a link to confirm the address.

        Raises:
            NameTaken: another account took the username since the form was checked.
            InvitationUsed: the invitation was redeemed or expired since the page was shown.
        """
        username, name = self.cleaned_data["username"], self.cleaned_data["display_name"]
        user = User(username=username)
        if name not in {"", username}:
            user.display_name, user.name_at = name, timezone.now()
        user.set_password(self.cleaned_data["password1"])
        create_account(user, invitation=self.invitation)
        pending = EmailAddress.objects.create(user=user, email=self.cleaned_data["email"])
        send_verification_email_to_address(request, pending, signup=True)
        return user


class NameForm(forms.Form):
    """Another display name, or none."""

    display_name = DisplayNameField(help_text=_("Leave it empty to be shown by your username."))

    def __init__(self, data: Any = None, *, user: User) -> None:
        """Fill in the present one."""
        self.user = user
        super().__init__(data, initial={"display_name": user.display_name})

    def clean_display_name(self) -> str:
        """Return the name if the person may have it."""
        name: str = self.cleaned_data["display_name"]
        if name:
            display_names.check(name, username=self.user.username, may_be_reserved=self.user.is_staff)
        return name


class EmailForm(account_forms.AddEmailForm):
    """A new email address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("Email address"))

    def clean_email(self) -> str:
        """Return the address. One that waits for its confirmation gets a new link."""
        value: str = self.cleaned_data["email"].lower()
        if value == self.user.email:
            raise get_adapter().validation_error("duplicate_email")
        return value


class PasswordChangeForm(account_forms.ChangePasswordForm):
    """The old password and a new one."""

    keep_tokens = forms.BooleanField(
        label=_("Keep my API tokens"),
        required=False,
        help_text=_("Otherwise programs that use them have to sign in again."),
    )
    field_order = ["oldpassword", "password1", "password2", "keep_tokens"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(
            self,
            oldpassword=_("Current password"),
            password1=_("New password"),
            password2=_("New password again"),
        )
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        """Return the password if it is the person's; wrong ones are counted."""
        password: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class PasswordResetForm(account_forms.ResetPasswordForm):
    """A confirmed email address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("Email address"))

    def clean_email(self) -> str:
        """Return the address. Only one that was confirmed gets a link."""
        email: str = self.cleaned_data["email"]
        user = User.objects.with_email(email)
        self.users = [user] if user and user.is_active else []
        return email


class NewPasswordForm(account_forms.ResetPasswordKeyForm):
    """A new password, by the link of an email."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password1=_("New password"), password2=_("New password again"))


class _CountedCode(forms.Form):
    """Counts wrong codes in the database, and lets each right one work once."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, code=_("Code"))
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "autofocus": True}

    def clean_code(self) -> str:
        """Return the code if it is right."""
        from allauth.core import context  # noqa: PLC0415 - what allauth's forms use as their request

        attempt = attempts.begin_code(context.request, self.user)
        code: str = super().clean_code()  # type: ignore[misc]
        used: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if used.type == Authenticator.Type.TOTP and not attempts.use_code(self.user, code):
            raise ValidationError(_("This code was used already. Wait for the next one."))
        attempt.succeeded()
        return code


class CodeForm(_CountedCode, mfa_forms.AuthenticateForm):
    """A code while signing in."""


class CodeAgainForm(_CountedCode, mfa_forms.ReauthenticateForm):
    """A code before a sensitive action."""


class PasskeyForm(webauthn_forms.AddWebAuthnForm):
    """A new passkey and its name."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, name=_("Name"))
        self.fields["name"].max_length = 60

    def clean_name(self) -> str:
        """Return the name as all words are stored."""
        return clean_text(self.cleaned_data["name"])


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A note to recognize an invitation by."""

    class Meta:
        model = Invitation
        fields: ClassVar[list[str]] = ["note"]
        field_classes: ClassVar[dict[str, Any]] = {"note": CleanField}
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
        """Return the password if it is the person's; wrong ones are counted."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise ValidationError(_("Incorrect password. Nothing was deleted."))
        return password
