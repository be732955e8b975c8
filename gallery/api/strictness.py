"""Refuse unknown query parameters: a misspelled filter must not list every photo."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from gallery.api.problems import Problem, response
from gallery.core import reasons

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

QUERY = "query"


def refuse_unknown_names(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an operation's ``run``, which ninja passes as a bound method."""
    operation: Any = run.__self__  # type: ignore[attr-defined]
    known = frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == QUERY
        for name in model.__ninja_flatten_map__
    )

    @functools.wraps(run)
    def checked(request: HttpRequest, **path_parameters: Any) -> HttpResponse:
        unknown = sorted(set(request.GET) - known)
        if unknown:
            errors = [{"where": f"{QUERY}.{name}", "message": "Unknown name."} for name in unknown]
            return response(Problem(reasons.INVALID, errors=errors))
        return run(request, **path_parameters)

    return checked
