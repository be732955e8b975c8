"""Measure how well a batch overlaps network and CPU.

Ten generated 12 MP photos go through one batch on the embedded AWS, with 40 ms added to every S3 call.
Compared with the rate at which one core does the bare rendering: ``ratio`` = kernel CPU seconds / batch wall
seconds; 1.0 would be a network that costs nothing. Three calls have no work beside them in any order: the
first GET, the last PUT and the last HEAD. ``ratio_at_best`` is what these alone leave, and ``overlap`` the
rate of the batch without them; its bar is 0.92. ``python -m bench.batch``; with ``--one-core`` the SDK's own
work has to share that core, as in a function of 1769 MB.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import numpy as np
from PIL import Image

from infra import ports
from infra.embedded import REGION, ROOT_ACCESS_KEY_ID, EmbeddedAws
from infra.worker_zip import PROJECT
from thumbworker import imaging
from thumbworker.batch import Batch
from thumbworker.contract import keys
from thumbworker.environment import Environment
from thumbworker.isolation import IsolatedDecoder
from thumbworker.queues import open_queues
from thumbworker.reconcile import Reconciler
from thumbworker.stores import open_stores

if TYPE_CHECKING:
    from thumbworker.interfaces import Stores

BATCH_SIZE = 10
ADDED_SECONDS = 0.040
CALLS_ALONE = 3
"""The first GET, before there is a picture; the last PUT and the HEAD after it, when there is none left."""
BAR = 0.92


def photo(seed: int, width: int) -> bytes:
    """Return a JPEG whose detail falls off with its frequency, as in photographs."""
    height = width * 3 // 4
    random = np.random.default_rng(seed)
    pixels = np.zeros((height, width, 3), np.float32)
    for cells in (8, 32, 128, 512, 2048):
        noise = random.standard_normal((cells * 3 // 4, cells, 3)).astype(np.float32)
        layer = [
            Image.fromarray(noise[..., band]).resize((width, height), Image.Resampling.BICUBIC)
            for band in range(3)
        ]
        pixels += np.stack([np.asarray(band) for band in layer], axis=-1) * (40 * (8 / cells) ** 0.5)
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels + 128, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def make_resources(aws: EmbeddedAws) -> Environment:
    """Create the worker's resources, and act as root: roles are not measured."""
    os.environ["AWS_ACCESS_KEY_ID"] = ROOT_ACCESS_KEY_ID
    os.environ["AWS_SECRET_ACCESS_KEY"] = aws.root_secret
    for bucket in ("originals", "renditions"):
        aws.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    aws.client("dynamodb").create_table(
        TableName="catalogue",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    topic_arn = aws.client("sns").create_topic(Name="photo-events")["TopicArn"]
    return Environment(
        originals_bucket="originals",
        renditions_bucket="renditions",
        catalogue_table="catalogue",
        photo_events_topic_arn=topic_arn,
        site_origin="https://photos.example",
        region=REGION,
        endpoint_url=aws.endpoint_url,
    )


def slow_down(stores: Stores) -> None:
    """Delay every S3 call by 40 ms."""
    client: Any = stores.originals.client  # type: ignore[attr-defined]
    client.meta.events.register("before-send.s3", lambda **_: time.sleep(ADDED_SECONDS))


def event_for(photo_ids: list[UUID]) -> dict[str, Any]:
    """Return the event that Lambda would send after these uploads."""
    records = []
    for number, photo_id in enumerate(photo_ids):
        notification = {
            "eventName": "ObjectCreated:Put",
            "s3": {"object": {"key": keys.original_key(photo_id)}},
        }
        records.append({"messageId": str(number), "body": json.dumps({"Records": [notification]})})
    return {"Records": records}


def render_all(photos: list[bytes]) -> float:
    """Return the CPU seconds of rendering these photos alone."""
    began = time.process_time()
    for data in photos:
        imaging.render(data)
    return time.process_time() - began


def measure(aws: EmbeddedAws, photos: list[bytes], rounds: int) -> dict[str, Any]:
    """Return the medians over some rounds.

    Each batch is compared with the bare rendering right before and right after it: the speed of a shared
    machine drifts by more than what is measured, so the figures of different rounds say nothing together.
    """
    environment = make_resources(aws)
    stores = open_stores(environment)
    slow_down(stores)
    batch = Batch(
        Reconciler(stores, environment.site_origin),
        imaging.render,
        IsolatedDecoder(),
        open_queues(environment),
        lambda _: None,
    )
    kernel, wall, cpu = [], [], []
    before = render_all(photos)
    for _ in range(rounds):
        photo_ids = [uuid4() for _ in photos]
        for photo_id, data in zip(photo_ids, photos, strict=True):
            aws.client("s3").put_object(
                Bucket="originals", Key=keys.original_key(photo_id), Body=data, ContentType="image/jpeg"
            )
        began, began_cpu = time.perf_counter(), time.process_time()
        answer = batch(event_for(photo_ids), request_id="bench", remaining_seconds=lambda: 120.0)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
        if answer["batchItemFailures"]:
            raise SystemExit(f"photos failed: {answer}")
        after = render_all(photos)
        kernel.append((before + after) / 2)
        before = after
    alone = CALLS_ALONE * ADDED_SECONDS
    pairs = list(zip(kernel, wall, strict=True))
    ratios = [rendering / waited for rendering, waited in pairs]
    return {
        "kernel_cpu_seconds": median(kernel),
        "batch_wall_seconds": median(wall),
        "batch_cpu_seconds": median(cpu),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "ratio": median(ratios),
        "ratio_at_best": median(rendering / (rendering + alone) for rendering in kernel),
        "overlap": median(rendering / (waited - alone) for rendering, waited in pairs),
    }


def main() -> int:
    """Print the figures; return 1 if the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--width", type=int, default=4000, help="pixels; the height is three quarters")
    parser.add_argument("--one-core", action="store_true", help="hold the worker to one core")
    arguments = parser.parse_args()
    python = PROJECT / ".venvs" / "embedded" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        aws = EmbeddedAws(python, Path(folder), ports.any_free(), persist=False)
        aws.start()
        try:
            cores = sorted(os.sched_getaffinity(0))
            if arguments.one_core:
                os.sched_setaffinity(0, cores[:1])
            photos = [photo(seed, arguments.width) for seed in range(BATCH_SIZE)]
            figures = measure(aws, photos, arguments.rounds)
        finally:
            aws.stop()
    figures["megabytes_per_photo"] = sum(map(len, photos)) / len(photos) / 1e6
    shown = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    return 0 if figures["overlap"] >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
