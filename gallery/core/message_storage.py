"""Keep messages in a cookie that belongs to this host only, and what is too long for it in the session."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's, with the prefix that other hosts and plain HTTP can't set."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class MessageStorage(FallbackStorage):
    """Django's default, by that cookie."""

    storage_classes = (HostCookieStorage, SessionStorage)
