"""``python -m bench.cold``: measure the imports of a cold start.

The packages are the deployed ones, unpacked, in a Python with only the packages of the Lambda runtime. Each
import is a new process that writes no bytecode, as on Lambda. Lambda's cores are slower than most, so compare
with the SDK's own import.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from bench.zappa import handler_settings
from infra.web_package import lay_out
from infra.worker_zip import Target, build

RUNTIME_MODULES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""Packages of the Lambda runtime."""

CHILD = """
import json, os, resource, sys, time, types
given = json.loads(sys.argv[1])
sys.path[:0] = given["path"]
os.environ.update(given["variables"])
os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "bench"
if given["zappa"]:
    settings = types.ModuleType("zappa_settings")
    vars(settings).update(given["zappa"])
    sys.modules["zappa_settings"] = settings
wall, cpu = time.perf_counter(), time.process_time()
__import__(given["module"])
print(json.dumps({
    "cpu_seconds": time.process_time() - cpu,
    "wall_seconds": time.perf_counter() - wall,
    "modules": len(sys.modules),
    "resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
"""
WEB_VARIABLES = {
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgresql://a@127.0.0.1/a",
    "SITE_ORIGIN": "https://photos.example",
    "ALLOWED_HOSTS": "photos.example",
    "STAGE": "bench",
}
STORES = {
    "ORIGINALS_BUCKET": "originals",
    "RENDITIONS_BUCKET": "renditions",
    "CATALOGUE_TABLE": "catalogue",
    "PHOTO_EVENTS_TOPIC_ARN": "arn:aws:sns:eu-central-1:1:a",
    "SITE_ORIGIN": "https://photos.example",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
}


def measure(folder: Path, runs: int) -> dict[str, dict[str, Any]]:
    """Return the medians of each entry point, without the first run, and the size of its package."""
    runtime = _runtime(folder / "runtime")
    web = lay_out("bench", Target(), {}, cache=folder / "web")
    (packages,) = (web.environment / "lib").glob("python*/site-packages")
    with zipfile.ZipFile(build()) as archive:
        archive.extractall(folder / "worker")
    worker = [str(folder / "worker")]
    asked = {
        "SDK alone": ("boto3", [], {}, {}, ()),
        "web": (
            "gallery.operations.lambda_entry",
            [str(web.folder), str(packages)],
            STORES | WEB_VARIABLES,
            handler_settings("gallery.settings"),
            (web.folder, packages),
        ),
        "thumbworker": ("thumbworker.handler", worker, STORES, {}, (folder / "worker",)),
        "imports": ("thumbworker.imports.handler", worker, STORES, {}, (folder / "worker",)),
    }
    found = {}
    for name, (module, path, variables, zappa, package) in asked.items():
        given = {"module": module, "path": [*path, runtime], "variables": variables, "zappa": zappa}
        answers = [_import(given) for _ in range(runs + 1)][1:]
        found[name] = {key: statistics.median(answer[key] for answer in answers) for key in answers[0]}
        found[name]["best_cpu_seconds"] = min(answer["cpu_seconds"] for answer in answers)
        found[name]["package_bytes"] = sum(map(_size, package))
    return found


def _runtime(folder: Path) -> str:
    """Return a folder with links to the packages of the Lambda runtime, and no others."""
    folder.mkdir()
    for name in RUNTIME_MODULES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{name} is not installed here. Run: make setup")
        source = Path(spec.origin)
        source = source.parent if source.name == "__init__.py" else source
        (folder / source.name).symlink_to(source)
    return str(folder)


def _import(given: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-I", "-S", "-B", "-c", CHILD, json.dumps(given)]
    said = subprocess.check_output(command, text=True, env={"PATH": "/usr/bin:/bin"})  # noqa: S603 - our own
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), parser.parse_args().runs)
    lines = [
        f"{'entry':12} {'CPU s':>6} {'best':>6} {'wall s':>6} {'modules':>8} {'MB':>5} {'package MB':>11}"
    ]
    for name, one in found.items():
        times = f"{one['cpu_seconds']:6.2f} {one['best_cpu_seconds']:6.2f} {one['wall_seconds']:6.2f}"
        sizes = f"{one['modules']:8.0f} {one['resident_bytes'] / 1e6:5.0f} {one['package_bytes'] / 1e6:11.1f}"
        lines.append(f"{name:12} {times} {sizes}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
