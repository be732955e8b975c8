"""Values that every page needs."""

from django.conf import settings
from django.http import HttpRequest

from gallery.storage.signed_urls import WINDOW_SECONDS


def page_values(request: HttpRequest) -> dict[str, str | int]:  # noqa: ARG001 - Django's signature
    """Return what every page needs.

    Whether to offer an account (``open``, ``invitation`` or ``closed``), and how long an image address on the
    page lasts at least, for its renewal in the browser.
    """
    return {"sign_up_mode": settings.SIGN_UP, "image_address_lifetime_seconds": WINDOW_SECONDS}
