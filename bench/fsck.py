"""``python -m bench.fsck``: what ``fsck`` costs over a large gallery.

The rows are in a real database (SQLite in a folder that is removed, or ``--database URL``). S3 and DynamoDB
are answered within the SDK, after it has signed and before it sends, from what a whole gallery would hold, so
calls are counted as they are billed and memory is that of ``fsck`` alone. The figures at several sizes show
whether memory grows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.own_process import FOLDER, answer_of

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (20_000, 200_000)
CHUNK = 5_000
BYTES = 4_200_000
RENDITION_BYTES = 1000
AT = "2026-11-01T10:00:00+00:00"


def main() -> int:
    """Measure each size in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.fsck", description=__doc__)
    parser.add_argument("--photos", type=int, nargs="*", default=SIZES)
    parser.add_argument("--database", default="", help="address of an empty database, for one size")
    parser.add_argument("--step", choices=("fill", "measure"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        _set_up()
        step = {"fill": _fill, "measure": _measure}[chosen.step]
        sys.stdout.write(json.dumps(step(_ids(chosen.photos[0]))))
        return 0
    rows = []
    for photos in chosen.photos:
        with tempfile.TemporaryDirectory(prefix="bench-fsck-") as folder:
            url = chosen.database or f"sqlite:///{folder}/gallery.sqlite3"
            # Filling needs more memory than fsck, and a process never says what it had before its peak.
            _step("fill", photos, url)
            rows.append(_step("measure", photos, url))
        _print(rows[-1])
    out = FOLDER / "var" / "bench" / "fsck.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def _step(step: str, photos: int, url: str) -> Any:
    return answer_of("bench.fsck", "--step", step, "--photos", str(photos), database=url)


def _print(row: dict[str, Any]) -> None:
    calls = ", ".join(f"{name} {count:,}" for name, count in sorted(row["calls"].items()))
    sys.stdout.write(
        f"{row['photos']:>9,} photos: {row['seconds']:.0f} s, "
        f"{row['calls_per_thousand']:.1f} calls and {row['queries_per_thousand']:.1f} queries per 1,000, "
        f"peak memory {row['peak_mb']:.0f} MB ({row['idle_mb']:.0f} MB before)\n"
        f"{'':>10}{calls}\n"
    )


def _set_up() -> None:
    import django  # noqa: PLC0415 - the settings come first
    import environ  # noqa: PLC0415

    from tests.stage import ENVIRONMENT  # noqa: PLC0415 - the names of a stage, no service

    environ.Env.ENVIRON = {**ENVIRONMENT, "DATABASE_URL": os.environ["BENCH_DATABASE_URL"]}
    os.environ |= {
        **ENVIRONMENT,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    django.setup()


def _ids(photos: int) -> list[UUID]:
    """Return the same ids every time, in order."""
    random = Random(1)  # noqa: S311
    return sorted(UUID(int=random.getrandbits(128), version=4) for _ in range(photos))


def _fill(ids: list[UUID]) -> None:
    """Add the rows of one library."""
    from django.core.management import call_command  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415
    from gallery.photos.months import recount_months  # noqa: PLC0415
    from gallery.photos.states import State  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    at = datetime.fromisoformat(AT)
    for start in range(0, len(ids), CHUNK):
        Photo.objects.bulk_create(
            Photo(
                id=photo_id,
                owner=owner,
                state=State.APPROVED,
                file_name="a.jpg",
                content_type="image/jpeg",
                size_bytes=BYTES,
                sha256=f"{photo_id.hex}{photo_id.hex}",
                format="JPEG",
                created_at=at,
                offered_until=at,
                processed_at=at,
                taken_local=at.replace(tzinfo=None),
            )
            for photo_id in ids[start : start + CHUNK]
        )
    User.objects.filter(pk=owner.pk).update(used_bytes=len(ids) * BYTES)
    recount_months(owner)


def _answer_calls(ids: list[str]) -> Counter[str]:
    """Answer the SDK's calls from these ids. Return the count of calls, which grows."""
    from gallery.storage import catalogue, queues  # noqa: PLC0415
    from gallery.storage.originals import originals  # noqa: PLC0415

    calls: Counter[str] = Counter()
    answers = _Answers(ids)

    def answering(client: Any) -> None:
        service = client.meta.service_model.service_id.hyphenize()

        def answer(model: Any, params: dict[str, Any], **_: Any) -> Any:
            calls[model.name] += 1
            return _Http(), answers.of(model.name, params)

        client.meta.events.register(f"before-call.{service}", answer)

    answering(originals().client)
    answering(catalogue._client())  # noqa: SLF001 - the one client of this service
    answering(queues._client())  # noqa: SLF001
    return calls


class _Http:
    status_code = 200


class _Answers:
    """Answers of a whole gallery, parsed as the SDK hands them on."""

    def __init__(self, ids: list[str]) -> None:
        self._ids = ids

    def of(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        find: Callable[[dict[str, Any]], dict[str, Any]] = {
            "ListObjectsV2": self._listing,
            "BatchGetItem": self._items,
            "Scan": self._scan,
            "ReceiveMessage": lambda _: {},
        }[operation]
        return find(params)

    def _listing(self, params: dict[str, Any]) -> dict[str, Any]:
        from thumbworker.contract.policy import CLEAN_COPY, CURRENT  # noqa: PLC0415

        query = params["query_string"]
        prefix, after = query.get("prefix", ""), query.get("start-after", "")
        # Clean copies are made when one is asked for: there is none.
        if "delimiter" in query or prefix == f"{CLEAN_COPY}/":
            return {}
        name = after.removeprefix(prefix)
        start = bisect_right(self._ids, name[:36])
        found = self._ids[start : start + int(query["max-keys"])]
        spec = next((spec for spec in CURRENT.renditions if prefix == f"{spec.name}/"), None)
        end = f"-{CURRENT.version}.{spec.format}" if spec else ""
        at = datetime.fromisoformat(AT)
        size = RENDITION_BYTES if spec else BYTES
        return {
            "Contents": [{"Key": f"{prefix}{one}{end}", "Size": size, "LastModified": at} for one in found],
            "IsTruncated": start + len(found) < len(self._ids),
        }

    def _items(self, params: dict[str, Any]) -> dict[str, Any]:
        ((table, wanted),) = json.loads(params["body"])["RequestItems"].items()
        keys = [key["pk"]["S"] for key in wanted["Keys"]]
        return {"Responses": {table: [_item(key.removeprefix("photo#")) for key in keys]}}

    def _scan(self, params: dict[str, Any]) -> dict[str, Any]:
        body = json.loads(params["body"])
        # DynamoDB reads 1 MB a page: at 2 kB an item, 500.
        start = int(body.get("ExclusiveStartKey", {"at": {"N": "0"}})["at"]["N"])
        page = self._ids[start : start + 500]
        answer: dict[str, Any] = {"Items": [{"pk": {"S": f"photo#{one}"}} for one in page]}
        if start + 500 < len(self._ids):
            answer["LastEvaluatedKey"] = {"at": {"N": str(start + 500)}}
        return answer


def _item(photo_id: str) -> dict[str, Any]:
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415

    from thumbworker.contract.items import MadeRendition, PhotoItem, Status  # noqa: PLC0415
    from thumbworker.contract.policy import CURRENT  # noqa: PLC0415

    uuid = UUID(photo_id)
    item = PhotoItem(
        photo_id=uuid,
        status=Status.READY,
        owner="1",
        uploaded_at=AT,
        processed_at=AT,
        size_bytes=BYTES,
        sha256=f"{uuid.hex}{uuid.hex}",
        policy_version=CURRENT.version,
        format="JPEG",
        width=3000,
        height=2000,
        renditions=tuple(
            MadeRendition(spec.name, CURRENT.key(spec, uuid), 3, 2, RENDITION_BYTES, spec.content_type)
            for spec in CURRENT.renditions
        ),
    )
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.to_item().items()}


def _measure(ids: list[UUID]) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    from gallery.processing.fsck import Fsck  # noqa: PLC0415

    photos, queries = len(ids), 0
    calls = _answer_calls([str(photo_id) for photo_id in ids])

    def counted(execute: Any, *arguments: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*arguments)

    idle = _peak_mb()
    started = time.monotonic()
    with connection.execute_wrapper(counted):
        report = Fsck().run()
    if report.photos != photos or not report.is_clean:
        raise SystemExit(f"The made gallery is not whole: {report}")
    return {
        "photos": photos,
        "seconds": time.monotonic() - started,
        "calls": dict(calls),
        "calls_per_thousand": 1000 * sum(calls.values()) / photos,
        "queries_per_thousand": 1000 * queries / photos,
        "idle_mb": idle,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
