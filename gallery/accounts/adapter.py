"""What django-allauth asks the gallery: its policies, limits, texts and emails."""

from __future__ import annotations

import base64
import hashlib
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gallery.accounts import (
    attempts,
    audit,
    devices,
    emails,
    languages,
    notices,
    reauthentication,
    sessions,
    usernames,
)
from gallery.accounts.models import NAME_TAKEN, AccountEvent, User

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress
    from django.http import HttpRequest, HttpResponse

Kind = AccountEvent.Kind
NAME_SIGNS = _("Usernames have letters, digits and . - _ + only, and no spaces.")
WRONG = _("Incorrect username or password.")
MESSAGES = {
    "account/messages/email_confirmed.txt": _("Your email address is confirmed."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app was removed."),
    "mfa/messages/recovery_codes_generated.txt": _("These are your new recovery codes."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
    "usersessions/messages/sessions_logged_out.txt": _("Your other devices are signed out."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts of the gallery."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "username_taken": NAME_TAKEN,
        "enter_current_password": _("Incorrect password."),
        "duplicate_email": _("This is your email address already."),
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the username, normalized, if a new account may have it."""
        username = User.normalize_username(username)
        try:
            User.username_validator(username)
        except ValidationError as refusal:
            raise ValidationError(NAME_SIGNS) from refusal
        usernames.check(username)
        if not shallow and User.objects.is_name_taken(username):
            raise ValidationError(NAME_TAKEN)
        return username

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Return the password if an account may have it. One rule is told: the last says what to do."""
        try:
            return str(super().clean_password(password, user=user))
        except ValidationError as refusal:
            raise ValidationError(refusal.messages[-1]) from refusal

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person of this username or address and password; count what is wrong."""
        name = credentials["username"]
        attempt = attempts.begin_sign_in(request, name)
        user = authenticate(request, username=name, password=credentials["password"])
        if isinstance(user, User):
            attempt.succeeded()
            return user
        self._record_failure(request, User.objects.with_username_or_email(name))
        return None

    def reauthenticate(self, user: User, password: str) -> bool:
        """Return whether the password typed inside a session is right; count what is wrong."""
        attempt = attempts.begin_in_session(self.request, user)
        if user.check_password(password):
            attempt.succeeded()
            return True
        self._record_failure(self.request, user)
        return False

    @staticmethod
    def _record_failure(request: HttpRequest, user: User | None) -> None:
        if user is not None and user.is_active:
            audit.record(request, user, Kind.SIGN_IN_FAILED)

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Return whether the person has to prove again who they are."""
        return not reauthentication.is_recent(self.request)

    def post_login(self, request: HttpRequest, user: User, *, signup: bool, **kwargs: Any) -> HttpResponse:
        """Note the sign-in, and tell the person if it is from a new device."""
        response: HttpResponse = super().post_login(request, user, signup=signup, **kwargs)
        is_known = devices.device_of(request).knows(user)
        event = audit.record(request, user, Kind.SIGNED_IN if is_known or signup else Kind.NEW_DEVICE)
        if event.kind == Kind.NEW_DEVICE:
            notices.tell(event)
        devices.remember(request, response, user)
        languages.sign_in(request, response, user)
        return response

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return false: no header of a request changes what a page answers."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address."""
        return sessions.address_of(request)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:  # noqa: ARG002
        """Return the link on the gallery's own origin, never on the Host header's."""
        return str(settings.SITE_ORIGIN) + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link on the gallery's own origin."""
        uid, _separator, token = key.partition("-")
        return str(settings.SITE_ORIGIN) + reverse("account_reset_password_from_key", args=[uid, token])

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:  # noqa: ARG002
        """Queue a confirmation link, or a note if an account has the address."""
        pending: EmailAddress = emailconfirmation.email_address
        if not emails.is_sending_allowed(request, "email_confirm", pending.email):
            return
        holder = User.objects.with_email(pending.email)
        if holder is not None:
            emails.queue("email_known", holder, {}, recipient=pending.email, is_secret=True)
            return
        link = self.get_email_confirmation_url(request, emailconfirmation)
        emails.queue("email_confirm", pending.user, {"link": link}, recipient=pending.email, is_secret=True)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:  # noqa: ARG002
        """Queue the link to choose a new password."""
        emails.queue("password_reset", user, {"link": context["password_reset_url"]}, is_secret=True)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:  # noqa: ARG002
        """Return where to go after an address was confirmed."""
        return reverse("account" if self.request.user.is_authenticated else "sign-in")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Return where to go after the password was changed."""
        return reverse("password-change-done")

    def add_message(  # noqa: PLR0917 - allauth's signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Show our text for what happened; nothing for what the page shows anyway."""
        text = message or MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)


class MfaAdapter(DefaultMFAAdapter):
    """Two-step sign-in of the gallery."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Incorrect code."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which site passkeys are made: the gallery's own, never the Host header's."""
        return {"id": urlsplit(settings.SITE_ORIGIN).hostname or "", "name": "Contactsheet"}

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database, whose copies must not sign anyone in."""
        return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; also if an older key encrypted it."""
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _fernet(key).decrypt(encrypted_text.encode()).decode()
            except InvalidToken:
                continue
        raise InvalidToken


def _fernet(secret: str) -> Fernet:
    digest = hashlib.sha256(f"gallery.accounts.mfa:{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def are_passkeys_possible() -> bool:
    """Return whether browsers make passkeys for this origin: never for an IP address."""
    host = urlsplit(settings.SITE_ORIGIN).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return settings.IS_HTTPS or host == "localhost"
    return False
