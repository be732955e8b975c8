"""Apply the main template through CloudFormation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from infra import stacks
from infra.stacks import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEMPLATE_PATH = Path(__file__).with_name("template.yaml")


class Clients(Protocol):
    """A source of AWS clients: a boto3 session, the embedded AWS or a test fixture."""

    def client(self, service: str, /) -> Any:
        """Return a client of a service."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of the main template."""

    originals_bucket: str
    renditions_bucket: str
    thumbnails_queue_url: str
    thumbnails_dead_letter_queue_url: str
    catalogue_table: str
    photo_events_topic_arn: str
    web_role_arn: str
    worker_role_arn: str
    worker_function_name: str
    worker_mapping_id: str
    imports_queue_url: str
    imports_dead_letter_queue_url: str
    imports_function_name: str

    @classmethod
    def from_named(cls, found: Mapping[str, str]) -> Outputs:
        """Read the outputs of the template: ``OriginalsBucket`` becomes ``originals_bucket``."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: found[name.title().replace("_", "")] for name in names})

    def environment(self) -> dict[str, str]:
        """Return the variables that both the web and the worker read."""
        names = ("originals_bucket", "renditions_bucket", "catalogue_table", "photo_events_topic_arn")
        return {name.upper(): getattr(self, name) for name in names}

    def web_environment(self) -> dict[str, str]:
        """Return the variables that the web reads."""
        queue_urls = [field.name for field in fields(self) if field.name.endswith("queue_url")]
        return {**self.environment(), **{name.upper(): getattr(self, name) for name in queue_urls}}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters that a caller sets; the others keep the template's defaults."""

    stage: str
    site_origin: str
    worker_zip: Path
    worker_layer: Path | None = None
    require_tls: bool = True
    worker_mapping_enabled: bool = True
    one_machine: bool = False
    import_loopback_port: str = ""

    @property
    def stack_name(self) -> str:
        """Return the name of this stage's stack."""
        return f"contactsheet-{self.stage}"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The outputs, and whether applying the template changed the stack."""

    outputs: Outputs
    changed: bool


def provision(
    clients: Clients,
    parameters: Parameters,
    *,
    extra: Mapping[str, str] | None = None,
    say: Callable[[str], None] = stacks.silent,
) -> Provisioned:
    """Upload the worker's code and apply the template; ``extra`` holds further parameters.

    Raises:
        StackError: AWS refused or could not finish.
    """
    try:
        bucket, key = upload_worker(clients, parameters.stage, parameters.worker_zip)
        layer = parameters.worker_layer
        layer_key = upload_worker(clients, parameters.stage, layer)[1] if layer else ""
        request = stack_request(parameters, bucket, key, layer_key, **extra or {})
        stack = stacks.apply(clients.client("cloudformation"), request, say=say)
    except (BotoCoreError, ClientError) as error:
        raise StackError(str(error)) from error
    return Provisioned(Outputs.from_named(stack.outputs), stack.changed)


def stack_request(
    parameters: Parameters, bucket: str, code_key: str, layer_key: str = "", **extra: str
) -> dict[str, Any]:
    """Return the arguments of CloudFormation's ``CreateStack``."""
    values = {
        "Stage": parameters.stage,
        "SiteOrigin": parameters.site_origin,
        "RequireTls": str(parameters.require_tls).lower(),
        "WorkerMappingEnabled": str(parameters.worker_mapping_enabled).lower(),
        "OneMachine": str(parameters.one_machine).lower(),
        "ImportLoopbackPort": parameters.import_loopback_port,
        "WorkerCodeBucket": bucket,
        "WorkerCodeKey": code_key,
        "WorkerLayerKey": layer_key,
        **extra,
    }
    request = stacks.request(parameters.stack_name, TEMPLATE_PATH, values)
    return {**request, "Capabilities": ["CAPABILITY_IAM"]}


def artifacts_bucket(clients: Clients, stage: str) -> str:
    """Return the name of the bucket for a stage's code."""
    account = clients.client("sts").get_caller_identity()["Account"]
    return f"contactsheet-{stage}-artifacts-{account}-{clients.client('s3').meta.region_name}"


def upload_worker(clients: Clients, stage: str, worker_zip: Path) -> tuple[str, str]:
    """Upload the zip for CloudFormation, unless it is there; return its bucket and key."""
    s3, bucket = clients.client("s3"), artifacts_bucket(clients, stage)
    region = s3.meta.region_name
    body = worker_zip.read_bytes()
    key = f"thumbworker/{hashlib.sha256(body).hexdigest()}.zip"
    existing = {found["Name"] for found in s3.list_buckets()["Buckets"]}
    if bucket not in existing:
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **where)
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": stacks.tags_of(stage)})
    if not s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/zip")
    return bucket, key
