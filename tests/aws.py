"""An AWS for tests with the project's own template applied, on moto or on the embedded AWS."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from infra import ports, stacks
from infra.embedded import CLIENT_CONFIG, EmbeddedAws
from infra.provision import Outputs, Parameters, provision, stack_request
from infra.worker_zip import PROJECT, build
from tests.stage import ACCOUNT, ENVIRONMENT, REGION, SITE_ORIGIN, STAGE
from tests.templates import resources_of, template

if TYPE_CHECKING:
    from collections.abc import Iterator

EMBEDDED_PYTHON = PROJECT / ".venvs" / "embedded" / "bin" / "python"


@cache
def _shared_client(service: str) -> Any:
    """Return the run's one client of a service: making it costs more than most tests."""
    return boto3.client(service, region_name=REGION)


@dataclass(frozen=True)
class MotoAws:
    """moto with the template applied: no Lambda runs, nothing is enforced, everything is in this process.

    ``client(service)`` makes clients; clients that the code under test makes by itself work as well.
    """

    outputs: Outputs

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        return _shared_client(service)

    def messages(self) -> list[dict[str, Any]]:
        """Receive up to ten messages of the thumbnails queue, as the worker's mapping would."""
        answer = self.client("sqs").receive_message(
            QueueUrl=self.outputs.thumbnails_queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        return answer.get("Messages", [])


@dataclass(frozen=True)
class EnforcedAws:
    """The embedded AWS with the template applied: authentication enforced, the real zip run by the mapping.

    ``client(service)`` acts as root; ``web_client(service)`` under the web's role.
    """

    embedded: EmbeddedAws
    outputs: Outputs
    parameters: Parameters
    _web_credentials: dict[str, str] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        """Return the address of every service."""
        return self.embedded.endpoint_url

    def client(self, service: str) -> Any:
        """Return a client that acts as root, with all permissions."""
        return self.embedded.client(service)

    def web_client(self, service: str) -> Any:
        """Return a client that may do what the web may do."""
        keys = self.web_credentials()
        return boto3.client(
            service,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            config=CLIENT_CONFIG,
        )

    def web_credentials(self) -> dict[str, str]:
        """Return the variables by which a process acts under the web's role for twelve hours."""
        if not self._web_credentials:
            keys = self.client("sts").assume_role(
                RoleArn=self.outputs.web_role_arn, RoleSessionName="web", DurationSeconds=43200
            )["Credentials"]
            self._web_credentials.update(
                AWS_ACCESS_KEY_ID=keys["AccessKeyId"],
                AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
                AWS_SESSION_TOKEN=keys["SessionToken"],
            )
        return self._web_credentials

    def web_environment(self) -> dict[str, str]:
        """Return all variables of a gallery process that runs against this AWS."""
        return {
            **ENVIRONMENT,
            **self.outputs.web_environment(),
            **self.web_credentials(),
            "AWS_ENDPOINT_URL": self.endpoint_url,
        }


def with_notifications(aws: MotoAws) -> MotoAws:
    """Add what moto's CloudFormation leaves out of the template: the buckets' notifications and CORS."""
    properties = resources_of("AWS::S3::Bucket")["OriginalsBucket"]["Properties"]
    queue_urls = {
        "ThumbnailsQueue": aws.outputs.thumbnails_queue_url,
        "ImportsQueue": aws.outputs.imports_queue_url,
    }
    aws.client("s3").put_bucket_notification_configuration(
        Bucket=aws.outputs.originals_bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": _arn_of(queue_urls[entry["Queue"]["Fn::GetAtt"][0]]),
                    "Events": [entry["Event"]],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": rule["Name"], "Value": rule["Value"]}
                                for rule in entry["Filter"]["S3Key"]["Rules"]
                            ]
                        }
                    },
                }
                for entry in properties["NotificationConfiguration"]["QueueConfigurations"]
            ]
        },
    )
    return aws


def _arn_of(queue_url: str) -> str:
    account, name = queue_url.split("/")[-2:]
    return f"arn:aws:sqs:{REGION}:{account}:{name}"


@cache
def _template_body() -> str:
    """Return the template as JSON. moto tries its slow YAML parser first, which stops at the tab."""
    return "\t" + json.dumps(template(), separators=(",", ":"))


def _moto_outputs(parameters: Parameters) -> Outputs:
    """Apply the template directly: moto loses the outputs of a stack that a change set made."""
    bucket, key = "code", parameters.worker_zip.name
    s3 = _shared_client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key=key, Body=b"moto runs no Lambda")
    cloudformation = _shared_client("cloudformation")
    cloudformation.create_stack(**stack_request(parameters, bucket, key) | {"TemplateBody": _template_body()})
    outputs = stacks.read(cloudformation, parameters.stack_name)
    assert outputs
    return Outputs.from_named(outputs)


@pytest.fixture
def moto_aws() -> Iterator[MotoAws]:
    """Give one test a moto of its own with the template applied and no message in its queue."""
    parameters = Parameters(STAGE, SITE_ORIGIN, Path("worker.zip"), worker_mapping_enabled=False)
    with mock_aws(), warnings.catch_warnings():
        # Bucket and queue policies: moto would not enforce them anyway.
        warnings.filterwarnings("ignore", "Tried to parse AWS::")
        aws = with_notifications(MotoAws(_moto_outputs(parameters)))
        # S3 says s3:TestEvent when a notification is set up.
        for queue_url in (aws.outputs.thumbnails_queue_url, aws.outputs.imports_queue_url):
            aws.client("sqs").purge_queue(QueueUrl=queue_url)
        yield aws


@contextmanager
def aws_of_its_own(folder: Path) -> Iterator[EmbeddedAws]:
    """Run an embedded AWS that keeps nothing while the block lasts."""
    if not EMBEDDED_PYTHON.exists():
        pytest.fail("The embedded AWS is not installed. Run: make setup")
    embedded = EmbeddedAws(EMBEDDED_PYTHON, folder, ports.any_free(), account=ACCOUNT, persist=False)
    embedded.start()
    try:
        yield embedded
    finally:
        embedded.stop()


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnforcedAws]:
    """Give all tests of a run one embedded AWS: keep to photo ids of your own and leave the queue empty."""
    with aws_of_its_own(tmp_path_factory.mktemp("aws")) as embedded:
        parameters = Parameters(
            STAGE, SITE_ORIGIN, build(), require_tls=False, import_loopback_port=str(ports.any_free())
        )
        yield EnforcedAws(embedded, provision(embedded, parameters).outputs, parameters)


def decoded_policy(document: str | dict[str, Any]) -> dict[str, Any]:
    """Return a policy document that a service may give as text."""
    return json.loads(document) if isinstance(document, str) else document
