"""What follows from django-allauth's and Django's signals: the audit trail, notices, ended tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account_signals
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver

from gallery.accounts import audit, notices, sessions
from gallery.accounts.models import AccountEvent, User
from gallery.accounts.signals import access_ended

if TYPE_CHECKING:
    from django.http import HttpRequest

Kind = AccountEvent.Kind


@receiver(post_save, sender=User)
def keep_email_address(
    instance: User, update_fields: frozenset[str] | None, raw: bool = False, **_: Any
) -> None:
    """Make django-allauth's rows follow ``User.email``, which is the confirmed address."""
    if raw or (update_fields is not None and "email" not in update_fields):
        return
    confirmed = EmailAddress.objects.filter(user=instance, verified=True)
    confirmed.exclude(email=instance.email).delete()
    if instance.email:
        EmailAddress.objects.update_or_create(
            user=instance, email=instance.email, defaults={"verified": True, "primary": True}
        )


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: User, **_: Any) -> None:
    """Note when the session began."""
    sessions.begin(request, user)


@receiver(account_signals.user_signed_up)
def record_sign_up(request: HttpRequest, user: User, **_: Any) -> None:
    """Begin the audit trail."""
    audit.record(request, user, Kind.SIGNED_UP)


@receiver(account_signals.email_changed)
def tell_old_address(
    request: HttpRequest, user: User, from_email_address: EmailAddress | None, **_: Any
) -> None:
    """Tell the address that was replaced."""
    was = from_email_address.email if from_email_address and from_email_address.verified else ""
    event = audit.record(request, user, Kind.EMAIL_CHANGED, was=was)
    if was:
        notices.tell(event, was)


@receiver(account_signals.password_changed)
def after_password_change(request: HttpRequest, user: User, **_: Any) -> None:
    """Tell the person, and end links to confirm an address."""
    sessions.end_pending_addresses(user)
    notices.tell(audit.record(request, user, Kind.PASSWORD_CHANGED))


@receiver(account_signals.password_reset)
def after_password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    """End the tokens, as the sessions ended, and tell the person."""
    access_ended.send(sender=User, user=user)
    notices.tell(audit.record(request, user, Kind.PASSWORD_RESET))


@receiver(access_ended)
def end_links(user: User, **_: Any) -> None:
    """End links to confirm an address."""
    sessions.end_pending_addresses(user)


@receiver(mfa_signals.authenticator_added)
@receiver(mfa_signals.authenticator_reset)
def after_mfa_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Tell the person about a new method, or new recovery codes."""
    is_codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    kind = Kind.RECOVERY_CODES if is_codes else Kind.MFA_ADDED
    event = audit.record(request, user, kind, type=authenticator.type)
    notices.tell(event)


@receiver(mfa_signals.authenticator_removed)
def after_mfa_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Tell the person about a removed method."""
    notices.tell(audit.record(request, user, Kind.MFA_REMOVED, type=authenticator.type))


@receiver(mfa_signals.authentication_failed)
def record_wrong_code(request: HttpRequest, user: User, **_: Any) -> None:
    """Add the wrong code to the audit trail."""
    audit.record(request, user, Kind.SIGN_IN_FAILED)
