"""AWS prices, and the cost of one photo.

Prices are those of us-east-1 in US dollars, first tier, without the free tier. Each names its source; none
was fetched from a live page, so compare with aws.amazon.com/pricing before a decision depends on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_OF = "2026-11"
THOUSAND = 1_000
MILLION = 1_000_000
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for ``per`` of a unit, and the source."""

    dollars: float
    per: int
    unit: str
    source: str

    def of(self, amount: float) -> float:
        """Return the dollars for this many units."""
        return amount * self.dollars / self.per


RECORDED = "infracost's recorded prices, `{}`"
S3 = RECORDED.format("s3_bucket_test")
LAMBDA = RECORDED.format("lambda_function_test") + "; the same in kodekloud's notes and a guide of 2026-05-11"
DYNAMODB = "airbyte.com, DynamoDB pricing, 2025-07-21: half of what it was before November 2024"
WAF = "c3x.dev and awsnegotiations.com, WAF pricing, 2026"
PLANS = "duckbillhq.com and bybowu.com on CloudFront's flat-rate plans of 2025-11-18"
NOTES = "notes on cost in public repositories, undated, all the same"


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices that the cost report uses, or leaves out as negligible."""

    s3_put: Price = Price(0.005, THOUSAND, "S3 PUT, COPY, POST or LIST", S3)
    s3_get: Price = Price(0.0004, THOUSAND, "S3 GET, HEAD and all other", S3)
    s3_month: Price = Price(0.023, 1, "S3 Standard, GB-month", S3)
    s3_egress: Price = Price(0.09, 1, "S3 to the internet, GB", "devnotes.tech, S3 pricing, undated")
    lambda_request: Price = Price(0.20, MILLION, "Lambda request", LAMBDA)
    lambda_arm: Price = Price(13.3334, MILLION, "Lambda arm64, GB-second", LAMBDA)
    lambda_x86: Price = Price(16.6667, MILLION, "Lambda x86, GB-second", LAMBDA)
    gateway: Price = Price(1.00, MILLION, "HTTP API request", RECORDED.format("apigatewayv2_api_test"))
    rest_gateway: Price = Price(
        3.50, MILLION, "REST API request", RECORDED.format("api_gateway_rest_api_test")
    )
    edge_request: Price = Price(
        0.01,
        10 * THOUSAND,
        "CloudFront HTTPS request (Europe: 0.012)",
        RECORDED.format("cloudfront_distribution_test"),
    )
    edge_gigabyte: Price = Price(0.085, 1, "CloudFront to visitors, GB", "aws.amazon.com/cloudfront/pricing")
    edge_function: Price = Price(
        0.10, MILLION, "CloudFront function run", RECORDED.format("cloudfront_function_test")
    )
    plan_pro: Price = Price(15.0, 1, "CloudFront Pro plan, 10 M requests and 50 TB, month", PLANS)
    plan_business: Price = Price(200.0, 1, "CloudFront Business plan, 125 M requests and 50 TB, month", PLANS)
    item_write: Price = Price(0.625, MILLION, "DynamoDB on-demand write unit (1 kB)", DYNAMODB)
    item_read: Price = Price(0.125, MILLION, "DynamoDB on-demand read unit (4 kB; eventual: half)", DYNAMODB)
    item_month: Price = Price(0.25, 1, "DynamoDB storage, GB-month", RECORDED.format("dynamodb_table_test"))
    queue_request: Price = Price(0.40, MILLION, "SQS standard request", RECORDED.format("sqs_queue_test"))
    publish: Price = Price(0.50, MILLION, "SNS publish", RECORDED.format("sns_topic_test"))
    logs: Price = Price(0.50, 1, "CloudWatch logs, GB ingested", RECORDED.format("cloudwatch_log_group_test"))
    alarm: Price = Price(0.10, 1, "CloudWatch alarm, month", RECORDED.format("cloudwatch_metric_alarm_test"))
    metric: Price = Price(0.30, 1, "CloudWatch custom metric, month", NOTES)
    dashboard: Price = Price(
        3.0, 1, "CloudWatch dashboard, month", RECORDED.format("cloudwatch_dashboard_test")
    )
    schedule: Price = Price(0.0, MILLION, "EventBridge schedule, run", NOTES)
    secret: Price = Price(
        0.0,
        1,
        "SSM standard parameter, month",
        RECORDED.format("ssm_parameter_test") + ", which prices other types only",
    )
    database_unit: Price = Price(
        0.12, 1, "Aurora Serverless v2 unit-hour", "c3x.dev, 2026; awsnegotiations.com, 2026-05"
    )
    database_month: Price = Price(0.10, 1, "Aurora storage, GB-month", RECORDED.format("rds_cluster_test"))
    small_database: Price = Price(
        0.016, 1, "RDS db.t4g.micro PostgreSQL, hour", "infratally.com, RDS pricing, 2026"
    )
    small_database_month: Price = Price(
        0.115, 1, "RDS gp3 storage, GB-month", "usage.ai, RDS calculator, 2026-06"
    )
    firewall: Price = Price(5.0, 1, "WAF web ACL, month", WAF)
    firewall_rule: Price = Price(1.0, 1, "WAF rule, month", WAF)
    firewall_request: Price = Price(0.60, MILLION, "WAF request inspected", WAF)
    nat: Price = Price(
        0.045, 1, "NAT gateway, hour (and the same per GB)", RECORDED.format("nat_gateway_test")
    )
    endpoint: Price = Price(
        0.01, 1, "interface endpoint, hour per zone", RECORDED.format("vpc_endpoint_test")
    )


PRICES = Prices()

WORKER_CALLS: Mapping[str, int] = {
    "GetObject": 1,
    "PutObject": len(CURRENT.renditions),
    "PutItem": 1,
    "HeadObject": 1,
    "Publish": 1,
}
"""AWS calls of the worker for one photo; ``tests/journey/test_costs.py`` counts them."""


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """The work for one photo, alone in its batch. CPU times are of the machine measured on."""

    render_ms: float = 199.0
    vcpu_factor: float = 1.5
    worker_waiting_ms: float = 200.0
    memory_gigabytes: float = 1769 / 1024  # worker and web in production: the minimum for one full vCPU
    web_requests: int = 2  # an offer and a poll
    web_ms: float = 30.0
    item_kilobytes: int = 2  # rounded up: one write unit each
    queue_requests: int = 3  # sent by S3, received and deleted by the mapping
    decisions: int = 1  # a moderator's, published to the topic
    log_bytes: int = 2_000
    original_bytes: int = 5_000_000
    rendition_bytes: int = 482_370

    @property
    def worker_ms(self) -> float:
        """Return the milliseconds that Lambda bills: CPU on its slower core, and waiting."""
        return self.render_ms * self.vcpu_factor + self.worker_waiting_ms


def photo_dollars(work: PhotoWork) -> dict[str, float]:
    """Return the one-time cost of a photo, by service."""
    calls = WORKER_CALLS
    second, worker_second = (
        price.of(work.memory_gigabytes) for price in (PRICES.lambda_arm, PRICES.lambda_x86)
    )
    return {
        "S3: the upload, the worker's calls": PRICES.s3_put.of(1 + calls["PutObject"])
        + PRICES.s3_get.of(calls["GetObject"] + calls["HeadObject"]),
        "worker": PRICES.lambda_request.of(1) + work.worker_ms / 1000 * worker_second,
        "web: offer and poll": work.web_requests
        * (PRICES.gateway.of(1) + PRICES.lambda_request.of(1) + work.web_ms / 1000 * second),
        "CloudFront: their requests": PRICES.edge_request.of(work.web_requests),
        "DynamoDB: the item, the poll": PRICES.item_write.of(calls["PutItem"] * work.item_kilobytes)
        + PRICES.item_read.of(0.5),
        "SQS and SNS": PRICES.queue_request.of(work.queue_requests)
        + PRICES.publish.of(calls["Publish"] + work.decisions),
        "logs": PRICES.logs.of(work.log_bytes / GIGABYTE),
    }


def rerender_dollars(photos: int) -> float:
    """Return the cost of making the renditions of so many photos again. Nothing is uploaded or asked for."""
    work, calls = PhotoWork(), WORKER_CALLS
    one = (
        PRICES.s3_put.of(1 + calls["PutObject"])  # the nudge, and the renditions
        + PRICES.s3_get.of(calls["GetObject"] + calls["HeadObject"])
        + PRICES.lambda_request.of(1)
        + work.worker_ms / 1000 * PRICES.lambda_x86.of(work.memory_gigabytes)
        + PRICES.item_write.of(calls["PutItem"] * work.item_kilobytes)
        + PRICES.item_read.of(3 * 0.5 * work.item_kilobytes)  # the worker's, and one of each phase
        + PRICES.queue_request.of(work.queue_requests)
        + PRICES.publish.of(calls["Publish"])
        + PRICES.logs.of(work.log_bytes / GIGABYTE)
    )
    return photos * one


def storage_dollars(stored_bytes: float) -> float:
    """Return the cost of storing these bytes for a month."""
    return PRICES.s3_month.of(stored_bytes / GIGABYTE)


def month_so_far(photos: int, stored_bytes: float) -> float:
    """Return this month's cost of so many new photos and stored bytes, as the operations page shows it."""
    return photos * sum(photo_dollars(PhotoWork()).values()) + storage_dollars(stored_bytes)
