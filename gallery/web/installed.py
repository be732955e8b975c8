"""The gallery as an app on a device: its manifest, its service worker, and the page without a connection.

The service worker keeps the page that says "offline", its style sheet and its icon, and nothing else: pages
are a person's own, and addresses of pictures expire. Decision 0142.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from gallery.uploads.file_checks import TYPES_BY_EXTENSION
from gallery.web.languages import in_named_language

if TYPE_CHECKING:
    from django.http import HttpRequest

SHARED_IMAGES = sorted({*TYPES_BY_EXTENSION.values(), "image/*"})
NEVER_AHEAD = [
    *("*/api/*", "*/admin/*", "*/sign-*", "*/password/*", "*/mail/*", "*/original/*", "*/jsi18n/*"),
    *("*/s/*", "*/shared/*"),
]
"""Addresses that no browser asks for ahead: they sign, download, count, or are no pages."""


@cache_control(max_age=3600, public=True)
@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """Return what a device needs to install the gallery (W3C, "Web Application Manifest")."""
    icons = [
        {
            "src": static(f"build/icons/icon-{name}.png"),
            "sizes": sizes,
            "type": "image/png",
            "purpose": purpose,
        }
        for name, sizes, purpose in (
            ("192", "192x192", "any"),
            ("512", "512x512", "any"),
            ("maskable-512", "512x512", "maskable"),
        )
    ]
    return JsonResponse(
        {
            "id": reverse("sheet"),
            "name": "Contactsheet",
            "short_name": "Contactsheet",
            "description": _("Photos that people share in this gallery."),
            "start_url": reverse("my-photos"),
            "scope": reverse("sheet"),
            "display": "standalone",
            "background_color": "#fafafa",
            "theme_color": "#fafafa",
            "icons": icons,
            "share_target": {
                "action": reverse("share-target"),
                "method": "POST",
                "enctype": "multipart/form-data",
                "params": {"files": [{"name": "file", "accept": SHARED_IMAGES}]},
            },
        },
        content_type="application/manifest+json",
    )


@cache_control(no_cache=True, max_age=0)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker. Its address is at the root, so that it serves all pages."""
    context = {
        # Asked for without cookies. In another language, it is another worker, which keeps another page.
        "offline_url": f"{reverse('offline')}?{get_language()}",
        "share_url": reverse("share-target"),
        "sign_out_url": reverse("sign-out"),
        "upload_url": f"{reverse('upload')}?shared",
        "zip_url": f"{reverse('download')}zip/",
        "files": [static("build/style.css"), static("build/icon.svg")],
    }
    return render(request, "installed/service-worker.js", context, content_type="text/javascript")


@cache_control(max_age=3600, public=True)
@require_safe
@in_named_language
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that devices keep for when they are offline. It is the same for everyone."""
    return render(request, "installed/offline.html")


@csrf_exempt
@require_POST
def share_target(request: HttpRequest) -> HttpResponse:
    """Answer a share that no service worker took. Nothing is stored: other sites could send it, too."""
    messages.info(request, _("The shared photos didn't arrive. Choose them here."))
    return redirect("upload")


@cache_control(max_age=3600, public=True)
@require_safe
def speculation_rules(_request: HttpRequest) -> HttpResponse:
    """Let browsers ask for a page of this gallery when a person is about to open it.

    They ask for two at most, none while data is saved, and by GET (WICG, "Speculation Rules", moderate).
    Tiles open in the lightbox, so their pages are not wanted.
    """
    rule = {
        "where": {
            "and": [
                {"href_matches": "/*"},
                {"not": {"href_matches": NEVER_AHEAD}},
                {
                    "not": {
                        "selector_matches": ".tile a, [target], [download], [rel~=nofollow], [data-enlarge]"
                    }
                },
            ]
        },
        "eagerness": "moderate",
    }
    return JsonResponse({"prefetch": [rule]}, content_type="application/speculationrules+json")
