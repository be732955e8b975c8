"""Request types for views, for the type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django_htmx.middleware import HtmxDetails

    from gallery.accounts.models import User


class Request(HttpRequest):
    """A request that has passed the session, authentication and htmx middleware."""

    user: User | AnonymousUser
    htmx: HtmxDetails


class SignedInRequest(Request):
    """A request of a signed-in user."""

    user: User
