"""The AWS account of a deployment: its clients and its errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, read_timeout=70)
AWS_ERRORS = (BotoCoreError, ClientError)
"""Errors that any call to AWS may raise."""


class Account:
    """The account of the environment's credentials."""

    def __init__(self, region: str) -> None:
        """Use one region for all services."""
        self._session = boto3.session.Session(region_name=region)
        self._clients: dict[str, object] = {}

    def client(self, service: str, /) -> object:
        """Return a client of a service; the same service gives the same client."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=CONFIG)  # type: ignore[call-overload]
        return self._clients[service]


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """End the block quietly if AWS answers with one of these error codes."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
