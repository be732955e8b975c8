"""The API documentation in the browser: Swagger UI from our own files, without inline scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from csp.decorators import csp_update
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja.openapi.docs import DocsBase

from gallery.core import reasons

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI


class LocalSwagger(DocsBase):
    """Swagger UI under the site's strict content security policy."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **path_params: Any) -> HttpResponse:
        """Render the page."""
        settings = {
            "url": self.get_openapi_url(api, path_params),
            "layout": "BaseLayout",
            "deepLinking": True,
            # By default, Swagger UI sends the document to another site for validation.
            "validatorUrl": None,
        }

        # Swagger UI's style sheet contains its icons; no other page needs data URLs.
        @csp_update({"img-src": ["data:"]})
        def description(request: HttpRequest) -> HttpResponse:
            context = {"swagger_settings": settings, "api": api}
            return render(request, "api/description.html", context)

        return cast("HttpResponse", description(request))


def problem_list(request: HttpRequest) -> HttpResponse:
    """Show every reason code."""
    return render(
        request, "api/problems.html", {"reasons": reasons.ALL.values(), "page_title": _("Problems")}
    )
