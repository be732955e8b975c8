"""Dollars for 1,000 photos, a million page views and an idle month, beside two other ways: ``make cost``.

Calls per photo are counted by ``tests/journey/test_costs.py``; milliseconds are measured by whoever gives
them here. Prices are the table of ``gallery/operations/prices.py``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from gallery.operations.prices import (
    AS_OF,
    GIGABYTE,
    MILLION,
    PRICES,
    PhotoWork,
    photo_dollars,
    storage_dollars,
)

THOUSAND = 1_000
HOURS_IN_A_MONTH = 730
VIEWS_FROM_CACHE = 0.7
PICTURES_FROM_BROWSER = 0.5


def photos(work: PhotoWork) -> dict[str, float]:
    """Return what 1,000 photos cost once, by service."""
    return {title: dollars * THOUSAND for title, dollars in photo_dollars(work).items()}


def views(web_ms: float, pictures: int = 60) -> dict[str, float]:
    """Return what a million page views cost, of which CloudFront answers a share by itself."""
    asked = MILLION * (1 - VIEWS_FROM_CACHE)
    shown = MILLION * pictures * (1 - PICTURES_FROM_BROWSER)
    return {
        "CloudFront requests": (MILLION + shown) * PRICES.cloudfront_request,
        "CloudFront bytes": (MILLION * 30_000 + shown * 18_000) / GIGABYTE * PRICES.cloudfront_gigabyte,
        "gateway": asked * PRICES.gateway_request,
        "web": asked * (PRICES.lambda_request + web_ms / 1000 * PRICES.lambda_arm_gigabyte_second),
        "DynamoDB": asked * pictures * PRICES.dynamodb_read / 2,  # read without consistency: half a unit each
    }


def idle() -> dict[str, float]:
    """Return what a month costs in which nobody comes."""
    sweeps = HOURS_IN_A_MONTH * 12
    return {
        "sweep, every 5 minutes": sweeps * (PRICES.lambda_request + 0.2 * PRICES.lambda_arm_gigabyte_second),
        "mappings that poll two empty queues": 2 * 5 * HOURS_IN_A_MONTH * 180 * PRICES.sqs_request,
        "nine alarms": 9 * PRICES.alarm_month,
        "logs": 0.05 * PRICES.logs_gigabyte,
    }


def databases() -> dict[str, float]:
    """Return what a database adds to an idle month."""
    return {
        "a database that is there anyway": 0.0,
        "Aurora Serverless v2, asleep (1 GB)": PRICES.aurora_storage_month,
        "Aurora Serverless v2, kept awake by the sweep (0.5 units)": HOURS_IN_A_MONTH
        * 0.5
        * PRICES.aurora_unit_hour,
        "RDS db.t4g.micro, 20 GB": HOURS_IN_A_MONTH * PRICES.small_postgresql_hour + 20 * 0.115,
    }


def on_the_fly(pictures: int = 60, misses: float = 0.05) -> dict[str, float]:
    """Return what AWS's Dynamic Image Transformation asks for a million views: work at each cache miss."""
    asked = MILLION * pictures * (1 - PICTURES_FROM_BROWSER) * misses
    return {
        "Lambda, 1 GB, 400 ms each": asked
        * (PRICES.lambda_request + 0.4 * PRICES.lambda_arm_gigabyte_second + PRICES.gateway_request),
        "S3 GET of the original": asked * PRICES.s3_get,
        "CloudFront requests": MILLION * pictures * (1 - PICTURES_FROM_BROWSER) * PRICES.cloudfront_request,
        "CloudFront bytes": MILLION
        * pictures
        * (1 - PICTURES_FROM_BROWSER)
        * 18_000
        / GIGABYTE
        * PRICES.cloudfront_gigabyte,
    }


def naive(work: PhotoWork) -> dict[str, float]:
    """Return what 1,000 photos cost through the web function and a trigger of S3, decoded in full on x86."""
    return {
        "upload through Lambda (2 s, 1 GB)": THOUSAND
        * (PRICES.gateway_request * 1.0 + PRICES.lambda_request + 2.0 * PRICES.lambda_x86_gigabyte_second),
        "thumbnails (3 s, 1.769 GB)": THOUSAND
        * (PRICES.lambda_request + 3.0 * work.worker_gigabytes * PRICES.lambda_x86_gigabyte_second),
        "S3 requests": THOUSAND * (work.puts * PRICES.s3_put + PRICES.s3_get),
        "DynamoDB": THOUSAND * 2 * PRICES.dynamodb_write,
    }


def table(title: str, rows: dict[str, float]) -> str:
    """Return rows and their sum as Markdown."""
    lines = [f"### {title}", "", "| | dollars |", "|---|---:|"]
    lines += [f"| {name} | {dollars:.4f} |" for name, dollars in rows.items()]
    return "\n".join([*lines, f"| **all** | **{sum(rows.values()):.4f}** |", ""])


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--worker-ms", type=float, default=PhotoWork().worker_ms, help="of one photo, measured"
    )
    parser.add_argument("--page-ms", type=float, default=25.0, help="of one page of the gallery, measured")
    given = parser.parse_args()
    work = replace(PhotoWork(), worker_ms=given.worker_ms)
    parts = [
        (
            f"Prices of us-east-1 as of {AS_OF}, no free tier. "
            f"Worker {work.worker_ms:.0f} ms a photo, page {given.page_ms:.0f} ms.\n"
        ),
        table("1,000 photos of 5 MB, once", photos(work)),
        f"Keeping them costs {storage_dollars(work.stored_bytes * THOUSAND):.3f} a month.\n",
        table("A million page views of 60 pictures", views(given.page_ms)),
        table("A month in which nobody comes", idle()),
        *(f"- with {title}: {sum(idle().values()) + dollars:.2f}" for title, dollars in databases().items()),
        "",
        table("The pictures of the same million views, resized on the fly (5 % misses)", on_the_fly()),
        table("The same 1,000 photos by a naive pipeline", naive(work)),
    ]
    sys.stdout.write("\n".join(parts))


if __name__ == "__main__":
    main()
