"""A stage of its own, and the ways in which people break what its stacks made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gallery.operations.resources import check_resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.operations.resources import Names
    from tests.aws import EnforcedAws

STAGE = "ill"
THUMBWORKER = f"contactsheet-{STAGE}-thumbworker"
THUMBNAILS = f"contactsheet-{STAGE}-thumbnails"
WEB = f"contactsheet-web-{STAGE}"


def rule_of(job: str) -> str:
    return f"{WEB}-{job}-gallery.operations.jobs.{job}"


def url_of(names: Names, queue: str) -> str:
    (url,) = (url for url in names.queue_urls if url.endswith(f"/{queue}"))
    return url


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
    return {one.what: one.advice for one in check_resources(aws, names) if not one.is_well}


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
        aws.client("sqs").set_queue_attributes(QueueUrl=url_of(names, THUMBNAILS), Attributes=attributes)

    return change


def bury(aws: EnforcedAws, names: Names) -> None:
    aws.client("sqs").send_message(QueueUrl=url_of(names, f"{THUMBNAILS}-dead"), MessageBody="{}")


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


def drop_dashboard(aws: EnforcedAws, _: Names) -> None:
    aws.client("cloudwatch").delete_dashboards(DashboardNames=[f"contactsheet-{STAGE}"])


def drop_operator_topic(aws: EnforcedAws, names: Names) -> None:
    aws.client("sns").delete_topic(TopicArn=names.operator_topic_arn)


def drop_policy_of_static(aws: EnforcedAws, names: Names) -> None:
    aws.client("s3").delete_bucket_policy(Bucket=names.static_bucket)
