"""What AWS asks for, and what a photo, a page and an idle month come to.

The table is of us-east-1 in US dollars without free tiers, as of its date. Nobody fetched it: compare it
with aws.amazon.com/pricing before a decision hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-11"
MILLION = 1_000_000
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for one of each; storage for a gigabyte and a month."""

    s3_put: float = 5.0 / MILLION
    s3_get: float = 0.4 / MILLION
    s3_month: float = 0.023
    dynamodb_write: float = 0.625 / MILLION
    dynamodb_read: float = 0.125 / MILLION
    sqs_request: float = 0.4 / MILLION
    sns_publish: float = 0.5 / MILLION
    lambda_request: float = 0.2 / MILLION
    lambda_arm_gigabyte_second: float = 13.3334 / MILLION
    lambda_x86_gigabyte_second: float = 16.6667 / MILLION
    gateway_request: float = 1.0 / MILLION
    cloudfront_request: float = 1.0 / MILLION
    cloudfront_gigabyte: float = 0.085
    logs_gigabyte: float = 0.5
    alarm_month: float = 0.1
    aurora_unit_hour: float = 0.12
    aurora_storage_month: float = 0.1
    small_postgresql_hour: float = 0.016
    alb_month: float = 18.0


PRICES = Prices()


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """What one photo costs, counted: calls, worker milliseconds at ``gigabytes`` of memory, bytes kept."""

    worker_ms: float = 900.0
    worker_gigabytes: float = 1.769
    web_ms: float = 30.0
    web_gigabytes: float = 1.0
    puts: int = 4  # the original and three renditions
    gets: int = 2  # the worker's GET and its second look
    item_writes: int = 2  # 1 kB each: an item is at most 4 kB and mostly below 2
    item_reads: int = 1  # settle
    queue_requests: float = 1.4  # sent once; received and deleted in batches
    publishes: int = 1
    stored_bytes: int = 5_000_000 + 260_000


def photo_dollars(work: PhotoWork, prices: Prices = PRICES) -> dict[str, float]:
    """Return what one photo costs once, by service."""
    return {
        "S3 requests": work.puts * prices.s3_put + work.gets * prices.s3_get,
        "worker": prices.lambda_request / 10
        + work.worker_ms / 1000 * work.worker_gigabytes * prices.lambda_arm_gigabyte_second,
        "web (offer, poll)": 2 * (prices.gateway_request + prices.lambda_request)
        + 2 * work.web_ms / 1000 * work.web_gigabytes * prices.lambda_arm_gigabyte_second,
        "DynamoDB": work.item_writes * prices.dynamodb_write + work.item_reads * prices.dynamodb_read,
        "SQS and SNS": work.queue_requests * prices.sqs_request + work.publishes * prices.sns_publish,
    }


def storage_dollars(stored_bytes: float, prices: Prices = PRICES) -> float:
    """Return what keeping these bytes costs a month."""
    return stored_bytes / GIGABYTE * prices.s3_month


def month_so_far(photos: int, stored_bytes: float) -> float:
    """Return what this many new photos and these bytes cost this month, as the operations page shows it."""
    return photos * sum(photo_dollars(PhotoWork()).values()) + storage_dollars(stored_bytes)
