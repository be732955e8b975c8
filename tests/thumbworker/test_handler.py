from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.emf import metrics_of
from tests.stage import ENVIRONMENT
from tests.thumbworker import events

if TYPE_CHECKING:
    import pytest

    from tests.thumbworker.conftest import Aws


class FakeContext:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 120_000


def load_handler(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("STAGE", "test")
    monkeypatch.setenv("SITE_ORIGIN", aws.environment.site_origin)
    monkeypatch.delitem(sys.modules, "thumbworker.handler", raising=False)
    return importlib.import_module("thumbworker.handler")


def test_lambda_handler__reconciles_event(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photo_id = uuid4()
    aws.upload(photo_id, b"no picture at all")
    handler = load_handler(aws, monkeypatch)
    answer = handler.lambda_handler(events.sqs_event(events.uploaded(photo_id), "{}"), FakeContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    (item,) = aws.items()
    assert item["status"]["S"] == "FAILED"
    unknown, line = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (unknown["outcome"], unknown["message_id"]) == ("unknown", "m-1")
    assert (line["outcome"], line["reason"]) == ("failed", item["reason"]["S"])
    assert line["request_id"] == "request-1"
    assert (unknown["level"], "_aws" in unknown) == ("warning", False)
    measured = metrics_of(line)
    assert measured["test", "thumbnails"].keys() >= {"Failed", "LookMilliseconds", "UploadToDoneMilliseconds"}
    assert measured["test", "thumbnails", line["reason"]] == {"Failed": 1}


def test_lambda_handler__names_missing_settings() -> None:
    bare = {"PATH": os.environ["PATH"], "AWS_REGION": ENVIRONMENT["AWS_REGION"]}
    done = subprocess.run(
        [sys.executable, "-c", "import thumbworker.handler"],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "Set these environment variables: ORIGINALS_BUCKET, RENDITIONS_BUCKET" in done.stderr
