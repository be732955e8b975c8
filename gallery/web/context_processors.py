"""Values that every page needs."""

from django.conf import settings
from django.http import HttpRequest

from gallery.storage.signed_urls import WINDOW_SECONDS
from gallery.web.limits import STAFF_PREFIX


def page_values(request: HttpRequest) -> dict[str, str | int]:
    """Return what every page needs.

    Whether to offer an account (``open``, ``invitation`` or ``closed``), and how long an image address on the
    page lasts at least, for its renewal in the browser. The moderators' pages have a search of their own.
    """
    return {
        "sign_up_mode": settings.SIGN_UP,
        "image_address_lifetime_seconds": WINDOW_SECONDS,
        "has_search_box": not request.path_info.startswith(STAFF_PREFIX),
    }
