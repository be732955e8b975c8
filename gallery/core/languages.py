"""The language of a request: what the browser's cookie says, else what it asks for, else English.

It costs no query, so pages that explain an outage have it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class LanguageMiddleware:
    """Answer in the language of the request, and leave the thread as it was: it runs jobs, too.

    Django's own would leave the language of one request to the next job of its thread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, which says its language and what that depends on."""
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        # A view whose address names the language has said so.
        if "Content-Language" not in response.headers:
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
            response.headers["Content-Language"] = language
        return response
