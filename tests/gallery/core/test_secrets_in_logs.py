"""Secrets of addresses are in no line of the log."""

from __future__ import annotations

import json
import logging
import logging.config
from io import StringIO

import pytest
from django.conf import settings
from django.urls import reverse

SECRET = "aB3-_" * 8


@pytest.fixture
def log() -> StringIO:
    """Return what a logger of the standard library writes in the format of the deployment."""
    formatter = dict(settings.LOGGING["formatters"]["json"])
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        formatter["()"](**{name: value for name, value in formatter.items() if name != "()"})
    )
    logger = logging.getLogger("tests.secrets")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    "path",
    [
        reverse("share-link", args=[SECRET]),
        reverse("notifications-stop", args=[SECRET]),
        reverse("account_confirm_email", args=[SECRET]),
        reverse("account_reset_password_from_key", kwargs={"uidb36": "1a", "key": SECRET}),
    ],
)
def test_log__has_no_secret_of_an_address(log: StringIO, path: str) -> None:
    logging.getLogger("tests.secrets").warning("Not Found: %s", path)
    event = json.loads(log.getvalue())["event"]
    assert SECRET not in event
    assert event.endswith("…/")


def test_log__keeps_other_addresses(log: StringIO) -> None:
    path = "/photos/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11/"
    logging.getLogger("tests.secrets").warning("Not Found: %s", path)
    assert path in log.getvalue()


def test_log__has_no_line_for_each_request() -> None:
    assert settings.LOGGING["loggers"]["zappa.wsgi"] == {"level": "WARNING"}
