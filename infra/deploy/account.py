"""The account that a stage is deployed to: its clients, and the refusals that are answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, read_timeout=70)
AWS_FAULTS = (BotoCoreError, ClientError)
"""What a call to AWS may end with."""


class Account:
    """The account that the environment's credentials lead to."""

    def __init__(self, region: str) -> None:
        """Use one region for everything."""
        self._session = boto3.session.Session(region_name=region)

    def client(self, service: str, /) -> object:
        """Return a client of a service."""
        return self._session.client(service, config=CONFIG)  # type: ignore[call-overload]


@contextmanager
def passing_over(*codes: str) -> Iterator[None]:
    """End the block without a word where AWS refuses with one of these codes."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
