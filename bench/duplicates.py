"""``python -m bench.duplicates``: how well and at what cost photos that look the same are found.

The pictures are generated, and hashed as the worker does. Of some there is a copy: smaller, cropped by up to
a fiftieth, with other brightness and contrast, as a JPEG of any quality. They are compared as a sweep does,
on PostgreSQL and SQLite. Recall and precision are those of pairs.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PIL import Image, ImageEnhance, ImageMath

from bench.own_process import FOLDER, answer_of
from thumbworker.imaging.fingerprints import dhash, thumbhash

if TYPE_CHECKING:
    from collections.abc import Iterator

PHOTOS, PAIRS = 100_000, 500
SIZE = (96, 64)
OCTAVES = ((2, 2), (4, 3), (8, 6), (16, 11), (32, 22), (64, 44))
CROP = 0.01
CHUNK = 5_000
AT = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    """Measure on each database in a process of its own, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.duplicates", description=__doc__)
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        sys.stdout.write(json.dumps(_measure(chosen.photos, chosen.pairs)))
        return 0
    from tests.postgresql import postgresql  # noqa: PLC0415 - only the parent starts servers

    found = []
    with tempfile.TemporaryDirectory(prefix="bench-duplicates-") as folder:
        for database in (postgresql(), nullcontext(f"sqlite:///{folder}/gallery.sqlite3")):
            with database as url:
                sizes = ("--photos", str(chosen.photos), "--pairs", str(chosen.pairs))
                found.append(answer_of("bench.duplicates", "--measure", *sizes, database=url))
            _print(found[-1])
    out = FOLDER / "var" / "bench" / "duplicates.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _print(row: dict[str, Any]) -> None:
    sys.stdout.write(
        f"{row['database']}: {row['photos']:,} photos, {row['planted']} pairs planted: recall "
        f"{row['recall']:.3f}, precision {row['precision']:.3f}; {row['seconds']:.0f} s, "
        f"{row['queries_per_photo']:.2f} statements a photo; page: {row['page_queries']} queries, "
        f"{row['page_ms']:.0f} ms\n"
    )


def picture(random: Random) -> Image.Image:
    """Return a picture whose details get weaker as they get finer, as those of photographs do."""
    return Image.merge("YCbCr", [_noise(random, strength) for strength in (1, 0.35, 0.35)]).convert("RGB")


def _noise(random: Random, strength: float) -> Image.Image:
    """Return the sum of octaves of noise, each with twice the frequency and half the strength."""
    total = Image.new("F", SIZE, 128)
    for octave, sides in enumerate(OCTAVES):
        grain = Image.frombytes("L", sides, random.randbytes(sides[0] * sides[1]))
        weight = strength / 2**octave
        wave = grain.convert("F").resize(SIZE, Image.Resampling.BICUBIC)
        total = ImageMath.lambda_eval(
            lambda at: at["total"] + (at["wave"] - 128) * at["weight"], total=total, wave=wave, weight=weight
        )
    return total.convert("L")


def copy(original: Image.Image, random: Random) -> Image.Image:
    """Return a smaller JPEG of it: cropped by up to a fiftieth, with other brightness and contrast."""
    width, height = original.size
    left, top = random.uniform(0, CROP) * width, random.uniform(0, CROP) * height
    right, bottom = (1 - random.uniform(0, CROP)) * width, (1 - random.uniform(0, CROP)) * height
    sides = (width * 2 // 3, height * 2 // 3)
    small = original.resize(sides, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
    small = ImageEnhance.Brightness(small).enhance(random.uniform(0.8, 1.2))
    small = ImageEnhance.Contrast(small).enhance(random.uniform(0.8, 1.2))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=random.randint(40, 90))
    return Image.open(file).convert("RGB")


def _hashes(photos: int, pairs: int) -> list[tuple[str, str]]:
    """Return the worker's two hashes of each picture: the last ``pairs`` are copies of the first."""
    random = Random(7)  # noqa: S311 - the same pictures every time
    originals, copies = [], []
    for number in range(photos - pairs):
        original = picture(random)
        originals.append((dhash(original), thumbhash(original)))
        if number < pairs:
            copied = copy(original, random)
            copies.append((dhash(copied), thumbhash(copied)))
    return originals + copies


def _measure(photos: int, pairs: int) -> dict[str, Any]:
    _set_up()
    from django.db import connection  # noqa: PLC0415 - the settings come first

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.duplicates import groups  # noqa: PLC0415
    from gallery.duplicates.compare import compare_some  # noqa: PLC0415
    from gallery.duplicates.models import Fingerprint  # noqa: PLC0415

    hashes = _hashes(photos, pairs)
    ids = [UUID(int=number + 1, version=4) for number in range(photos)]
    owner = _fill(ids)
    with _answering(dict(zip(ids, hashes, strict=True))), _counting() as counted:
        started = time.perf_counter()
        compared = compare_some(has_time=lambda: True)
        seconds = time.perf_counter() - started
        statements = counted["statements"]
    assert compared == photos
    by_group: dict[UUID, list[UUID]] = {}
    for photo_id, group in Fingerprint.objects.filter(group__isnull=False).values_list("pk", "group"):
        by_group.setdefault(group, []).append(photo_id)  # type: ignore[arg-type]
    found = {frozenset(pair) for members in by_group.values() for pair in combinations(members, 2)}
    planted = {frozenset(pair) for pair in zip(ids[:pairs], ids[photos - pairs :], strict=True)}
    user = User.objects.get(pk=owner)
    with _counting() as of_page:
        started = time.perf_counter()
        groups.undecided(user)
        page_ms = 1000 * (time.perf_counter() - started)
    return {
        "database": connection.vendor,
        "photos": photos,
        "planted": pairs,
        "found": len(found),
        "recall": len(found & planted) / len(planted),
        "precision": len(found & planted) / max(len(found), 1),
        "seconds": seconds,
        "queries_per_photo": statements / photos,
        "page_queries": of_page["statements"],
        "page_ms": page_ms,
    }


def _set_up() -> None:
    import django  # noqa: PLC0415 - the settings come first
    import environ  # noqa: PLC0415

    from tests.stage import ENVIRONMENT  # noqa: PLC0415 - the names of a stage, no service

    environ.Env.ENVIRON = {**ENVIRONMENT, "DATABASE_URL": os.environ["BENCH_DATABASE_URL"]}
    os.environ |= {**ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    django.setup()


def _fill(ids: list[UUID]) -> int:
    """Add the rows of one library. Return the id of its owner."""
    from django.core.management import call_command  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415
    from gallery.photos.states import State  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    for start in range(0, len(ids), CHUNK):
        Photo.objects.bulk_create(
            Photo(
                id=photo_id,
                owner=owner,
                state=State.APPROVED,
                file_name="a.jpg",
                content_type="image/jpeg",
                size_bytes=1_000,
                sha256=f"{photo_id.hex}{photo_id.hex}",
                format="JPEG",
                width=3000,
                height=2000,
                created_at=AT,
                offered_until=AT,
                processed_at=AT + timedelta(seconds=start + place),
            )
            for place, photo_id in enumerate(ids[start : start + CHUNK])
        )
    return owner.pk


@contextmanager
def _answering(hashes: dict[UUID, tuple[str, str]]) -> Iterator[None]:
    """Answer readings of the catalogue from these hashes."""
    from unittest import mock  # noqa: PLC0415

    from gallery.storage import catalogue  # noqa: PLC0415
    from tests.items import ready_item  # noqa: PLC0415

    def read(ids: Any) -> catalogue.Reading:
        return catalogue.Reading(
            {
                photo_id: ready_item(photo_id, dhash=hashes[photo_id][0], thumbhash=hashes[photo_id][1])
                for photo_id in ids
            }
        )

    with mock.patch.object(catalogue, "read", read):
        yield


@contextmanager
def _counting() -> Iterator[dict[str, int]]:
    """Count the statements in the block."""
    from django.db import connection  # noqa: PLC0415

    counted = {"statements": 0}

    def count(execute: Any, *details: Any) -> Any:
        counted["statements"] += 1
        return execute(*details)

    with connection.execute_wrapper(count):
        yield counted


if __name__ == "__main__":
    sys.exit(main())
