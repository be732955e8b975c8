"""Headers that every page needs beyond those of Django and of the content security policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.cache import patch_cache_control

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

# Passkeys, copying a link and full screen are the pages' own; nothing else that asks a person for consent is.
ALLOWED_HERE = (
    "clipboard-write",
    "fullscreen",
    "publickey-credentials-create",
    "publickey-credentials-get",
)
DENIED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read"),
    *("display-capture", "encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY = ", ".join(
    [*(f"{name}=(self)" for name in ALLOWED_HERE), *(f"{name}=()" for name in DENIED)]
)


class SecurityHeadersMiddleware:
    """Deny browser features that no page uses, and keep out of every cache what does not state its time.

    A Back button and a restored window show a stored page without asking, with pictures whose URLs have long
    expired, whatever ``no-cache`` and ``Expires`` say (RFC 9111, 6). So only ``no-store`` ends them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # Chromium reads at this address which pages it may ask for ahead.
            response.headers.setdefault("Speculation-Rules", f'"{reverse("speculation-rules")}"')
        # Programs ask the API by the ETag that they keep.
        if "max-age=" not in response.headers.get("Cache-Control", "") and "ETag" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response
