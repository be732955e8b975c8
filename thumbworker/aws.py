"""How the worker speaks to AWS: clients, their limits, and what becomes of the SDK's errors.

Every fault of the SDK becomes ``StoreUnavailable``. Retries and timeouts are bounded so that a store
that hangs costs a record its try and not the whole function its time.
"""

from __future__ import annotations

from contextlib import contextmanager
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


@contextmanager
def unavailable(operation: str) -> Iterator[None]:
    """Turn what the SDK raises into ``StoreUnavailable``."""
    try:
        yield
    except ClientError as fault:
        raise StoreUnavailable(operation, fault.response["Error"].get("Code", "unknown")) from fault
    except BotoCoreError as fault:
        raise StoreUnavailable(operation, type(fault).__name__) from fault


def is_not_found(fault: ClientError) -> bool:
    """Tell whether S3 says that there is no such object, which is no fault."""
    return fault.response["Error"].get("Code") in NOT_FOUND_CODES


def open_s3(environment: Environment, *, read_timeout: float = READ_TIMEOUT_SECONDS) -> S3Client:
    """Return a client of S3; clients are shared by all threads."""
    return boto3.client(
        "s3",
        config=_config(
            environment,
            read_timeout,
            signature_version="s3v4",
            # An emulator on a loopback address has no host name per bucket.
            s3={"addressing_style": "path" if environment.endpoint_url else "virtual"},
        ),
        endpoint_url=environment.endpoint_url,
    )


def open_dynamodb(environment: Environment) -> DynamoDBClient:
    """Return a client of DynamoDB."""
    return boto3.client("dynamodb", config=_config(environment), endpoint_url=environment.endpoint_url)


def open_sns(environment: Environment) -> SNSClient:
    """Return a client of SNS."""
    return boto3.client("sns", config=_config(environment), endpoint_url=environment.endpoint_url)


def open_sqs(environment: Environment, *, read_timeout: float = READ_TIMEOUT_SECONDS) -> SQSClient:
    """Return a client of SQS."""
    config = _config(environment, read_timeout)
    return boto3.client("sqs", config=config, endpoint_url=environment.endpoint_url)


def _config(environment: Environment, read_timeout: float = READ_TIMEOUT_SECONDS, **special: Any) -> Config:
    """Return botocore's configuration: short waits, few retries; ``special`` goes on top."""
    return Config(
        region_name=environment.region,
        signature_version="v4",
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 3},
    ).merge(Config(**special))
