"""Whatever is broken of what the stacks made, doctor names it, says what to do, and names nothing else."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from gallery.operations.findings import line
from gallery.operations.resources import Names, buckets, edge, examine_resources, queues, workers
from gallery.operations.resources.looking import BY_HAND, look
from gallery.operations.resources.watch import ALARMS, JOBS
from infra import stacks
from infra.deploy.vault import new_signing_key, public_key_of
from infra.provision import Parameters, provision, upload_worker
from infra.template import load, resources_of
from infra.worker_zip import PROJECT, build
from tests.stage import REGION, SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.findings import Finding
    from gallery.operations.resources.looking import Clients
    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded

STAGE = "ill"
THUMBWORKER = f"contactsheet-{STAGE}-thumbworker"
THUMBNAILS = f"contactsheet-{STAGE}-thumbnails"
WEB = f"contactsheet-web-{STAGE}"


@pytest.fixture
def names(embedded_aws: EnforcedAws) -> Iterator[Names]:
    """Give a stage of its own with what a deployment adds to the main stack, and take it away again."""
    aws = embedded_aws
    out = provision(aws, Parameters(STAGE, SITE_ORIGIN, build(), require_tls=False)).outputs
    bucket, key = upload_worker(aws, STAGE, build())
    arn = aws.client("lambda").create_function(
        FunctionName=WEB,
        Runtime="python3.13",
        Role=out.web_role_arn,
        Handler="thumbworker.handler.lambda_handler",
        Code={"S3Bucket": bucket, "S3Key": key},
    )["FunctionArn"]
    for job in JOBS:
        aws.client("events").put_rule(Name=rule_of(job), ScheduleExpression="rate(7 days)")
        aws.client("events").put_targets(Rule=rule_of(job), Targets=[{"Id": "web", "Arn": arn}])
    for alarm in ALARMS:
        ring(aws, alarm, "OK")
    yield Names(
        stage=STAGE,
        site_origin=SITE_ORIGIN,
        originals_bucket=out.originals_bucket,
        renditions_bucket=out.renditions_bucket,
        catalogue_table=out.catalogue_table,
        topic_arn=out.photo_events_topic_arn,
        queue_urls=(
            out.thumbnails_queue_url,
            out.thumbnails_dead_letter_queue_url,
            out.imports_queue_url,
            out.imports_dead_letter_queue_url,
        ),
        web_function=WEB,
        is_emulated=True,
    )
    for job in JOBS:
        aws.client("events").remove_targets(Rule=rule_of(job), Ids=["web"])
        aws.client("events").delete_rule(Name=rule_of(job))
    aws.client("lambda").delete_function(FunctionName=WEB)
    stacks.delete(aws.client("cloudformation"), f"contactsheet-{STAGE}")
    for kept in (out.originals_bucket, out.renditions_bucket):
        aws.client("s3").delete_bucket(Bucket=kept)


def rule_of(job: str) -> str:
    return f"{WEB}-{job}-gallery.operations.jobs.{job}"


def ring(aws: EnforcedAws, alarm: str, state: str) -> None:
    name = f"contactsheet-{STAGE}-{alarm}"
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="a",
        Namespace="b",
        Period=60,
        Threshold=1,
        Statistic="Sum",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def found_ill(aws: EnforcedAws, names: Names) -> dict[str, str]:
    return {one.what: one.advice for one in examine_resources(aws, names) if not one.is_well}


def lines_of(aws: EnforcedAws, names: Names) -> str:
    return "\n".join(line(one) for one in examine_resources(aws, names))


def test_what_the_template_makes_is_well(embedded_aws: EnforcedAws, names: Names) -> None:
    assert found_ill(embedded_aws, names) == {}


def unhear(aws: EnforcedAws, names: Names) -> None:
    s3 = aws.client("s3")
    found = s3.get_bucket_notification_configuration(Bucket=names.originals_bucket)
    kept = [one for one in found["QueueConfigurations"] if "ObjectRemoved" not in one["Events"][0]]
    s3.put_bucket_notification_configuration(
        Bucket=names.originals_bucket, NotificationConfiguration={"QueueConfigurations": kept}
    )


def swap_origin(aws: EnforcedAws, names: Names) -> None:
    rule = {
        "AllowedOrigins": ["https://elsewhere.example"],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["*"],
    }
    aws.client("s3").put_bucket_cors(Bucket=names.originals_bucket, CORSConfiguration={"CORSRules": [rule]})


def forget_a_header(aws: EnforcedAws, names: Names) -> None:
    s3 = aws.client("s3")
    rules = s3.get_bucket_cors(Bucket=names.originals_bucket)["CORSRules"]
    rules[0]["AllowedHeaders"].remove("x-amz-meta-correlation-id")
    s3.put_bucket_cors(Bucket=names.originals_bucket, CORSConfiguration={"CORSRules": rules})


def open_to_the_public(aws: EnforcedAws, names: Names) -> None:
    aws.client("s3").delete_public_access_block(Bucket=names.renditions_bucket)


def drop_policy(aws: EnforcedAws, names: Names) -> None:
    aws.client("s3").delete_bucket_policy(Bucket=names.renditions_bucket)


def let_strangers_in(aws: EnforcedAws, names: Names) -> None:
    s3 = aws.client("s3")
    rules = s3.get_bucket_cors(Bucket=names.renditions_bucket)["CORSRules"]
    rules[0]["AllowedOrigins"].append("*")
    s3.put_bucket_cors(Bucket=names.renditions_bucket, CORSConfiguration={"CORSRules": rules})


def take_the_role_away(aws: EnforcedAws, _: Names) -> None:
    configuration = aws.client("lambda").get_function_configuration(FunctionName=THUMBWORKER)
    aws.client("iam").delete_role_policy(
        RoleName=configuration["Role"].rsplit("/", 1)[-1], PolicyName="worker"
    )


def expire_photos(aws: EnforcedAws, names: Names) -> None:
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "orig"}, "Expiration": {"Days": 30}}
    aws.client("s3").put_bucket_lifecycle_configuration(
        Bucket=names.originals_bucket, LifecycleConfiguration={"Rules": [rule]}
    )


def set_queue(**attributes: str) -> Callable[[EnforcedAws, Names], None]:
    def change(aws: EnforcedAws, names: Names) -> None:
        aws.client("sqs").set_queue_attributes(QueueUrl=names.queue_urls[0], Attributes=attributes)

    return change


def bury(aws: EnforcedAws, names: Names) -> None:
    aws.client("sqs").send_message(QueueUrl=names.queue_urls[1], MessageBody="{}")


def change_mapping(**changed: Any) -> Callable[[EnforcedAws, Names], None]:
    def change(aws: EnforcedAws, _: Names) -> None:
        functions = aws.client("lambda")
        (one,) = functions.list_event_source_mappings(FunctionName=THUMBWORKER)["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=one["UUID"], **changed)

    return change


def remove_mapping(aws: EnforcedAws, _: Names) -> None:
    functions = aws.client("lambda")
    (one,) = functions.list_event_source_mappings(FunctionName=THUMBWORKER)["EventSourceMappings"]
    functions.delete_event_source_mapping(UUID=one["UUID"])


def drop_table(aws: EnforcedAws, names: Names) -> None:
    aws.client("dynamodb").delete_table(TableName=names.catalogue_table)


def drop_topic(aws: EnforcedAws, names: Names) -> None:
    aws.client("sns").delete_topic(TopicArn=names.topic_arn)


def stop_sweep(aws: EnforcedAws, _: Names) -> None:
    aws.client("events").disable_rule(Name=rule_of("sweep"))


def forget_mails(aws: EnforcedAws, _: Names) -> None:
    aws.client("events").remove_targets(Rule=rule_of("send_notifications"), Ids=["web"])


def drop_alarm(aws: EnforcedAws, _: Names) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[f"contactsheet-{STAGE}-queue-age"])


def let_it_ring(aws: EnforcedAws, _: Names) -> None:
    ring(aws, "web-errors", "ALARM")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("break_it", "what", "advice"),
    [
        (unhear, "notifications of originals", "no queue hears of originals/ ObjectRemoved"),
        (swap_origin, "CORS of originals", f"browsers at {SITE_ORIGIN} may not upload"),
        (forget_a_header, "CORS of originals", "may not upload"),
        (open_to_the_public, "renditions kept from the public", "BlockPublicAcls"),
        (drop_policy, "policy of renditions", "CloudFrontOfThisAccountReads"),
        (expire_photos, "lifecycle of originals", "A RULE DELETES PHOTOS"),
        (set_queue(RedrivePolicy=""), f"queue {THUMBNAILS}", "no dead-letter queue"),
        (set_queue(Policy=""), f"queue {THUMBNAILS}", "does not let S3 speak to it"),
        (set_queue(VisibilityTimeout="60"), f"visibility of {THUMBNAILS}", "less than 6 times"),
        (set_queue(MessageRetentionPeriod="60"), f"retention of {THUMBNAILS}", "60 s instead of 345600"),
        (let_strangers_in, "CORS of renditions", "pages of * may speak to it too"),
        (take_the_role_away, f"role of {THUMBWORKER}", "allows nothing"),
        (change_mapping(BatchSize=1), f"mapping of {THUMBWORKER}", "hands out 1 at once"),
        (bury, f"queue {THUMBNAILS}-dead", "1 were given up"),
        (change_mapping(FunctionResponseTypes=[]), f"mapping of {THUMBWORKER}", "ReportBatchItemFailures"),
        (change_mapping(Enabled=False), f"mapping of {THUMBWORKER}", "switched off"),
        (remove_mapping, f"mapping of {THUMBWORKER}", "nothing takes from its queue"),
        (drop_topic, "topic", "AWS says NotFound"),
        (stop_sweep, "schedule of sweep", "aws events enable-rule"),
        (forget_mails, "schedule of send_notifications", "nothing starts it"),
        (drop_alarm, "alarms", "not there: queue-age"),
        (let_it_ring, "alarms", "ringing: web-errors"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_broken_is_named_with_what_to_do(
    embedded_aws: EnforcedAws,
    names: Names,
    break_it: Callable[[EnforcedAws, Names], None],
    what: str,
    advice: str,
) -> None:
    break_it(embedded_aws, names)
    found = found_ill(embedded_aws, names)
    assert list(found) == [what]
    assert advice in found[what]
    assert " Runbook: " in lines_of(embedded_aws, names)


@pytest.mark.slow
def test_a_table_that_is_gone_is_named(embedded_aws: EnforcedAws, names: Names) -> None:
    drop_table(embedded_aws, names)
    found = found_ill(embedded_aws, names)
    assert set(found) == {"table", "table's forgetting of imports"}
    assert "Put it back" in found["table"]


@pytest.mark.slow
def test_a_bucket_that_is_gone_is_named(embedded_aws: EnforcedAws, names: Names) -> None:
    elsewhere = "contactsheet-no-such-bucket"
    gone = Names(
        **{field: getattr(names, field) for field in names.__slots__} | {"renditions_bucket": elsewhere}
    )
    found = found_ill(embedded_aws, gone)
    assert set(found) == {
        "renditions kept from the public",
        "encryption of renditions",
        "policy of renditions",
        "CORS of renditions",
    }
    assert all("NoSuchBucket" in advice for advice in found.values())


def test_a_key_that_is_not_the_gallerys_is_named() -> None:
    ours, other = (public_key_of(new_signing_key()) for _ in range(2))
    with mock_aws():
        clients = boto3.Session(region_name=REGION)
        config = {"CallerReference": "a", "Name": "a", "EncodedKey": ours}
        made = clients.client("cloudfront").create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
        names = partial(Names, STAGE, SITE_ORIGIN, "", "", "", "", (), signing_key_id=made)
        well, _ = found_at_the_edge(clients, names(signing_public_key=ours))
        found, _ = found_at_the_edge(clients, names(signing_public_key=other))
    assert well.is_well
    assert "another key" in found.advice


@dataclass(frozen=True)
class CloudFrontOf:
    """CloudFront's answers about one distribution and its key group; moto drops both from what it keeps."""

    groups: dict[str, list[str]]

    def client(self, _service: str) -> CloudFrontOf:
        return self

    def get_distribution(self, **_: str) -> dict[str, Any]:
        trusted = {"Enabled": bool(self.groups), "Quantity": len(self.groups), "Items": list(self.groups)}
        behaviour = {"DefaultCacheBehavior": {"TrustedKeyGroups": trusted}}
        return {"Distribution": {"DistributionConfig": {"Enabled": True} | behaviour}}

    def get_key_group(self, *, Id: str) -> dict[str, Any]:  # noqa: N803 - CloudFront's word
        return {"KeyGroup": {"KeyGroupConfig": {"Items": self.groups[Id]}}}

    def get_public_key(self, **_: str) -> dict[str, Any]:
        return {"PublicKey": {"PublicKeyConfig": {"EncodedKey": "ours"}}}


@pytest.mark.parametrize(
    ("groups", "advice"),
    [({"g": ["k"]}, ""), ({"g": ["other"]}, "lacks the gallery's key"), ({}, "ANYBODY SEES THEM")],
)
def test_a_key_group_without_the_gallerys_key_is_named(groups: dict[str, list[str]], advice: str) -> None:
    names = Names(
        *(STAGE, SITE_ORIGIN, "", "", "", "", ()),
        distributions=("d",),
        signing_key_id="k",
        signing_public_key="ours",
    )
    ill = [one for one in found_at_the_edge(CloudFrontOf(groups), names) if not one.is_well]
    assert [one.what for one in ill] == ["CloudFront key group"] * bool(advice)
    assert all(advice in one.advice for one in ill)


@pytest.mark.parametrize(
    ("code", "is_well", "said"),
    [
        ("AccessDenied", True, "could not look: these credentials may not"),
        ("ExpiredToken", False, "does not know these credentials"),
        ("NoSuchBucket", False, "AWS says NoSuchBucket"),
    ],
)
def test_a_refusal_is_never_ok(code: str, is_well: bool, said: str) -> None:
    def refuse() -> Finding:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Get")

    found = look("thing", refuse)
    assert found.is_well is is_well
    assert said in found.advice
    assert not line(found).startswith("ok")


def found_at_the_edge(clients: Clients, names: Names) -> list[Finding]:
    return [look(title, examine) for title, examine in edge.looks(clients, names)]


class TestDocuments:
    def test_alarms_are_those_of_the_template(self) -> None:
        made = [
            resource["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("contactsheet-${Stage}-")
            for resource in load("watch")["Resources"].values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        ]
        assert sorted(made) == sorted(ALARMS)

    def test_jobs_are_those_of_the_settings(self) -> None:
        events = json.loads((PROJECT / "zappa_settings.json").read_text())["common"]["events"]
        assert sorted(event["function"].rsplit(".", 1)[1] for event in events) == sorted(JOBS)

    def test_queues_and_mappings_are_those_of_the_template(self) -> None:
        for made in resources_of("AWS::SQS::Queue").values():
            is_dead = made["Properties"]["QueueName"]["Fn::Sub"].endswith("-dead")
            kept = queues.DEAD_RETENTION_SECONDS if is_dead else queues.RETENTION_SECONDS
            assert made["Properties"]["MessageRetentionPeriod"] == kept
        for made in resources_of("AWS::Lambda::EventSourceMapping").values():
            assert made["Properties"]["BatchSize"] == workers.BATCH_SIZE

    def test_events_of_the_bucket_are_those_of_the_template(self) -> None:
        properties = resources_of("AWS::S3::Bucket")["OriginalsBucket"]["Properties"]
        made = {
            (rule["Value"], entry["Event"].split(":")[1]): entry["Queue"]["Fn::GetAtt"][0].lower()
            for entry in properties["NotificationConfiguration"]["QueueConfigurations"]
            for rule in entry["Filter"]["S3Key"]["Rules"]
        }
        assert made == {what: f"{queue}queue" for what, queue in buckets.HEARD_BY.items()}

    def test_sections_are_in_the_runbook(self) -> None:
        runbook = (PROJECT / "docs" / "runbook.md").read_text()
        sections = {*ALARMS, BY_HAND, *sections_named_in_the_code()}
        assert {"A secret leaked", "queue-age", "web-errors"} <= sections
        for section in sections:
            assert f"\n## {section}\n" in runbook


def sections_named_in_the_code() -> set[str]:
    """Return the last of three words given to ``ill`` wherever it is called with one."""
    sources = [
        *(PROJECT / "gallery" / "operations").rglob("*.py"),
        *(PROJECT / "infra" / "deploy").rglob("*.py"),
    ]
    return {
        call.args[2].value
        for source in sources
        for call in ast.walk(ast.parse(source.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "ill"
        if len(call.args) > 2 and isinstance(call.args[2], ast.Constant)
    }
