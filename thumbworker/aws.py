"""The worker's AWS clients, their limits, and the translation of the SDK's errors.

Retries and timeouts are bounded: a store that hangs costs one photo its try, not the function its time.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from thumbworker.interfaces import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from thumbworker.environment import Environment

NOT_FOUND_CODES = frozenset({"NoSuchKey", "404", "NotFound"})
READ_TIMEOUT_SECONDS = 5.0
REFUSED_CLOCK_SKEW_SECONDS = 5 * 60
"""S3 takes signatures that are off by 15 minutes, other services by 5."""


@contextmanager
def unavailable(operation: str) -> Iterator[None]:
    """Raise ``StoreUnavailable`` for any error of the SDK."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"].get("Code", "unknown")
        raise StoreUnavailable(operation, f"{code}{_clock(error)}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(operation, type(error).__name__) from error


def _clock(error: ClientError) -> str:
    """Return a word on this machine's clock, if it is so wrong that AWS refuses what it signs.

    S3 says ``RequestTimeTooSkewed``, but SQS only ``InvalidSignatureException``.
    """
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        skew_seconds = time.time() - parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return ""
    if abs(skew_seconds) < REFUSED_CLOCK_SKEW_SECONDS:
        return ""
    return f" (this clock is {abs(skew_seconds):.0f} s {'ahead' if skew_seconds > 0 else 'behind'})"


def is_not_found(error: ClientError) -> bool:
    """Return whether S3 says that there is no such object."""
    return error.response["Error"].get("Code") in NOT_FOUND_CODES


def open_s3(environment: Environment, *, read_timeout: float = READ_TIMEOUT_SECONDS) -> S3Client:
    """Return an S3 client; clients are shared by all threads."""
    return boto3.client(
        "s3",
        config=_config(
            environment,
            read_timeout,
            signature_version="s3v4",
            # An emulator on a loopback address has no hostname for each bucket.
            s3={"addressing_style": "path" if environment.endpoint_url else "virtual"},
        ),
        endpoint_url=environment.endpoint_url,
    )


def open_dynamodb(environment: Environment) -> DynamoDBClient:
    """Return a DynamoDB client."""
    return boto3.client("dynamodb", config=_config(environment), endpoint_url=environment.endpoint_url)


def open_sns(environment: Environment) -> SNSClient:
    """Return an SNS client."""
    return boto3.client("sns", config=_config(environment), endpoint_url=environment.endpoint_url)


def open_sqs(environment: Environment, *, read_timeout: float = READ_TIMEOUT_SECONDS) -> SQSClient:
    """Return an SQS client."""
    config = _config(environment, read_timeout)
    return boto3.client("sqs", config=config, endpoint_url=environment.endpoint_url)


def _config(environment: Environment, read_timeout: float = READ_TIMEOUT_SECONDS, **special: Any) -> Config:
    """Return botocore's configuration: short timeouts, few retries, and ``special`` on top."""
    return Config(
        region_name=environment.region,
        signature_version="v4",
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 3},
    ).merge(Config(**special))
