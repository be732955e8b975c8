"""The OpenAPI document is valid, complete, and has an example for every operation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.conf import settings
from django.core.management import call_command
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gallery.api import problems
from gallery.api.api import api
from gallery.api.openapi_examples import EXAMPLES
from gallery.storage.signed_urls import LIFETIME_SECONDS, WINDOW_SECONDS
from thumbworker.contract import policy
from thumbworker.contract.imports import ImportReason
from thumbworker.contract.reasons import Reason

if TYPE_CHECKING:
    from django.test import Client

DOCS = Path(settings.BASE_DIR) / "docs" / "api.md"
ERRORS = DOCS.with_name("errors.md")
REQUIRED_OPERATIONS = {
    ("post", "/uploads"),
    ("post", "/upload"),
    ("get", "/photos"),
    ("get", "/photos/{photo_id}"),
    ("patch", "/photos/{photo_id}"),
    ("delete", "/photos/{photo_id}"),
    ("post", "/images"),
    ("get", "/images/{request_id}"),
    ("get", "/download/{name}"),
    ("get", "/download-thumbnail/{name}"),
    ("get", "/albums"),
    ("get", "/tags"),
    ("get", "/search"),
    ("post", "/photos/delete"),
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads(json.dumps(api.get_openapi_schema()))


def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path.removeprefix("/api/v1")): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def validate(schema: dict[str, Any], shape: dict[str, Any], value: Any) -> None:
    """Check a value against a schema that refers to components of the document."""
    whole = shape | {"components": schema["components"]}
    OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER).validate(value)


def test_document__is_valid_openapi(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(schema).iter_errors()) == []


def test_document__has_every_required_operation(schema: dict[str, Any]) -> None:
    assert set(operations(schema)) >= REQUIRED_OPERATIONS


def test_examples__cover_every_operation_id(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(schema).values()]
    assert sorted(names) == sorted(EXAMPLES)


def test_examples__match_their_schemas(schema: dict[str, Any]) -> None:
    checked = 0
    for operation in operations(schema).values():
        shown = [
            (content["schema"], content["example"])
            for answer in (operation.get("requestBody", {}), *operation["responses"].values())
            for content in answer.get("content", {}).values()
            if "example" in content
        ]
        shown += [(p["schema"], p["example"]) for p in operation.get("parameters", []) if "example" in p]
        for shape, example in shown:
            validate(schema, shape, example)
            checked += 1
    assert checked > 100


def test_examples__cover_every_response_with_a_body(schema: dict[str, Any]) -> None:
    without = [
        (name, status)
        for name, operation in operations(schema).items()
        for status, answer in operation["responses"].items()
        for content in answer.get("content", {}).values()
        if "example" not in content
    ]
    assert without == []


def test_examples__cover_every_json_request(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        json_body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert json_body is None or "example" in json_body, name


def test_validate__refuses_a_wrong_example(schema: dict[str, Any]) -> None:
    shape = operations(schema)["get", "/me"]["responses"]["200"]["content"]["application/json"]["schema"]
    with pytest.raises(jsonschema.ValidationError):
        validate(schema, shape, {"name": 5})


def test_document__has_problems_and_idempotency_keys(schema: dict[str, Any]) -> None:
    for (method, _), operation in operations(schema).items():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == [problems.MEDIA_TYPE]
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method != "get")
        assert operation["security"] == [{"token": []}]
        assert {"401", "403", "429"} <= set(operation["responses"])


def test_export_openapi_schema__equals_the_served_document(client: Client, capsys: Any) -> None:
    served = client.get("/api/v1/openapi.json").json()
    call_command("export_openapi_schema", api="gallery.api.api.api")
    assert json.loads(capsys.readouterr().out) == served


def test_docs__name_every_operation() -> None:
    text = DOCS.read_text()
    named = set(re.findall(r"`(GET|POST|PATCH|DELETE) (/[^` ?]*)", text))
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for method, path in operations(api.get_openapi_schema())
    }
    assert {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in named} == described
    assert "(errors.md)" in text, "link to the list of reason codes"


def test_docs__name_every_reason() -> None:
    text = DOCS.read_text()
    assert [reason for reason in ImportReason if f"`{reason}`" not in text] == []
    errors = ERRORS.read_text()
    assert [reason for reason in Reason if f"`{reason}`" not in errors] == []


def test_docs__state_the_lifetime_of_a_url() -> None:
    lifetime = f"every {WINDOW_SECONDS // 60} minutes and expire after {LIFETIME_SECONDS // 60}"
    assert lifetime in " ".join(DOCS.read_text().split())


def test_docs_and_document__name_every_size(schema: dict[str, Any]) -> None:
    sizes = [spec.name for spec in policy.CURRENT.renditions if not spec.other_side]
    (row,) = (line for line in DOCS.read_text().splitlines() if "`GET /download-thumbnail/" in line)
    assert re.findall(r"\b\d{3,4}(?=`)", row) == sizes
    assert schema["components"]["schemas"]["SizeName"]["enum"] == sizes
