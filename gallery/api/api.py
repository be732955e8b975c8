"""The API object: its operations and its error handlers."""

from typing import Any, ClassVar

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from gallery.api import problems
from gallery.api.documentation import LocalSwagger
from gallery.api.idempotency import Replay
from gallery.api.openapi import complete
from gallery.api.problems import Problem
from gallery.api.routes import (
    account,
    albums,
    archive,
    batches,
    downloads,
    images,
    lent,
    photos,
    received,
    shares,
    uploads,
)
from gallery.api.strictness import refuse_unknown_names
from gallery.core import outages, reasons
from gallery.core.database_waits import is_busy
from gallery.search.time_limit import TooBroad

logger = structlog.get_logger(__name__)

VERSION = "1.0.0"
DESCRIPTION = """\
Upload, list, fetch and delete photos, and import them from the web.

Create a token on your account page and send it as `Authorization: Bearer …`. Errors are problem
details (RFC 9457) with a stable `reason`. Every write accepts an `Idempotency-Key`. Every successful
response to a GET has an `ETag`. Requests are limited per account: on 429 and 503, wait for
`Retry-After` seconds.
"""


class GalleryApi(NinjaAPI):
    """Ninja's API with problem details and a completed OpenAPI document."""

    _schemas: ClassVar[dict[str, Any]] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name an operation by its function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the OpenAPI 3.1 document."""
        # It takes 0.7 s of CPU and is the same for all, so a process makes it once.
        key = repr(sorted(options.items()))
        if key not in self._schemas:
            self._schemas[key] = complete(super().get_openapi_schema(**options))
        return self._schemas[key]


api = GalleryApi(
    title="Contactsheet",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api-v1",
    docs=LocalSwagger(),
)
api.add_decorator(refuse_unknown_names, mode="view")
for router in (
    account.router,
    photos.router,
    batches.router,
    uploads.router,
    images.router,
    downloads.router,
    archive.router,
    albums.router,
    shares.router,
    received.router,
    lent.router,
):
    api.add_router("", router)


@api.exception_handler(Problem)
def problem(request: HttpRequest, found: Problem) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Return the problem."""
    return problems.response(found)


@api.exception_handler(TooBroad)
def too_broad(request: HttpRequest, found: TooBroad) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Refuse a search that didn't finish in time."""
    return problems.response(Problem(reasons.SEARCH_TOO_BROAD))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(InternalError)
def database_error(request: HttpRequest, found: Exception) -> HttpResponse:
    """Ask to try again if the database is locked or away; anything else is a bug."""
    if not is_busy(found):
        raise found
    logger.warning("database_unavailable", path=request.path, problem=str(found))
    outages.note("Database", str(found))
    return problems.response(Problem(reasons.DATABASE_BUSY))


@api.exception_handler(Replay)
def replay(request: HttpRequest, found: Replay) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Return the first response again."""
    return found.response


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, found: ValidationError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """List each invalid value."""
    errors = [{"where": _place(error["loc"]), "message": str(error["msg"])} for error in found.errors]
    return problems.response(Problem(reasons.INVALID, errors=errors))


def _place(location: tuple[str | int, ...]) -> str:
    """Return the place of a value in the request. Ninja adds our parameter's name after "body"."""
    source, *names = location
    return ".".join(str(part) for part in (source, *(names[1:] if source == "body" else names)))


@api.exception_handler(AuthenticationError)
def not_authenticated(request: HttpRequest, found: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    """Refuse an invalid token."""
    return problems.response(Problem(reasons.TOKEN_INVALID))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, found: HttpError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Convert ninja's own errors, such as a body that is not JSON."""
    return problems.response(Problem(problems.BY_STATUS.get(found.status_code, reasons.MALFORMED)))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, found: Http404) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Return that nothing was found."""
    return problems.response(Problem(reasons.NOT_FOUND))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, found: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    """Refuse a request that is too large to read."""
    return problems.response(Problem(reasons.TOO_LARGE_TO_SEND))
