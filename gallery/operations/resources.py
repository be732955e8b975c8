"""Examines what the stacks made, by whoever may look: buckets, queues, mappings, table, topic, alarms.

It knows no Django, so that ``make status`` can ask it with the operator's rights. What the credentials at
hand may not look at is said to be unseen; the web's own role sees little of this on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from gallery.operations.findings import Finding, ill, unseen, well

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AGAIN = "Run: make deploy"
FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})
ALARMS_AT_LEAST = 8
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
NOTIFIED = frozenset(
    {
        ("originals/", "ObjectCreated"),
        ("originals/", "ObjectRemoved"),
        ("nudges/", "ObjectCreated"),
        ("imports/", "ObjectCreated"),
    }
)
UPLOAD_HEADERS = {"content-type", "if-none-match", "x-amz-checksum-sha256", "x-amz-meta-owner"}


class Clients(Protocol):
    """Whatever makes clients of AWS's services."""

    def client(self, service: Any, /) -> Any:
        """Return a client of a service."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the stacks made, by name or address; what is empty is not looked at."""

    stage: str
    site_origin: str
    originals_bucket: str
    renditions_bucket: str
    catalogue_table: str
    topic_arn: str
    queue_urls: tuple[str, ...]
    mappings: dict[str, str]

    @classmethod
    def from_outputs(cls, stage: str, outputs: Mapping[str, str], site_origin: str) -> Names:
        """Read them from the outputs of the main stack."""
        mappings = {
            "worker's mapping": outputs.get("WorkerMappingId", ""),
            "import worker's mapping": outputs.get("ImportsMappingId", ""),
        }
        return cls(
            stage=stage,
            site_origin=site_origin,
            originals_bucket=outputs["OriginalsBucket"],
            renditions_bucket=outputs["RenditionsBucket"],
            catalogue_table=outputs["CatalogueTable"],
            topic_arn=outputs["PhotoEventsTopicArn"],
            queue_urls=tuple(value for name, value in sorted(outputs.items()) if name.endswith("QueueUrl")),
            mappings={title: found for title, found in mappings.items() if found},
        )


def examine_resources(clients: Clients, names: Names) -> list[Finding]:
    """Look at every resource, also after something was found."""
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("notifications of originals", partial(_notifications, clients, names)),
        ("CORS of originals", partial(_cors, clients, names)),
    ]
    for bucket in (names.originals_bucket, names.renditions_bucket):
        title = f"bucket {bucket}"
        looks.append((title, partial(_bucket, clients, title, bucket)))
    for title, mapping_id in names.mappings.items():
        looks.append((title, partial(_mapping, clients, title, mapping_id)))
    for url in names.queue_urls:
        title = f"queue {url.rsplit('/', 1)[-1]}"
        looks.append((title, partial(_queue, clients, title, url)))
    looks += [
        ("table", partial(_table, clients, names)),
        ("topic", partial(_topic, clients, names)),
        ("alarms", partial(_alarms, clients, names)),
    ]
    return [_look(title, look) for title, look in looks]


def _look(title: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in FORBIDDEN:
            return unseen(title)
        return ill(title, f"AWS says {code}: {error.response['Error'].get('Message', '')}. {AGAIN}")
    except BotoCoreError as error:
        return ill(title, f"AWS does not answer ({error}). Check the network and AWS_REGION.")


def _notifications(clients: Clients, names: Names) -> Finding:
    title = "notifications of originals"
    found = clients.client("s3").get_bucket_notification_configuration(Bucket=names.originals_bucket)
    heard = {
        (rule["Value"], event.split(":")[1])
        for entry in found.get("QueueConfigurations", [])
        for event in entry["Events"]
        for rule in entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    }
    missing = sorted(f"{prefix} {event}" for prefix, event in NOTIFIED - heard)
    if missing:
        return ill(title, f"nobody hears of {', '.join(missing)}: photos stay in processing. {AGAIN}")
    return well(title)


def _cors(clients: Clients, names: Names) -> Finding:
    title = "CORS of originals"
    if not names.site_origin:
        return ill(title, f"the gallery's address is not known yet. {AGAIN}")
    try:
        rules = clients.client("s3").get_bucket_cors(Bucket=names.originals_bucket)["CORSRules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
            raise
        rules = []
    for rule in rules:
        headers = {header.lower() for header in rule.get("AllowedHeaders", [])}
        may_put = names.site_origin in rule["AllowedOrigins"] and "PUT" in rule["AllowedMethods"]
        if may_put and headers >= UPLOAD_HEADERS:
            return well(title)
    return ill(title, f"browsers at {names.site_origin} may not upload. {AGAIN}")


def _bucket(clients: Clients, title: str, bucket: str) -> Finding:
    s3 = clients.client("s3")
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    if not all(found.get(name) for name in BLOCKS):
        return ill(title, f"the public is not kept out. {AGAIN}")
    return well(title)


def _mapping(clients: Clients, title: str, mapping_id: str) -> Finding:
    found = clients.client("lambda").get_event_source_mapping(UUID=mapping_id)
    if "ReportBatchItemFailures" not in found.get("FunctionResponseTypes", []):
        return ill(
            title,
            "its FunctionResponseTypes lack ReportBatchItemFailures, so a photo that fails vanishes with its "
            f"batch. {AGAIN}",
        )
    if found.get("State") not in {"Enabled", "Enabling", "Updating", "Creating"}:
        return ill(
            title, "it is switched off, so nothing is taken from the queue. Enable it, or run: make deploy"
        )
    return well(title)


def _queue(clients: Clients, title: str, url: str) -> Finding:
    attributes = clients.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
        "Attributes"
    ]
    waiting = int(attributes.get("ApproximateNumberOfMessages", 0))
    if title.endswith("-dead"):
        if waiting:
            return ill(title, f"{waiting} were given up. See the dead-letter page in the admin.")
    elif "RedrivePolicy" not in attributes:
        return ill(title, f"what always fails would come for ever: it has no dead-letter queue. {AGAIN}")
    return well(title)


def _table(clients: Clients, names: Names) -> Finding:
    table = clients.client("dynamodb").describe_table(TableName=names.catalogue_table)["Table"]
    if table["TableStatus"] != "ACTIVE":
        return ill("table", f"it is {table['TableStatus'].lower()}. Wait, then look again.")
    indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    if "attention" not in indexes:
        return ill("table", f"its index 'attention' is not there. {AGAIN}")
    return well("table")


def _topic(clients: Clients, names: Names) -> Finding:
    clients.client("sns").get_topic_attributes(TopicArn=names.topic_arn)
    return well("topic")


def _alarms(clients: Clients, names: Names) -> Finding:
    if names.stage == "local":
        return well("alarms: none where one machine runs it all")
    found = clients.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"contactsheet-{names.stage}-")
    alarms = found.get("MetricAlarms", [])
    if len(alarms) < ALARMS_AT_LEAST:
        return ill("alarms", f"only {len(alarms)} of {ALARMS_AT_LEAST} are there. {AGAIN}")
    ringing = [alarm["AlarmName"] for alarm in alarms if alarm.get("StateValue") == "ALARM"]
    if ringing:
        return ill("alarms", f"ringing: {', '.join(ringing)}. See docs/runbook.md.")
    return well("alarms")
