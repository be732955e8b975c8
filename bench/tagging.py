"""``python -m bench.tagging``: how long pages take while someone tags 10,000 photos in one action.

One process browses as visitors and members do, another tags photos of the library's keeper as the gallery
does past 500: one after the other, each in a transaction. By turns, the other works and rests while the one
browses, so that other load on the machine meets both alike. PostgreSQL waits for the disk here; the library
is that of ``bench.scale``. The last line is the ratio of the 95th percentiles; above the limit it fails.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from bench.scale import FOLDER, SERVER, set_up
from bench.scale_library import OWNER

if TYPE_CHECKING:
    from collections.abc import Sequence

HIGHEST_RATIO = 1.5
LASTING = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
BROWSED = (
    *("sheet", "sheet, signed in", "sheet by capture", "tag on 30 %, anonymous", "album of 10 %, anonymous"),
    *("a person's page", "photo", "photo in an album", "search, a common word, anonymous"),
    *("my photos, with counts by month", "photo, its owner"),
)
"""Names of routes: what visitors look at, and the person who tags."""
WARMING_ROUNDS = 2


def main() -> int:
    """Print both percentiles and their ratio; return 1 if it is too high."""
    parser = argparse.ArgumentParser(prog="python -m bench.tagging", description=__doc__)
    parser.add_argument("--library", type=int, default=100_000, help="photos in the library")
    parser.add_argument("--photos", type=int, default=10_000, help="to be tagged")
    parser.add_argument("--rounds", type=int, default=2, help="of all pages in each turn")
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no turn after so many")
    parser.add_argument("--tag", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.tag:
        _tag(chosen.photos)
        return 0
    from tests.postgresql import postgresql  # noqa: PLC0415 - only the parent starts servers

    with postgresql({**SERVER, **LASTING}) as url:
        os.environ["BENCH_DATABASE_URL"] = url
        fill = (sys.executable, "-m", "bench.scale", "--step", "fill", "--sizes", str(chosen.library))
        subprocess.run(fill, cwd=FOLDER, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - ourselves
        figures = _measured(chosen)
    for line in lines(figures):
        sys.stdout.write(f"{line}\n")
    return 0 if ratio(figures) <= HIGHEST_RATIO else 1


def _measured(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the milliseconds of each page, idle and busy, and how many photos were tagged in which time."""
    set_up()
    from bench.scale_measuring import Callers, answer_reads  # noqa: PLC0415 - the settings come first
    from bench.scale_routes import routes  # noqa: PLC0415
    from gallery.accounts.models import RateLimit  # noqa: PLC0415

    answer_reads()
    of_name = {route.name: route for route in routes(with_pairs=False)}
    callers = Callers()
    calls = [callers.of(of_name[name]) for name in BROWSED]

    def browse() -> list[float]:
        spent = []
        RateLimit.objects.all().delete()
        for call in calls:
            begun = time.perf_counter()
            status = call()
            spent.append(1000 * (time.perf_counter() - begun))
            assert status == 200, status
        return spent

    for _ in range(WARMING_ROUNDS):
        browse()
    figures: dict[str, Any] = {"idle": [], "busy": [], "tagging_seconds": 0.0, "tagged": 0}
    command = (sys.executable, "-m", "bench.tagging", "--tag", "--photos", str(chosen.photos))
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tagging:
        assert tagging.stdin
        assert tagging.stdout
        tagging.stdout.readline()
        is_finished, last = False, time.monotonic() + 60 * chosen.minutes
        while not is_finished and time.monotonic() < last:
            begun = time.perf_counter()
            tagging.stdin.write("go on\n")
            tagging.stdin.flush()
            busy = [each for _ in range(chosen.rounds) for each in browse()]
            tagging.stdin.write("rest\n")
            tagging.stdin.flush()
            is_finished, figures["tagged"] = json.loads(tagging.stdout.readline())
            figures["tagging_seconds"] += time.perf_counter() - begun
            # In its last turn, it rests from when all are tagged.
            figures["busy"] += [] if is_finished and figures["busy"] else busy
            figures["idle"] += [each for _ in range(chosen.rounds) for each in browse()]
        tagging.stdin.close()
    return figures


def _tag(photos: int) -> None:
    """Tag photos from each line that comes until the next one. Answer that with how far it is."""
    set_up()
    import threading  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415 - the settings come first
    from gallery.batches.actions import advance, progress_of, start  # noqa: PLC0415
    from gallery.batches.models import Kind  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415

    keeper = User.objects.get(username=OWNER)
    mine = Photo.objects.timeline_of(keeper).newest_first().values_list("pk", flat=True)
    batch = start(keeper, Kind.ADD_TAGS, mine[:photos], tags=["bench"])
    _say(None)
    while sys.stdin.readline():
        resting = threading.Event()

        def wait_for_rest(resting: threading.Event = resting) -> None:
            sys.stdin.readline()
            resting.set()

        listener = threading.Thread(target=wait_for_rest)
        listener.start()
        is_finished = advance(batch, has_time=lambda: not resting.is_set())  # noqa: B023 - it ends before
        listener.join()
        _say([is_finished, progress_of(batch).done])


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def p95(spent: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(spent, n=20, method="inclusive")[-1]


def ratio(figures: dict[str, Any]) -> float:
    """Return how much longer pages take while photos are tagged, at the 95th percentile."""
    return p95(figures["busy"]) / p95(figures["idle"])


def lines(figures: dict[str, Any]) -> list[str]:
    """Return what is printed."""
    tagged, seconds = figures["tagged"], figures["tagging_seconds"]
    found = [f"{tagged:,} photos tagged in {seconds:.0f} s: {tagged / seconds:.0f} a second"]
    for name in ("idle", "busy"):
        spent = figures[name]
        found.append(
            f"{name}: {len(spent):,} pages, median {statistics.median(spent):.0f} ms, p95 {p95(spent):.0f} ms"
        )
    return [*found, f"ratio of p95: {ratio(figures):.2f} (limit {HIGHEST_RATIO})"]


if __name__ == "__main__":
    sys.exit(main())
