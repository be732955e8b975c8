"""Changes by hand that break a stage.

Each changes a resource, yields and restores it, because creating a stage takes longer than repairing one.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gallery.operations.resources import check_resources, monitoring
from tests.aws import decoded_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources import Names
    from tests.aws import EnforcedAws

    Breakage = Callable[[EnforcedAws, Names], Iterator[None]]

STAGE = "ill"
THUMBWORKER = f"contactsheet-{STAGE}-thumbworker"
THUMBNAILS = f"contactsheet-{STAGE}-thumbnails"
WEB = f"contactsheet-web-{STAGE}"


def rule_of(job: str) -> str:
    return monitoring.rule_of(STAGE, job)


def url_of(names: Names, queue: str) -> str:
    (url,) = (url for url in names.queue_urls if url.endswith(f"/{queue}"))
    return url


def mapping_of(aws: EnforcedAws) -> dict[str, Any]:
    functions = aws.client("lambda")
    (one,) = functions.list_event_source_mappings(FunctionName=THUMBWORKER)["EventSourceMappings"]
    return one


def set_alarm(aws: EnforcedAws, alarm: str, state: str) -> None:
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


@contextmanager
def while_broken(break_it: Breakage, aws: EnforcedAws, names: Names) -> Iterator[None]:
    """Break a resource during the block and restore it, even if the block fails."""
    steps = iter(break_it(aws, names))
    next(steps)
    try:
        yield
    finally:
        next(steps, None)


def problems_of(aws: EnforcedAws, names: Names) -> dict[str, str]:
    return {one.what: one.advice for one in check_resources(aws, names) if not one.is_well}


def _put_notifications(aws: EnforcedAws, names: Names, configurations: list[dict[str, Any]]) -> None:
    aws.client("s3").put_bucket_notification_configuration(
        Bucket=names.originals_bucket, NotificationConfiguration={"QueueConfigurations": configurations}
    )


def stop_deletion_notifications(aws: EnforcedAws, names: Names) -> Iterator[None]:
    found = aws.client("s3").get_bucket_notification_configuration(Bucket=names.originals_bucket)
    configurations = found["QueueConfigurations"]
    kept = [one for one in configurations if "ObjectRemoved" not in one["Events"][0]]
    _put_notifications(aws, names, kept)
    yield
    _put_notifications(aws, names, configurations)


def _changed_cors(aws: EnforcedAws, bucket: str, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    s3 = aws.client("s3")
    before = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    rules = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    change(rules[0])
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    yield
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": before})


def replace_cors_origin(aws: EnforcedAws, names: Names) -> Iterator[None]:
    elsewhere = {
        "AllowedOrigins": ["https://elsewhere.example"],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["*"],
    }
    return _changed_cors(aws, names.originals_bucket, lambda rule: rule.update(elsewhere))


def remove_cors_header(aws: EnforcedAws, names: Names) -> Iterator[None]:
    header = "x-amz-meta-correlation-id"
    return _changed_cors(aws, names.originals_bucket, lambda rule: rule["AllowedHeaders"].remove(header))


def allow_any_origin(aws: EnforcedAws, names: Names) -> Iterator[None]:
    return _changed_cors(aws, names.renditions_bucket, lambda rule: rule["AllowedOrigins"].append("*"))


def delete_public_access_block(aws: EnforcedAws, names: Names) -> Iterator[None]:
    s3, bucket = aws.client("s3"), names.renditions_bucket
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=bucket)
    yield
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocked)


def _without_policy(aws: EnforcedAws, bucket: str) -> Iterator[None]:
    s3 = aws.client("s3")
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    yield
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def delete_policy_of_renditions(aws: EnforcedAws, names: Names) -> Iterator[None]:
    return _without_policy(aws, names.renditions_bucket)


def delete_policy_of_static(aws: EnforcedAws, names: Names) -> Iterator[None]:
    return _without_policy(aws, names.static_bucket)


def expire_photos(aws: EnforcedAws, names: Names) -> Iterator[None]:
    s3, bucket = aws.client("s3"), names.originals_bucket
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "orig"}, "Expiration": {"Days": 30}}
    # The emulator drops the template's own rules.
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    yield
    s3.delete_bucket_lifecycle(Bucket=bucket)


def delete_role_policy_of_worker(aws: EnforcedAws, _: Names) -> Iterator[None]:
    iam = aws.client("iam")
    configuration = aws.client("lambda").get_function_configuration(FunctionName=THUMBWORKER)
    policy = {"RoleName": configuration["Role"].rsplit("/", 1)[-1], "PolicyName": "worker"}
    document = decoded_policy(iam.get_role_policy(**policy)["PolicyDocument"])
    iam.delete_role_policy(**policy)
    yield
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))


def take_right_of_worker(aws: EnforcedAws, _: Names) -> Iterator[None]:
    iam = aws.client("iam")
    configuration = aws.client("lambda").get_function_configuration(FunctionName=THUMBWORKER)
    policy = {"RoleName": configuration["Role"].rsplit("/", 1)[-1], "PolicyName": "worker"}
    document = decoded_policy(iam.get_role_policy(**policy)["PolicyDocument"])
    less = [one for one in document["Statement"] if one["Sid"] != "TellGoneFromForbidden"]
    iam.put_role_policy(**policy, PolicyDocument=json.dumps({**document, "Statement": less}))
    yield
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))


def change_function(**changed: Any) -> Breakage:
    def change(aws: EnforcedAws, _: Names) -> Iterator[None]:
        functions = aws.client("lambda")
        before = functions.get_function_configuration(FunctionName=THUMBWORKER)
        active = functions.get_waiter("function_active_v2")
        functions.update_function_configuration(FunctionName=THUMBWORKER, **changed)
        active.wait(FunctionName=THUMBWORKER, WaiterConfig={"Delay": 1})
        yield
        previous = {name: before[name] for name in changed}
        functions.update_function_configuration(FunctionName=THUMBWORKER, **previous)
        active.wait(FunctionName=THUMBWORKER, WaiterConfig={"Delay": 1})

    return change


def silence_alarm(aws: EnforcedAws, _: Names) -> Iterator[None]:
    cloudwatch, names = aws.client("cloudwatch"), [f"contactsheet-{STAGE}-queue-age"]
    cloudwatch.disable_alarm_actions(AlarmNames=names)
    yield
    cloudwatch.enable_alarm_actions(AlarmNames=names)


def set_queue(**attributes: str) -> Breakage:
    def change(aws: EnforcedAws, names: Names) -> Iterator[None]:
        sqs, url = aws.client("sqs"), url_of(names, THUMBNAILS)
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(attributes))["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        yield
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)

    return change


def send_dead_letter(aws: EnforcedAws, names: Names) -> Iterator[None]:
    sqs, url = aws.client("sqs"), url_of(names, f"{THUMBNAILS}-dead")
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    yield
    sqs.purge_queue(QueueUrl=url)


def change_mapping(**changed: Any) -> Breakage:
    def change(aws: EnforcedAws, _: Names) -> Iterator[None]:
        functions, before = aws.client("lambda"), mapping_of(aws)
        functions.update_event_source_mapping(UUID=before["UUID"], **changed)
        yield
        previous = {name: before.get(name, True) for name in changed}  # ``Enabled`` is not in an answer
        functions.update_event_source_mapping(UUID=before["UUID"], **previous)

    return change


def delete_mapping(aws: EnforcedAws, _: Names) -> Iterator[None]:
    functions, before = aws.client("lambda"), mapping_of(aws)
    functions.delete_event_source_mapping(UUID=before["UUID"])
    yield
    settings = ("EventSourceArn", "BatchSize", "FunctionResponseTypes", "ScalingConfig")
    kept = {name: before[name] for name in settings}
    functions.create_event_source_mapping(FunctionName=THUMBWORKER, **kept)


def delete_table(aws: EnforcedAws, names: Names) -> Iterator[None]:
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=names.catalogue_table)["Table"]
    dynamodb.delete_table(TableName=names.catalogue_table)
    yield
    dynamodb.create_table(
        TableName=names.catalogue_table,
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        BillingMode="PAY_PER_REQUEST",
    )


def _without_topic(aws: EnforcedAws, topic_arn: str) -> Iterator[None]:
    sns = aws.client("sns")
    policy = sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]["Policy"]
    sns.delete_topic(TopicArn=topic_arn)
    yield
    sns.create_topic(Name=topic_arn.rsplit(":", 1)[1])
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)


def delete_topic_of_events(aws: EnforcedAws, names: Names) -> Iterator[None]:
    return _without_topic(aws, names.topic_arn)


def delete_operator_topic(aws: EnforcedAws, names: Names) -> Iterator[None]:
    return _without_topic(aws, names.operator_topic_arn)


def disable_sweep(aws: EnforcedAws, _: Names) -> Iterator[None]:
    aws.client("events").disable_rule(Name=rule_of("sweep"))
    yield
    aws.client("events").enable_rule(Name=rule_of("sweep"))


def remove_target_of_notifications(aws: EnforcedAws, _: Names) -> Iterator[None]:
    events, rule = aws.client("events"), rule_of("send_notifications")
    targets = events.list_targets_by_rule(Rule=rule)["Targets"]
    events.remove_targets(Rule=rule, Ids=["web"])
    yield
    events.put_targets(Rule=rule, Targets=targets)


def delete_alarm(aws: EnforcedAws, _: Names) -> Iterator[None]:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[f"contactsheet-{STAGE}-queue-age"])
    yield
    set_alarm(aws, "queue-age", "OK")


def raise_alarm(aws: EnforcedAws, _: Names) -> Iterator[None]:
    set_alarm(aws, "web-errors", "ALARM")
    yield
    set_alarm(aws, "web-errors", "OK")


def delete_dashboard(aws: EnforcedAws, names: Names) -> Iterator[None]:
    cloudwatch, name = aws.client("cloudwatch"), names.dashboard
    body = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    cloudwatch.delete_dashboards(DashboardNames=[name])
    yield
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
