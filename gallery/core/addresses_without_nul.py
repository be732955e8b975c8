"""Refuse URLs with a NUL character: PostgreSQL takes none in text, so a look-up by one would be an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

API_PREFIX = "/api/"


class AddressesWithoutNulMiddleware:
    """Answer 400 to paths and parameters with NUL. The API's schemas refuse them with a reason."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response.

        Raises:
            BadRequest: the URL has a NUL.
        """
        is_page = not request.path_info.startswith(API_PREFIX)
        if is_page and ("\0" in request.path_info or has_nul(request.GET)):
            raise BadRequest("The URL has a NUL character.")
        return self.get_response(request)


def has_nul(fields: QueryDict) -> bool:
    """Return whether a name or a value has a NUL."""
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))
