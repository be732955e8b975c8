"""The API's one object: its operations, and how it refuses."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from gallery.api import problems
from gallery.api.documentation import LocalSwagger
from gallery.api.idempotency import Replay
from gallery.api.openapi import finished
from gallery.api.problems import Problem
from gallery.api.routes import account, albums, downloads, images, photos, uploads
from gallery.api.strictness import refuse_unknown_names
from gallery.core import reasons

VERSION = "1.0.0"
DESCRIPTION = """\
Upload, list, fetch and delete photos, and import them from the web.

Make a token on your account page and send it as `Authorization: Bearer …`. Refusals are problem
details (RFC 9457) with a stable `reason`. Every write takes an `Idempotency-Key`; every answer to a GET
has an `ETag`. Requests are limited by account: 429 says in `Retry-After` how long to wait.
"""


class GalleryApi(NinjaAPI):
    """Ninja's API with problem details and a finished description."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name an operation by its function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the OpenAPI 3.1 description."""
        return finished(super().get_openapi_schema(**options))


api = GalleryApi(
    title="Contactsheet",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api-v1",
    docs=LocalSwagger(),
)
api.add_decorator(refuse_unknown_names, mode="view")
for router in (account.router, photos.router, uploads.router, images.router, downloads.router, albums.router):
    api.add_router("", router)


@api.exception_handler(Problem)
def problem(request: HttpRequest, found: Problem) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer with the problem."""
    return problems.response(found)


@api.exception_handler(Replay)
def replay(request: HttpRequest, found: Replay) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer as the first time."""
    return found.answer


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, found: ValidationError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Say of each value what is wrong with it."""
    errors = [
        {"where": ".".join(str(part) for part in error["loc"]), "message": str(error["msg"])}
        for error in found.errors
    ]
    return problems.response(Problem(reasons.INVALID, errors=errors))


@api.exception_handler(AuthenticationError)
def not_authenticated(request: HttpRequest, found: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    """Say that the token opens nothing."""
    return problems.response(Problem(reasons.TOKEN_INVALID))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, found: HttpError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Translate what ninja itself refuses, a body that is not JSON above all."""
    return problems.response(Problem(problems.BY_STATUS.get(found.status_code, reasons.MALFORMED)))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, found: Http404) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Say that there is nothing."""
    return problems.response(Problem(reasons.NOT_FOUND))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, found: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    """Say that the request is too large to be read."""
    return problems.response(Problem(reasons.TOO_LARGE_TO_SEND))
