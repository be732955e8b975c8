"""``python -m bench.scale``: what each list of the gallery costs at a thousand and at a million photos.

Each size gets a PostgreSQL of its own, filled with a library of skewed tags, albums and owners (see
``scale_library``), and removed afterwards. DynamoDB is answered within the SDK. The figures are medians of
the CPU that the database's process and the web's thread took. Each request is made by turns in all sizes, so
that other load on the machine, which makes a CPU slower for minutes, meets all of them alike. Where the ratio
is above the limit nevertheless, many more rounds follow, and the medians of all stand. The plans say how many
rows were read, and whether a big table was read from end to end.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from bench.scale_table import compared, compared_route, lines, window_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SIZES = (1_000, 100_000, 1_000_000)
REPEATS = 3
REPEATS_AGAIN = 20
"""Rounds of a request whose ratio seems too high: its first few may have been disturbed."""
FOLDER = Path(__file__).resolve().parents[1]
SERVER = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    # A parallel query's CPU would be that of other processes.
    "max_parallel_workers_per_gather": "0",
}


def main() -> int:
    """Measure each size in a process of its own, print the table and write ``var/bench/scale.json``."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="photos in each library")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--tiles", type=int, default=20_000, help="to scroll through in a browser; 0: none")
    parser.add_argument("--only", default="", help="measure the routes whose name contains this|or this")
    parser.add_argument("--without", default="", help="drop this index first, to see what needs it")
    parser.add_argument("--no-pairs", action="store_true", help="leave out pairs of the API's filters")
    parser.add_argument("--filled", nargs="*", default=(), help="addresses of libraries of these sizes, kept")
    parser.add_argument("--minutes", type=float, default=120.0, help="begin no request after so many")
    parser.add_argument("--out", type=Path, default=FOLDER / "var" / "bench" / "scale.json")
    parser.add_argument("--step", choices=("fill", "measure", "window"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        _step(chosen)
        return 0
    from tests.postgresql import postgresql  # noqa: PLC0415 - only the parent starts servers

    with ExitStack() as stack:
        found, libraries = [], []
        for place, photos in enumerate(chosen.sizes):
            url = chosen.filled[place] if chosen.filled else stack.enter_context(postgresql(SERVER))
            found.append({"photos": photos} if chosen.filled else _in_step("fill", url, photos, chosen))
            if not chosen.filled:
                sys.stderr.write(f"{photos:,} photos: filled in {found[-1]['fill_seconds']:.0f} s\n")
            libraries.append(stack.enter_context(Library(photos, url, chosen)))
        measured: list[list[dict[str, Any]]] = []
        routes: list[dict[str, Any]] = []
        names, last = libraries[-1].names, time.monotonic() + 60 * chosen.minutes
        for name in names:
            if time.monotonic() < last:
                measured.append(route_in(libraries, name, chosen.repeats))
                # Whatever ends it, what is measured is kept.
                routes = _write(chosen.out, found, measured)
        for line in lines(routes, [size["photos"] for size in found]):
            sys.stdout.write(f"{line}\n")
        sys.stdout.write(f"{len(measured)} of {len(names)} requests were measured.\n")
        for library, size in zip(libraries, found, strict=True):
            if chosen.tiles:
                is_largest = library is libraries[-1]
                size["window"] = _in_step("window", library.url, library.photos, chosen, tiles=is_largest)
    for line in window_lines(found):
        sys.stdout.write(f"{line}\n")
    _write(chosen.out, found, measured)
    return 0


def _write(
    out: Path, sizes: list[dict[str, Any]], measured: list[list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Write what was measured, and return the routes with their ratios."""
    of_sizes = [size | {"routes": [costs[place] for costs in measured]} for place, size in enumerate(sizes)]
    routes = compared(of_sizes)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"sizes": of_sizes, "routes": routes}, indent=1) + "\n")
    return routes


def route_in(libraries: Sequence[Asked], name: str, repeats: int) -> list[dict[str, Any]]:
    """Return what a route costs in each library, by rounds in which each has its turn.

    A library that is neither the largest nor compared with it has one round.
    """
    looks = [library.ask("look", name) for library in libraries]
    spent = [[{key: look.pop(key) for key in ("database_ms", "web_ms")}] for look in looks]

    def costs_after(rounds: int, photos: Collection[int]) -> list[dict[str, Any]]:
        for _ in range(rounds):
            for library, look, so_far in zip(libraries, looks, spent, strict=True):
                if library.photos in photos and not look["is_slow"]:
                    so_far.append(library.ask("spend", name))
        return [
            look
            | {"photos": library.photos, "rounds": len(so_far)}
            | {key: statistics.median(each[key] for each in so_far) for key in so_far[0]}
            for library, look, so_far in zip(libraries, looks, spent, strict=True)
        ]

    # The look is the first round.
    found = compared_route(name, costs_after(0, ()))
    wanted = {libraries[-1].photos, found["base"] or libraries[-1].photos}
    costs = costs_after(repeats - 1, wanted)
    return costs_after(REPEATS_AGAIN, wanted) if "ratio" in compared_route(name, costs)["faults"] else costs


class Asked(Protocol):
    """What answers for a library of so many photos."""

    photos: int

    def ask(self, what: str, name: str) -> dict[str, Any]:
        """Return what a look at the route of this name says, or what it spends."""


class Library:
    """A process that makes requests to a library of one size."""

    def __init__(self, photos: int, url: str, chosen: argparse.Namespace) -> None:
        self.photos, self.url = photos, url
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            _command("measure", photos, chosen),
            cwd=FOLDER,
            env={**os.environ, "BENCH_DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.names: list[str] = self._read()

    def ask(self, what: str, name: str) -> dict[str, Any]:
        """Return what the process says of the route of this name."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([what, name]) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = self._read()
        return answer

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End the process, by ending what it reads."""
        self._process.communicate()


def _in_step(
    step: str, url: str, photos: int, chosen: argparse.Namespace, *, tiles: bool = False
) -> dict[str, Any]:
    """Return what a process says that does this step; with ``tiles`` it scrolls."""
    said = subprocess.run(  # noqa: S603 - ourselves
        [*_command(step, photos, chosen), "--tiles", str(chosen.tiles if tiles else 0)],
        cwd=FOLDER,
        env={**os.environ, "BENCH_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def _command(step: str, photos: int, chosen: argparse.Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "bench.scale", "--step", step, "--sizes", str(photos)),
        *("--only", chosen.only, "--without", chosen.without),
        *(["--no-pairs"] if chosen.no_pairs else []),
    ]


def _step(chosen: argparse.Namespace) -> None:
    (photos,) = chosen.sizes
    if chosen.step == "window":
        _look_at_window(chosen.tiles)
        return
    set_up()
    if chosen.step == "fill":
        from bench.scale_library import fill  # noqa: PLC0415 - the settings come first
        from bench.scale_measuring import insert_ms, table_bytes  # noqa: PLC0415

        started = time.monotonic()
        fill(photos)
        seconds = time.monotonic() - started
        _say({"photos": photos, "fill_seconds": seconds, "insert_ms": insert_ms(), "bytes": table_bytes()})
        return
    from bench.scale_measuring import Measuring, drop_index  # noqa: PLC0415
    from bench.scale_routes import routes  # noqa: PLC0415

    of_name = {
        route.name: route
        for route in routes(with_pairs=not chosen.no_pairs)
        if any(part in route.name for part in chosen.only.split("|"))
    }
    if chosen.without:
        drop_index(chosen.without)
    measuring = Measuring()
    _say(list(of_name))
    for line in sys.stdin:
        what, name = json.loads(line)
        _say(measuring.look(of_name[name]) if what == "look" else measuring.spend(of_name[name]))


def _look_at_window(tiles: int) -> None:
    from bench.scale_window import looked_at, pictures_served  # noqa: PLC0415 - needed where a browser is

    with pictures_served() as origin:
        set_up(AWS_ENDPOINT_URL_S3=origin)
        from bench.scale_measuring import answer_reads  # noqa: PLC0415 - the settings come first

        answer_reads()
        _say(looked_at(tiles))


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def set_up(**more: str) -> None:
    """Configure Django for the library that the environment names, with AWS that no one reaches."""
    import django  # noqa: PLC0415 - the settings come first
    import environ  # noqa: PLC0415

    from tests.stage import ENVIRONMENT  # noqa: PLC0415 - the names of a stage, no service

    chosen = {"API_READS_PER_MINUTE": "10000000", "STAFF_MFA": "false", "LOG_LEVEL": "ERROR", **more}
    environ.Env.ENVIRON = {**ENVIRONMENT, **chosen, "DATABASE_URL": os.environ["BENCH_DATABASE_URL"]}
    os.environ |= {
        **ENVIRONMENT,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
