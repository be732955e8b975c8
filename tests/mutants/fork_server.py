"""Run pytest in forks of a process that has imported the libraries, so that a mutant costs its tests only.

Reads one JSON list a line, ``[timeout_seconds, argument, …]``, and answers each with pytest's exit code on a
line of its own, or with a negative number if the run was killed or timed out. ``OUTPUT`` has its output.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys

import pytest

from tests import botocore_data

LIBRARIES = (
    "boto3.dynamodb.conditions",
    "cryptography.x509",
    "django.core.management",
    "django.db.models",
    "django.test",
    "httpcore",
    "hypothesis",
    "moto.awslambda.responses",
    "moto.cloudformation.responses",
    "moto.dynamodb.responses",
    "moto.iam.responses",
    "moto.s3.responses",
    "moto.sns.responses",
    "moto.sqs.responses",
    "numpy",
    "openapi_spec_validator",
    "PIL.AvifImagePlugin",
    "PIL.WebPImagePlugin",
    "playwright.sync_api",
    "psycopg",
    "pydantic",
    "pytest_django.plugin",
    "requests",
    "rich.console",
    "structlog",
    "werkzeug",
    "xdist",
    "yaml",
)
"""Nothing of the project: each fork imports its modules itself."""

OUTPUT = "pytest.log"


def main() -> None:
    """Serve until standard input ends."""
    for library in LIBRARIES:
        importlib.import_module(library)
    botocore_data.read()
    for line in sys.stdin:
        timeout_seconds, *arguments = json.loads(line)
        sys.stdout.write(f"{_forked(arguments, timeout_seconds)}\n")
        sys.stdout.flush()


def _forked(arguments: list[str], timeout_seconds: float) -> int:
    child = os.fork()
    if not child:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for descriptor in (1, 2):
            os.dup2(os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        os._exit(pytest.main(arguments))
    if not select.select([os.pidfd_open(child)], [], [], timeout_seconds)[0]:
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
