"""Systems that follow ``docs/news.md`` to subscribe: what they type, and what comes to them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.aws import EnforcedAws

DOCUMENT = (PROJECT / "docs" / "news.md").read_text()
NAME = "subscriber-{}"


def commands(heading: str) -> list[str]:
    """Return the blocks of commands of a part of the document."""
    part = re.split(r"^## ", DOCUMENT.split(f"## {heading}", 1)[1], flags=re.MULTILINE)[0]
    return re.findall(r"```sh\n(.*?)```", part, flags=re.DOTALL)


class Operator:
    """A reader who follows the document, with a folder to write to."""

    def __init__(self, embedded_aws: EnforcedAws, folder: Path) -> None:
        root = embedded_aws.embedded
        program = folder / "aws"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.embedded.aws_cli "$@"\n')
        program.chmod(0o700)
        self.folder = folder
        self.environment = {
            "PATH": f"{folder}:{os.defpath}",
            "PYTHONPATH": str(PROJECT),
            "AWS_ENDPOINT_URL": embedded_aws.endpoint_url,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "embedded-root",
            "AWS_SECRET_ACCESS_KEY": root.root_secret,
        }
        self.topic_commands = self.with_values(commands("Before you begin")[0], STACK="contactsheet-test")

    @staticmethod
    def with_values(block: str, **values: str) -> str:
        """Return the commands with other values for the names they begin with."""
        for name, value in values.items():
            lines = block.splitlines()
            (place,) = (number for number, line in enumerate(lines) if line.startswith(f"{name}="))
            lines[place] = f"{name}={shlex.quote(value)}"
            block = "\n".join([*lines, ""])
        return block

    def follow(self, heading: str, block: int = 0, **values: str) -> str:
        """Run a block of the document as it stands, but for these values, and return what it printed."""
        text = self.with_values(commands(heading)[block], **values)
        run = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", self.topic_commands + text],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture
def operator(embedded_aws: EnforcedAws, tmp_path: Path) -> Iterator[Operator]:
    """Return a reader whose subscriptions end with the test."""
    yield Operator(embedded_aws, tmp_path)
    sns = embedded_aws.client("sns")
    topic = embedded_aws.outputs.photo_events_topic_arn
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        with contextlib.suppress(sns.exceptions.InvalidParameterException):
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])


class Queue:
    """A subscriber's queue, and all that has come to it."""

    def __init__(self, embedded_aws: EnforcedAws, name: str) -> None:
        self.sqs = embedded_aws.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        self.heard: list[dict[str, Any]] = []

    def listen(self) -> list[dict[str, Any]]:
        """Return all that it has heard until now."""
        while batch := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                self.heard.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.heard

    def kinds(self) -> Counter[tuple[str, str]]:
        """Return how often it heard each kind, by owner."""
        return Counter((event["type"], event["owner"]) for event in self.listen())


def subscribe(operator: Operator, embedded_aws: EnforcedAws, policy: str) -> Queue:
    name = NAME.format(uuid4().hex[:8])
    operator.follow("SQS", NAME=name, FILTER=policy)
    return Queue(embedded_aws, name)


class Listener:
    """A third party's server on loopback, and what was posted to it."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        posted = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/photo-news"

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Return what was posted of this type."""
        return [message for message in list(self.posted) if message["Type"] == kind]


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


FUNCTION_CODE = """
import json, os, boto3
def handler(event, context):
    news = event["Records"][0]["Sns"]["Message"]
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=news)
"""


@pytest.fixture
def function(embedded_aws: EnforcedAws) -> Iterator[tuple[str, Queue]]:
    """Return the name of a function that hands on what it is given, and the queue it hands it to."""
    name = NAME.format(uuid4().hex[:8])
    sqs, iam, functions = (embedded_aws.client(service) for service in ("sqs", "iam", "lambda"))
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="send",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may_send]}),
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", FUNCTION_CODE)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"QUEUE_URL": url}},
    )
    yield name, Queue(embedded_aws, name)
    functions.delete_function(FunctionName=name)
