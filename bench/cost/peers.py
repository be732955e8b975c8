"""The same photos and views in three other ways: resizing on request, a careful and a first pipeline.

On the fly is AWS's Dynamic Image Transformation for CloudFront (once Serverless Image Handler), its Lambda
architecture: CloudFront with a function before its cache, a REST API, an x86 function of 1,024 MB that
reads the original and runs sharp. Its guide counts 350 ms a picture and a hit ratio of 90 %.
References: aws-solutions/dynamic-image-transformation-for-amazon-cloudfront, ``back-end-construct.ts``
and ``api-gateway-architecture.ts``; its implementation guide, "Lambda architecture costs".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.cost.figures import work_of
from bench.cost.ours import edge_dollars, pictures_shown
from gallery.operations.dashboard.prices import GIGABYTE, MILLION, PRICES, THOUSAND, PhotoWork, photo_dollars

if TYPE_CHECKING:
    from bench.cost.figures import Assumed, Measured

TRANSFORMATION_SECONDS = 0.35
TRANSFORMATION_GIGABYTES = 1.0

SIZES_ON_A_PAGE = 3
"""Signed URLs of one picture on a page."""

UPLOAD_SECONDS = 0.5
UPLOAD_GIGABYTES = 1.0
NAIVE_WAITING_MS = 200.0


def on_the_fly_photos(measured: Measured) -> dict[str, float]:
    """Return the dollars for 1,000 photos once: they are only stored."""
    same = photo_dollars(replace(work_of(measured), web_requests=1))
    return {
        "S3: the upload": PRICES.s3_put.of(THOUSAND),
        "web: offer": THOUSAND * same["web: offer and poll"],
        "CloudFront: its request": THOUSAND * same["CloudFront: their requests"],
    }


def on_the_fly_views(measured: Measured, assumed: Assumed) -> dict[str, float]:
    """Return the dollars for a million views of the same pages, pictures resized at each miss."""
    pictures = pictures_shown(assumed)
    made = pictures * (1 - assumed.pictures_from_edge)
    second = PRICES.lambda_x86.of(TRANSFORMATION_GIGABYTES)
    return {
        **edge_dollars(measured, assumed),
        "CloudFront: its function": PRICES.edge_function.of(pictures),
        "gateway (REST)": PRICES.rest_gateway.of(made),
        "resizing, 350 ms at 1 GB": PRICES.lambda_request.of(made) + made * TRANSFORMATION_SECONDS * second,
        "S3: the originals": PRICES.s3_get.of(made),
        "logs of resizing": PRICES.logs.of(made * assumed.log_bytes / GIGABYTE),
    }


def careful_photos(measured: Measured) -> dict[str, float]:
    """Return the dollars for 1,000 photos once, made by a careful pipeline of the usual parts.

    Browsers PUT to S3, a queue feeds a function of arm64 with sharp at its best, which makes the same three
    renditions and writes to SQL: no item, no topic.
    """
    ours = work_of(measured)
    work = replace(ours, render_ms=ours.render_ms / measured.cpu_to_sharp)
    same = photo_dollars(work)
    kept = ("S3: the upload, the worker's calls", "web: offer and poll", "CloudFront: their requests", "logs")
    worker = PRICES.lambda_request.of(1) + work.worker_ms / 1000 * PRICES.lambda_arm.of(work.memory_gigabytes)
    each = {title: same[title] for title in kept} | {
        "worker": worker,
        "SQS": PRICES.queue_request.of(work.queue_requests),
    }
    return {title: THOUSAND * amount for title, amount in each.items()}


def careful_views(measured: Measured, assumed: Assumed) -> dict[str, float]:
    """Return the dollars for a million views behind signed cookies: pages without signatures, no items."""
    signatures = assumed.pictures * SIZES_ON_A_PAGE * measured.signature_bytes
    edge = edge_dollars(replace(measured, page_bytes=max(0, measured.page_bytes - signatures)), assumed)
    missed = pictures_shown(assumed) * (1 - assumed.pictures_from_edge)
    return {title: amount for title, amount in edge.items() if title != "DynamoDB"} | {
        "S3: what no edge has yet": PRICES.s3_get.of(missed)
    }


def naive_photos(measured: Measured) -> dict[str, float]:
    """Return the dollars for 1,000 photos once: through the web function, one JPEG of 800 pixels each."""
    work = PhotoWork()
    worker_ms = measured.naive_ms * work.vcpu_factor + NAIVE_WAITING_MS
    second = PRICES.lambda_x86.of(1)
    return {
        "upload through the web function": PRICES.gateway.of(THOUSAND)
        + PRICES.lambda_request.of(THOUSAND)
        + THOUSAND * UPLOAD_SECONDS * UPLOAD_GIGABYTES * second,
        "thumbnail by S3's trigger": PRICES.lambda_request.of(THOUSAND)
        + THOUSAND * worker_ms / 1000 * work.memory_gigabytes * second,
        "S3: two PUTs, one GET": PRICES.s3_put.of(2 * THOUSAND) + PRICES.s3_get.of(THOUSAND),
        "DynamoDB: one item": PRICES.item_write.of(work.item_kilobytes * THOUSAND),
    }


def naive_views(measured: Measured, assumed: Assumed) -> dict[str, float]:
    """Return the dollars for a million views: URLs are signed at each view, so nothing is cached."""
    work = PhotoWork()
    pictures = MILLION * assumed.pictures
    page_ms = (measured.page_ms + measured.presign_ms) * work.vcpu_factor + assumed.page_waiting_ms
    return {
        "gateway and web": PRICES.gateway.of(MILLION)
        + PRICES.lambda_request.of(MILLION)
        + PRICES.lambda_x86.of(MILLION * page_ms / 1000 * work.memory_gigabytes),
        "bytes of pages": PRICES.s3_egress.of(MILLION * measured.page_bytes / GIGABYTE),
        "DynamoDB": PRICES.item_read.of(pictures / 2),
        "logs": PRICES.logs.of(MILLION * assumed.log_bytes / GIGABYTE),
        "S3: requests for pictures": PRICES.s3_get.of(pictures),
        "S3: bytes of pictures": PRICES.s3_egress.of(pictures * measured.naive_tile_bytes / GIGABYTE),
    }
