"""``python -m bench.scale``: what each list of the gallery costs at a thousand and at a million photos.

Each size gets a PostgreSQL of its own, filled with a library of skewed tags, albums and owners (see
``scale_library``), and removed afterwards. DynamoDB is answered within the SDK. Each request is made several
times in one process; the figures are medians of the CPU that the database's process and the web's thread
took, which other load on the machine does not change much. The plans say how many rows were read, and
whether a big table was read from end to end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.scale_table import compared, lines

SIZES = (1_000, 100_000, 1_000_000)
REPEATS = 5
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
    parser.add_argument("--only", default="", help="measure the routes whose name contains this")
    parser.add_argument("--without", default="", help="drop this index first, to see what needs it")
    parser.add_argument("--no-pairs", action="store_true", help="leave out pairs of the API's filters")
    parser.add_argument("--out", type=Path, default=FOLDER / "var" / "bench" / "scale.json")
    parser.add_argument("--step", choices=("fill", "measure"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        sys.stdout.write(json.dumps(_step(chosen)))
        return 0
    from tests.postgresql import postgresql  # noqa: PLC0415 - only the parent starts servers

    found = []
    for photos in chosen.sizes:
        with postgresql(SERVER) as url:
            started = time.monotonic()
            filled = _in_process("fill", photos, url, chosen)
            sys.stderr.write(f"{photos:,} photos: filled in {time.monotonic() - started:.0f} s\n")
            found.append(filled | _in_process("measure", photos, url, chosen))
    routes = compared(found)
    for line in lines(routes, [size["photos"] for size in found]):
        sys.stdout.write(f"{line}\n")
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps({"sizes": found, "routes": routes}, indent=1) + "\n")
    return 0


def _in_process(step: str, photos: int, url: str, chosen: argparse.Namespace) -> Any:
    more = ["--no-pairs"] if chosen.no_pairs else []
    said = subprocess.run(  # noqa: S603 - ourselves
        [
            *(sys.executable, "-m", "bench.scale", "--step", step, "--sizes", str(photos)),
            *("--repeats", str(chosen.repeats), "--only", chosen.only, "--without", chosen.without, *more),
        ],
        cwd=FOLDER,
        env={**os.environ, "BENCH_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(said.stdout)


def _step(chosen: argparse.Namespace) -> dict[str, Any]:
    (photos,) = chosen.sizes
    _set_up()
    if chosen.step == "fill":
        from bench.scale_library import fill  # noqa: PLC0415 - the settings come first
        from bench.scale_measuring import insert_ms, table_bytes  # noqa: PLC0415

        started = time.monotonic()
        fill(photos)
        seconds = time.monotonic() - started
        return {"photos": photos, "fill_seconds": seconds, "insert_ms": insert_ms(), "bytes": table_bytes()}
    from bench.scale_measuring import drop_index, measure  # noqa: PLC0415
    from bench.scale_routes import routes  # noqa: PLC0415

    wanted = [route for route in routes(with_pairs=not chosen.no_pairs) if chosen.only in route.name]
    if chosen.without:
        drop_index(chosen.without)
    return {"routes": measure(wanted, repeats=chosen.repeats)}


def _set_up() -> None:
    import django  # noqa: PLC0415 - the settings come first
    import environ  # noqa: PLC0415

    from tests.stage import ENVIRONMENT  # noqa: PLC0415 - the names of a stage, no service

    chosen = {"API_READS_PER_MINUTE": "10000000", "STAFF_MFA": "false", "LOG_LEVEL": "ERROR"}
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
