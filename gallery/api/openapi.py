"""Complete ninja's OpenAPI document: problem media types, headers, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gallery.api.idempotency import HEADER as IDEMPOTENCY_HEADER
from gallery.api.idempotency import MAX_KEY_LENGTH
from gallery.api.openapi_examples import EXAMPLES
from gallery.api.problems import BY_STATUS, MEDIA_TYPE, Problem, document
from gallery.uploads.file_checks import ACCEPTED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

TEXT = {"type": "string"}
SECONDS = {"type": "integer", "minimum": 0}
HEADERS: dict[str, Json] = {
    "ETag": {"description": "Changes with the response.", "schema": TEXT},
    "Location": {"description": "URL to follow.", "schema": TEXT, "required": True},
    "Retry-After": {"description": "Seconds to wait.", "schema": SECONDS, "required": True},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": TEXT, "required": True},
}
IDEMPOTENCY_PARAMETER: Json = {
    "in": "header",
    "name": IDEMPOTENCY_HEADER,
    "required": False,
    "description": "Any value. A repetition with the same key gets the first response and changes nothing.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY_LENGTH,
        # HTTP strips spaces at both ends of a header value.
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}
NOT_MODIFIED: Json = {"description": "Not modified since the ETag sent in If-None-Match."}
MULTIPART = "multipart/form-data"
SCHEME = "token"
OF_READS = ("400", "422")
"""Errors of any operation: an unreadable request, and unknown names."""
OF_WRITES = ("400", "409", "422")
"""The same, and conflicts of idempotency keys."""


def complete(schema: Json) -> Json:
    """Add what ninja does not know, and return the schema."""
    for method, operation in _operations(schema):
        _name_security(operation)
        _clean_parameters(operation)
        if method != "get":
            operation.setdefault("parameters", []).append(dict(IDEMPOTENCY_PARAMETER))
        for status in OF_READS if method == "get" else OF_WRITES:
            _add_refusal(operation, status)
        _describe_responses(method, operation)
        _describe_file(operation)
        _add_examples(operation)
    schema["components"]["securitySchemes"] = {
        SCHEME: {"type": "http", "scheme": "bearer", "description": "A token from your account page."}
    }
    return schema


def _operations(schema: Json) -> Iterator[tuple[str, Json]]:
    for methods in schema["paths"].values():
        yield from methods.items()


def _name_security(operation: Json) -> None:
    if "security" in operation:
        operation["security"] = [{SCHEME: []}]


def _clean_parameters(operation: Json) -> None:
    """Remove null from optional parameters: a URL cannot contain null."""
    for parameter in operation.get("parameters", []):
        choices = parameter["schema"].get("anyOf")
        if choices:
            kept = [choice for choice in choices if choice != {"type": "null"}]
            del parameter["schema"]["anyOf"]
            parameter["schema"].update(kept[0] if len(kept) == 1 else {"anyOf": kept})
        # In OpenAPI, the examples of a parameter are an object, those of a JSON schema a list.
        if isinstance(parameter.get("examples"), list):
            parameter["example"] = parameter.pop("examples")[0]


def _add_refusal(operation: Json, status: str) -> None:
    known = {str(known_status) for known_status in operation["responses"]}
    if status not in known:
        problem = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
        operation["responses"][status] = {"content": {"application/json": problem}}


def _describe_responses(method: str, operation: Json) -> None:
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    for status, answer in responses.items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
            kind = BY_STATUS[int(status)]
            content[MEDIA_TYPE]["example"] = document(Problem(kind))
            answer["description"] = kind.title
        names = _headers_of(method, int(status))
        if names:
            answer["headers"] = {name: HEADERS[name] for name in names}
    if method == "get" and "200" in responses:
        responses["304"] = NOT_MODIFIED
    operation["responses"] = dict(sorted(responses.items()))


def _headers_of(method: str, status: int) -> list[str]:
    if status in {429, 503}:
        return ["Retry-After"]
    if status == 401:
        return ["WWW-Authenticate"]
    if status == 202:
        return ["Retry-After"] if method == "get" else ["Location", "Retry-After"]
    if status == 302:
        return ["Location"]
    return ["ETag"] if method == "get" and status == 200 else []


def _describe_file(operation: Json) -> None:
    """Add the accepted content types and the minimum length of a file."""
    form = operation.get("requestBody", {}).get("content", {}).get(MULTIPART)
    if form:
        form["schema"]["properties"]["file"]["minLength"] = 1
        form["encoding"] = {"file": {"contentType": ", ".join(sorted(ACCEPTED_TYPES))}}


def _add_examples(operation: Json) -> None:
    examples = EXAMPLES.get(operation["operationId"], {})
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content["example"] = examples["request"]
    for status, example in examples.get("responses", {}).items():
        for content in operation["responses"][status].get("content", {}).values():
            content["example"] = example
    for parameter in operation.get("parameters", []):
        if parameter["name"] in examples.get("parameters", {}):
            parameter["example"] = examples["parameters"][parameter["name"]]
