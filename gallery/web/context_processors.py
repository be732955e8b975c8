"""Values that every page needs."""

from django.conf import settings
from django.http import HttpRequest

from gallery.storage.signed_urls import WINDOW_SECONDS


def sign_up(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 - Django's signature
    """Return whether to offer an account: ``open``, ``invitation`` or ``closed``."""
    return {"sign_up_mode": settings.SIGN_UP}


def image_addresses(request: HttpRequest) -> dict[str, int]:  # noqa: ARG001 - Django's signature
    """Return how long an image address on a page lasts at least, for its renewal in the browser."""
    return {"image_address_lifetime_seconds": WINDOW_SECONDS}
