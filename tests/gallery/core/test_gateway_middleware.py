"""Requests get back their sender, host and id behind CloudFront, the gateway and Zappa."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from structlog.contextvars import bind_contextvars, get_contextvars

from gallery.core.gateway_middleware import GatewayMiddleware

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

SECRET = "only CloudFront knows"


def through(
    *, forwarded: str = "", source: str = "198.51.100.7", secret: str = ""
) -> tuple[HttpRequest, HttpResponse]:
    context = {"requestId": "abc", "http": {"sourceIp": source}}
    headers: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "set by Zappa"}
    if secret:
        headers["HTTP_X_ORIGIN_SECRET"] = secret
    request = RequestFactory().get("/", **headers, **{"lambda.event": {"requestContext": context}})
    response = GatewayMiddleware(lambda _request: HttpResponse("seen"))(request)
    return request, response


@pytest.fixture
def behind_cloudfront(settings: SettingsWrapper) -> None:
    settings.ORIGIN_SECRET = SECRET
    settings.SITE_ORIGIN = "https://photos.example"
    settings.ALLOWED_HOSTS = ["photos.example"]


def test_sender__comes_from_the_gateway_and_not_from_the_visitor() -> None:
    request, _ = through(forwarded="192.0.2.66, 192.0.2.67")
    assert request.META["REMOTE_ADDR"] == "198.51.100.7"


@pytest.mark.usefixtures("behind_cloudfront")
def test_sender__behind_cloudfront_is_the_visitor() -> None:
    request, _ = through(forwarded="192.0.2.66, 203.0.113.5, 198.51.100.7", secret=SECRET)
    assert request.META["REMOTE_ADDR"] == "203.0.113.5"


@pytest.mark.usefixtures("behind_cloudfront")
def test_host__behind_cloudfront_is_that_of_the_site() -> None:
    request, _ = through(secret=SECRET)
    assert request.get_host() == "photos.example"


@pytest.mark.usefixtures("behind_cloudfront")
@pytest.mark.parametrize("secret", ["", "guessed"])
def test_secret__refuses_requests_that_bypass_cloudfront(secret: str) -> None:
    _, response = through(secret=secret)
    assert response.status_code == 403
    assert b"seen" not in response.content


def test_response__has_the_id_of_its_log_lines() -> None:
    _, response = through()
    assert response["X-Request-Id"] == "abc"


@pytest.mark.parametrize("odd", ["", "two words", "x" * 65, "a\r\nb", None, 7])
def test_request_id__unusable_is_replaced(odd: object) -> None:
    request = RequestFactory().get("/", **{"lambda.event": {"requestContext": {"requestId": odd}}})
    response = GatewayMiddleware(lambda _request: HttpResponse())(request)
    assert str(UUID(response["X-Request-Id"])) == response["X-Request-Id"]


def test_request_id__from_a_visitor_is_ignored() -> None:
    request = RequestFactory().get("/", headers={"X-Request-Id": "mine", "X-Correlation-Id": "mine"})
    assert GatewayMiddleware(lambda _request: HttpResponse())(request)["X-Request-Id"] != "mine"


def test_request_id__is_bound_only_during_the_request() -> None:
    seen: list[dict[str, Any]] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.append(get_contextvars())
        return HttpResponse()

    bind_contextvars(correlation_id="left behind", task="left behind")
    request_id = GatewayMiddleware(answer)(RequestFactory().get("/"))["X-Request-Id"]
    assert seen == [{"request_id": request_id, "correlation_id": request_id}]
    assert get_contextvars() == {}
