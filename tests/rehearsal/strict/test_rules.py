"""Each rule refuses what AWS refuses, with AWS's code, and lets the like through."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.rehearsal.strict import rules
from tests.rehearsal.strict.account import Given
from tests.rehearsal.strict.calls import Call
from tests.rehearsal.strict.refusals import Refused

ROLE = "arn:aws:iam::123456789012:role/contactsheet-dev-web"


def trust(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def passing(service: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


OF_LAMBDA = Given(trusts={ROLE: trust("lambda.amazonaws.com")})
OF_EVENTS = Given(trusts={ROLE: trust("events.amazonaws.com")})
OF_SCHEDULER = Given(trusts={ROLE: trust("scheduler.amazonaws.com")})
NEW = Given()
PACKAGES = Given(packages={"code/small": 250 * 1024 * 1024, "code/large": 250 * 1024 * 1024 + 1})


def call(name: str, region: str = "eu-central-1", stack: str = "", **parameters: Any) -> Call:
    service, operation = name.split(".")
    return Call(service, operation, parameters, region, "AKIA", stack=stack, logical_id="It")


def function(**variables: str) -> Call:
    return call("lambda.CreateFunction", Environment={"Variables": variables})


def upload(size: int) -> Call:
    text = base64.b64encode(b"\0" * size).decode()
    return call("lambda.UpdateFunctionCode", ZipFile=text)


def alarm(period: int, times: int = 1) -> Call:
    return call("monitoring.PutMetricAlarm", AlarmName="a", Period=period, EvaluationPeriods=times)


def parameter(size: int, tier: str = "Standard") -> Call:
    return call("ssm.PutParameter", Name="/a", Value="x" * size, Tier=tier)


def policy(size: int) -> Call:
    return call("iam.CreatePolicy", PolicyName="p", PolicyDocument={"Statement": "x" * (size - 16)})


SECOND = call("cloudfront.CreateCachePolicy", "us-east-2", "contactsheet-dev-site", Name="pages")
FIRST = call("cloudfront.CreateCachePolicy", "eu-central-1", "contactsheet-dev-site", Name="pages")
TAKEN = Given(names={("cloudfront.CreateCachePolicy", "pages"): "eu-central-1 contactsheet-dev-site It"})
OF_STACK = call("logs.CreateLogGroup", stack="contactsheet-dev", logGroupName="/aws/lambda/web")

TABLE: list[tuple[rules.Rule, Given, Call, str, Given, Call]] = [
    # rule, account and call that are refused, the code, account and call that are not
    (
        *(
            rules.rule_with_role_that_events_may_assume,
            OF_LAMBDA,
            call("events.PutRule", Name="r", RoleArn=ROLE),
        ),
        *("ValidationException", OF_EVENTS, call("events.PutRule", Name="r", RoleArn=ROLE)),
    ),
    (
        *(rules.rule_with_role_that_events_may_assume, OF_LAMBDA),
        *(call("events.PutTargets", Targets=[{"RoleArn": ROLE}]), "ValidationException"),
        *(OF_LAMBDA, call("events.PutTargets", Targets=[{"Arn": "arn"}])),
    ),
    (
        *(rules.rule_with_role_that_events_may_assume, NEW, call("events.PutRule", Name="r", RoleArn=ROLE)),
        *("ValidationException", NEW, call("events.PutRule", Name="r")),
    ),
    (
        *(rules.schedule_with_role_that_scheduler_may_assume, OF_EVENTS),
        *(call("scheduler.CreateSchedule", Target={"RoleArn": ROLE}), "ValidationException"),
        *(OF_SCHEDULER, call("scheduler.CreateSchedule", Target={"RoleArn": ROLE})),
    ),
    (
        *(
            rules.function_with_role_that_lambda_may_assume,
            OF_EVENTS,
            call("lambda.CreateFunction", Role=ROLE),
        ),
        *("InvalidParameterValueException", OF_LAMBDA, call("lambda.CreateFunction", Role=ROLE)),
    ),
    (
        *(rules.role_that_the_caller_may_pass, Given(policies=[passing("lambda.amazonaws.com")])),
        *(call("events.PutRule", Name="r", RoleArn=ROLE), "AccessDeniedException"),
        *(Given(policies=[passing("lambda.amazonaws.com")]), call("lambda.CreateFunction", Role=ROLE)),
    ),
    (
        *(rules.role_that_the_caller_may_pass, Given(policies=[]), call("lambda.CreateFunction", Role=ROLE)),
        *("AccessDeniedException", Given(policies=None), call("lambda.CreateFunction", Role=ROLE)),
    ),
    (
        *(rules.variables_in_four_kilobytes, NEW, function(NAME="x" * 4093)),
        *("InvalidParameterValueException", NEW, function(NAME="x" * 4092)),
    ),
    (
        *(rules.variables_in_four_kilobytes, NEW, function(NAME="é" * 2047)),
        *("InvalidParameterValueException", NEW, function(NAME="é" * 2046)),
    ),
    (
        *(rules.variables_not_reserved, NEW, function(AWS_REGION="eu-central-1")),
        *("InvalidParameterValueException", NEW, function(AWS_ENDPOINT_URL="http://localhost")),
    ),
    (
        *(rules.variables_with_valid_names, NEW, function(**{"NOT-VALID": "x"})),
        *("ValidationException", NEW, function(VALID_1="x")),
    ),
    (
        *(rules.package_in_fifty_megabytes, NEW, upload(50 * 1024 * 1024 + 3)),
        *("RequestEntityTooLargeException", NEW, upload(50 * 1024 * 1024)),
    ),
    (
        *(rules.package_in_250_megabytes_unpacked, PACKAGES),
        *(
            call("lambda.UpdateFunctionCode", S3Bucket="code", S3Key="large"),
            "InvalidParameterValueException",
        ),
        *(PACKAGES, call("lambda.CreateFunction", Code={"S3Bucket": "code", "S3Key": "small"})),
    ),
    (
        *(rules.function_within_limits, NEW, call("lambda.CreateFunction", FunctionName="f" * 65)),
        *("ValidationException", NEW, call("lambda.CreateFunction", FunctionName="f" * 64)),
    ),
    (
        *(rules.function_within_limits, NEW, call("lambda.UpdateFunctionConfiguration", Timeout=901)),
        *("ValidationException", NEW, call("lambda.UpdateFunctionConfiguration", Timeout=900)),
    ),
    (
        *(rules.function_within_limits, NEW, call("lambda.CreateFunction", Runtime="python3.8")),
        *("InvalidParameterValueException", NEW, call("lambda.CreateFunction", Runtime="python3.13")),
    ),
    (
        *(rules.bucket_with_valid_name, NEW, call("s3.CreateBucket", Bucket="b" * 64)),
        *("InvalidBucketName", NEW, call("s3.CreateBucket", Bucket="b" * 63)),
    ),
    (
        *(rules.bucket_with_valid_name, NEW, call("s3.CreateBucket", Bucket="With_Capitals")),
        *("InvalidBucketName", NEW, call("s3.CreateBucket", Bucket="contactsheet-dev")),
    ),
    (
        *(rules.name_within_limits, NEW, call("iam.CreateRole", RoleName="r" * 65)),
        *("ValidationException", NEW, call("iam.CreateRole", RoleName="r" * 64)),
    ),
    (
        *(rules.name_within_limits, NEW, call("events.PutRule", Name="r" * 65)),
        *("ValidationException", NEW, call("events.PutRule", Name="r" * 64)),
    ),
    (
        *(rules.name_within_limits, NEW, call("sqs.CreateQueue", QueueName="with.dot")),
        *("ValidationException", NEW, call("sqs.CreateQueue", QueueName="with-dash")),
    ),
    (
        *(rules.rate_in_right_number, NEW, call("events.PutRule", ScheduleExpression="rate(1 minutes)")),
        *("ValidationException", NEW, call("events.PutRule", ScheduleExpression="rate(1 minute)")),
    ),
    (
        *(
            rules.rate_in_right_number,
            NEW,
            call("scheduler.CreateSchedule", ScheduleExpression="rate(5 minute)"),
        ),
        *("ValidationException", NEW, call("scheduler.CreateSchedule", ScheduleExpression="rate(12 hours)")),
    ),
    (
        *(rules.targets_within_limits, NEW),
        *(call("events.PutTargets", Targets=[{"RetryPolicy": {"MaximumEventAgeInSeconds": 59}}]),),
        "ValidationException",
        *(NEW, call("events.PutTargets", Targets=[{"RetryPolicy": {"MaximumEventAgeInSeconds": 60}}])),
    ),
    (rules.parameter_within_its_tier, NEW, parameter(4097), "ValidationException", NEW, parameter(4096)),
    (
        *(rules.parameter_within_its_tier, NEW, parameter(8193, "Advanced"), "ValidationException"),
        *(NEW, parameter(8192, "Advanced")),
    ),
    (
        *(rules.log_group_not_there, Given(log_groups={"/aws/lambda/web"}), OF_STACK),
        *("ResourceAlreadyExistsException", Given(log_groups={"/aws/lambda/web"}, owned={"It"}), OF_STACK),
    ),
    (rules.name_not_taken_in_account, TAKEN, SECOND, "CachePolicyAlreadyExists", TAKEN, FIRST),
    (
        *(rules.firewall_of_cloudfront_in_virginia, NEW, call("wafv2.CreateWebACL", Scope="CLOUDFRONT")),
        *("WAFInvalidParameterException", NEW, call("wafv2.CreateWebACL", "us-east-1", Scope="CLOUDFRONT")),
    ),
    (
        *(rules.mapping_within_limits, NEW, call("lambda.CreateEventSourceMapping", BatchSize=11)),
        "InvalidParameterValueException",
        *(NEW, call("lambda.CreateEventSourceMapping", BatchSize=11, MaximumBatchingWindowInSeconds=1)),
    ),
    (
        *(rules.mapping_within_limits, NEW),
        *(call("lambda.CreateEventSourceMapping", ScalingConfig={"MaximumConcurrency": 1}),),
        "InvalidParameterValueException",
        *(NEW, call("lambda.CreateEventSourceMapping", ScalingConfig={"MaximumConcurrency": 2})),
    ),
    (
        *(rules.queue_within_limits, NEW, call("sqs.CreateQueue", VisibilityTimeout=43_201)),
        *("InvalidAttributeValue", NEW, call("sqs.CreateQueue", VisibilityTimeout=43_200)),
    ),
    (rules.alarm_within_limits, NEW, alarm(90), "ValidationError", NEW, alarm(120)),
    (rules.alarm_within_limits, NEW, alarm(300, 289), "ValidationError", NEW, alarm(300, 288)),
    (rules.policies_within_their_size, NEW, policy(6145), "LimitExceeded", NEW, policy(6144)),
    (
        *(
            rules.template_in_one_request,
            NEW,
            call("cloudformation.CreateChangeSet", TemplateBody="x" * 51_201),
        ),
        *("ValidationError", NEW, call("cloudformation.CreateChangeSet", TemplateBody="x" * 51_200)),
    ),
    (
        *(rules.payload_in_six_megabytes, NEW, Call("lambda", "Invoke", body=b"x" * (6 * 1024 * 1024 + 1))),
        *("RequestTooLargeException", NEW, Call("lambda", "Invoke", body=b"x" * (6 * 1024 * 1024))),
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0].__name__}-{row[2].operation}")
def test_rule__refuses_what_aws_refuses(row: Any) -> None:
    rule, account, refused, code, other_account, taken = row
    with pytest.raises(Refused) as found:
        rule(refused, account)
    assert found.value.code == code
    rule(taken, other_account)


def test_rules__are_all_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(rules.RULES)
    assert len(rules.RULES) >= 15


@pytest.mark.parametrize("rule", [*rules.RULES, *rules.TEMPLATE_RULES])
def test_rule__names_its_source(rule: Any) -> None:
    assert "https://docs.aws.amazon.com/" in rule.__doc__ or "API reference" in rule.__doc__


def mapping(concurrency: int) -> Call:
    return call("lambda.CreateEventSourceMapping", ScalingConfig={"MaximumConcurrency": concurrency})


def test_workers__leave_concurrency_for_pages() -> None:
    rules.workers_leave_concurrency_for_pages([mapping(2), mapping(2)], NEW)
    with pytest.raises(Refused, match="TooManyRequestsException"):
        rules.workers_leave_concurrency_for_pages([mapping(10), mapping(5)], NEW)
    rules.workers_leave_concurrency_for_pages([mapping(10), mapping(5)], Given(concurrency=1000))


@pytest.mark.parametrize(
    ("given", "role", "is_refused"),
    [
        ([], {}, True),
        (["CAPABILITY_IAM"], {}, False),
        (["CAPABILITY_IAM"], {"RoleName": "r"}, True),
        (["CAPABILITY_NAMED_IAM"], {"RoleName": "r"}, False),
    ],
)
def test_roles__are_acknowledged(given: list[str], role: dict[str, str], is_refused: bool) -> None:
    calls = [call("cloudformation.CreateChangeSet", Capabilities=given), call("iam.CreateRole", **role)]
    if is_refused:
        with pytest.raises(Refused, match="InsufficientCapabilities"):
            rules.named_roles_are_acknowledged(calls, NEW)
    else:
        rules.named_roles_are_acknowledged(calls, NEW)


def test_table__is_readable_as_json() -> None:
    """The parameters are what a JSON service receives, so no row passes by a Python type."""
    for row in TABLE:
        assert json.loads(json.dumps(dict(row[2].parameters))) == dict(row[2].parameters)
