"""What AWS refuses and the emulator does not, one function per rule with its source.

A rule raises ``Refused``. It sees each call of a deployment, and those of CloudFormation for a template.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.iam_policy import Request, is_allowed
from tests.rehearsal.strict.refusals import Refused
from tests.templates import as_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.rehearsal.strict.account import Account
    from tests.rehearsal.strict.calls import Call

    Rule = Callable[[Call, Account], None]

FUNCTIONS = ("lambda.CreateFunction", "lambda.UpdateFunctionConfiguration", "lambda.UpdateFunctionCode")
GLOBAL_PER_ACCOUNT = {
    "cloudfront.CreateCachePolicy": "CachePolicyAlreadyExists",
    "cloudfront.CreateOriginRequestPolicy": "OriginRequestPolicyAlreadyExists",
    "cloudfront.CreateResponseHeadersPolicy": "ResponseHeadersPolicyAlreadyExists",
    "cloudfront.CreateOriginAccessControl": "OriginAccessControlAlreadyExists",
    "cloudfront.CreateKeyGroup": "KeyGroupAlreadyExists",
    "cloudfront.CreatePublicKey": "PublicKeyAlreadyExists",
    "wafv2.CreateWebACL": "WAFDuplicateItemException",
    "budgets.CreateBudget": "DuplicateRecordException",
    "monitoring.PutDashboard": "InvalidParameterInput",
    "iam.CreateRole": "EntityAlreadyExists",
    "iam.CreatePolicy": "EntityAlreadyExists",
    "s3.CreateBucket": "BucketAlreadyOwnedByYou",
}
"""Calls that make something whose name is one space in an account, and how AWS refuses a second one."""
RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
ENCODED_FIFTY_MEGABYTES = (50 * 1024 * 1024 + 2) // 3 * 4
RUNTIMES = frozenset(f"python3.{minor}" for minor in range(9, 15))
CONCURRENCY_OF_PAGES = 4
"""What the workers must leave of an account: a page, its list of photos, and two more visitors."""


def trusts(call: Call, account: Account, role_arn: str, service: str) -> bool:
    """Return whether a role is there, or made by the same template, and a service may assume it."""
    policy = call.roles.get(role_arn) or account.trust_of(role_arn)
    return policy is not None and trust_allows(policy, service)


def trust_allows(policy: Mapping[str, Any], service: str) -> bool:
    """Return whether a trust policy lets a service assume the role."""
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRole" in as_list(statement["Action"])
        and service in as_list(statement["Principal"].get("Service", []))
        for statement in as_list(policy["Statement"])
        if isinstance(statement.get("Principal"), dict)
    )


def rule_with_role_that_events_may_assume(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html.

    Public reports of the refusal: Miserlou/Zappa#381, #2168, zappa/Zappa#906.
    """
    if call.name not in {"events.PutRule", "events.PutTargets"}:
        return
    roles = [call.parameters.get("RoleArn", "")]
    roles += [target.get("RoleArn", "") for target in call.parameters.get("Targets", ())]
    for role in filter(None, roles):
        if not trusts(call, account, role, "events.amazonaws.com"):
            raise Refused(
                "ValidationException",
                f"Provided role '{role}' cannot be assumed by principal 'events.amazonaws.com'.",
            )


def schedule_with_role_that_scheduler_may_assume(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role."""
    if call.name != "scheduler.CreateSchedule":
        return
    role = call.parameters.get("Target", {}).get("RoleArn", "")
    if role and not trusts(call, account, role, "scheduler.amazonaws.com"):
        raise Refused(
            "ValidationException",
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        )


def function_with_role_that_lambda_may_assume(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html."""
    role = call.parameters.get("Role", "")
    if call.name in FUNCTIONS and role and not trusts(call, account, role, "lambda.amazonaws.com"):
        raise Refused(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        )


PASSES = {
    "lambda.CreateFunction": "lambda.amazonaws.com",
    "lambda.UpdateFunctionConfiguration": "lambda.amazonaws.com",
    "events.PutRule": "events.amazonaws.com",
    "events.PutTargets": "events.amazonaws.com",
    "scheduler.CreateSchedule": "scheduler.amazonaws.com",
}


def role_that_the_caller_may_pass(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html."""
    policies = account.policies_of(call.access_key)
    if call.name not in PASSES or policies is None:
        return
    targets = [call.parameters.get("Target", {}), *call.parameters.get("Targets", ())]
    roles = [call.parameters.get("Role"), call.parameters.get("RoleArn")]
    roles += [target.get("RoleArn") for target in targets]
    for role in filter(None, roles):
        context = {"iam:PassedToService": PASSES[call.name]}
        if not is_allowed(Request("iam:PassRole", role, context), policies):
            raise Refused(
                "AccessDeniedException",
                f"User is not authorized to perform: iam:PassRole on resource: {role}",
                403,
            )


def variables_of(call: Call) -> Mapping[str, str]:
    """Return the variables of a function that a call sets."""
    if call.name not in FUNCTIONS:
        return {}
    found: Mapping[str, str] = (call.parameters.get("Environment") or {}).get("Variables") or {}
    return found


def variables_in_four_kilobytes(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (all variables: 4 KB)."""
    del account
    size = sum(len(f"{name}{value}".encode()) for name, value in variables_of(call).items())
    if size > 4096:
        raise Refused(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you "
            f"have provided exceeded the 4KB limit. String measured: {size}",
        )


def variables_not_reserved(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (reserved variables)."""
    del account
    if reserved := sorted(RESERVED & variables_of(call).keys()):
        raise Refused(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )


def variables_with_valid_names(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html (pattern of keys)."""
    del account
    for name in variables_of(call):
        if not re.fullmatch(r"[a-zA-Z]([a-zA-Z0-9_])+", name):
            raise Refused("ValidationException", f"Member must satisfy regular expression pattern: {name}")


def package_in_fifty_megabytes(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (50 MB by direct upload)."""
    del account
    text = call.parameters.get("ZipFile") or (call.parameters.get("Code") or {}).get("ZipFile") or ""
    if call.name in FUNCTIONS and len(text) > ENCODED_FIFTY_MEGABYTES:
        raise Refused(
            "RequestEntityTooLargeException",
            "Request must be smaller than 69905067 bytes for the CreateFunction operation",
            413,
        )


def package_in_250_megabytes_unpacked(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (250 MB unpacked)."""
    code = call.parameters.get("Code") or call.parameters
    if call.name in FUNCTIONS and code.get("S3Key"):
        size = account.unpacked_bytes(str(code["S3Bucket"]), str(code["S3Key"]))
        if size > 250 * 1024 * 1024:
            raise Refused(
                "InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"
            )


def function_within_limits(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html."""
    del account
    if call.name not in FUNCTIONS:
        return
    found = call.parameters
    name = str(found.get("FunctionName", "")).rpartition(":")[2]
    is_wrong = (
        len(name) > 64
        or not 128 <= int(found.get("MemorySize", 128)) <= 10_240
        or not 1 <= int(found.get("Timeout", 3)) <= 900
    )
    if is_wrong:
        raise Refused("ValidationException", f"1 validation error detected: {name}")
    if found.get("Runtime", "python3.13") not in RUNTIMES:
        raise Refused(
            "InvalidParameterValueException",
            f"Value {found['Runtime']} at 'runtime' failed to satisfy constraint",
        )


def bucket_with_valid_name(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
    del account
    name = str(call.parameters.get("Bucket", ""))
    if call.name == "s3.CreateBucket" and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise Refused("InvalidBucketName", f"The specified bucket is not valid: {name}")


LONGEST_NAMES = {
    ("iam.CreateRole", "RoleName"): (64, r"[\w+=,.@-]+"),
    ("iam.CreatePolicy", "PolicyName"): (128, r"[\w+=,.@-]+"),
    ("events.PutRule", "Name"): (64, r"[.\-_A-Za-z0-9]+"),
    ("scheduler.CreateSchedule", "Name"): (64, r"[.\-_A-Za-z0-9]+"),
    ("sqs.CreateQueue", "QueueName"): (80, r"[A-Za-z0-9_-]+(\.fifo)?"),
    ("sns.CreateTopic", "TopicName"): (256, r"[A-Za-z0-9_-]+"),
    ("logs.CreateLogGroup", "logGroupName"): (512, r"[.\-_/#A-Za-z0-9]+"),
    ("wafv2.CreateWebACL", "Name"): (128, r"[\w-]+"),
    ("cloudfront.CreateOriginAccessControl", "Name"): (64, r".+"),
    ("cloudfront.CreateCachePolicy", "Name"): (128, r"[A-Za-z0-9_-]+"),
    ("budgets.CreateBudget", "BudgetName"): (100, r"[^:\\]+"),
    ("monitoring.PutMetricAlarm", "AlarmName"): (255, r".+"),
}


def name_within_limits(call: Call, account: Account) -> None:
    """The "Name" or "Length Constraints" of each operation in its service's API reference.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html,
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html and the like.
    """
    del account
    for (operation, key), (longest, pattern) in LONGEST_NAMES.items():
        name = call.parameters.get(key)
        if call.name == operation and name is not None:
            if len(str(name)) > longest:
                raise Refused(
                    "ValidationException",
                    f"Value '{name}' at '{key}' failed to satisfy constraint: Member must have length less "
                    f"than or equal to {longest}",
                )
            if not re.fullmatch(pattern, str(name)):
                raise Refused("ValidationException", f"Value '{name}' at '{key}' has invalid characters")


def rate_in_right_number(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html (rate)."""
    del account
    text = str(call.parameters.get("ScheduleExpression") or "")
    if call.service in {"events", "scheduler"} and text.startswith("rate("):
        singular = re.fullmatch(r"rate\(1 (minute|hour|day)\)", text)
        plural = re.fullmatch(r"rate\((?!1 )[1-9]\d* (minutes|hours|days)\)", text)
        if not singular and not plural:
            raise Refused("ValidationException", "Parameter ScheduleExpression is not valid.")


def targets_within_limits(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html and API_PutTargets."""
    del account
    targets = call.parameters.get("Targets", ()) if call.service == "events" else ()
    for target in targets:
        retry = target.get("RetryPolicy", {})
        if not 60 <= int(retry.get("MaximumEventAgeInSeconds", 86_400)) <= 86_400:
            raise Refused("ValidationException", "MaximumEventAgeInSeconds must be between 60 and 86400")
        if not 0 <= int(retry.get("MaximumRetryAttempts", 185)) <= 185:
            raise Refused("ValidationException", "MaximumRetryAttempts must be between 0 and 185")
        if len(target.get("Input", "")) > 8192:
            raise Refused("ValidationException", "Member must have length less than or equal to 8192")


def parameter_within_its_tier(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html."""
    del account
    if call.name != "ssm.PutParameter":
        return
    size = len(str(call.parameters.get("Value", "")).encode())
    tier = call.parameters.get("Tier", "Standard")
    if tier == "Standard" and size > 4096:
        raise Refused(
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a "
            "larger parameter value, upgrade the parameter to use the advanced-parameter tier.",
        )
    if size > 8192:
        raise Refused(
            "ValidationException",
            "Advanced tier parameters support a maximum parameter value of 8192 characters.",
        )


def log_group_not_there(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html."""
    if call.name != "logs.CreateLogGroup" or account.owns(call.stack, call.logical_id, call.region):
        return
    name = str(call.parameters["logGroupName"])
    if account.has_log_group(name, call.region):
        raise Refused("ResourceAlreadyExistsException", f"The specified log group already exists: {name}")


def name_not_taken_in_account(call: Call, account: Account) -> None:
    """Names without a region: one space in an account, whatever the region.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/APIReference/API_CreateCachePolicy.html and the like,
    https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html (scope CLOUDFRONT),
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-role.html,
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html ("All dashboards in
    your account are global, not region-specific").
    """
    if call.name not in GLOBAL_PER_ACCOUNT or not call.stack:
        return
    keys = ("Name", "BudgetName", "DashboardName", "RoleName", "PolicyName", "Bucket")
    name = next((str(call.parameters[key]) for key in keys if key in call.parameters), "")
    if not name:
        return
    owner = f"{call.region} {call.stack} {call.logical_id}"
    if account.names.setdefault((call.name, name), owner) != owner:
        raise Refused(GLOBAL_PER_ACCOUNT[call.name], f"{name} is there already, in another region or stack")


def firewall_of_cloudfront_in_virginia(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html (Scope)."""
    del account
    if (
        call.name == "wafv2.CreateWebACL"
        and call.parameters.get("Scope") == "CLOUDFRONT"
        and call.region != "us-east-1"
    ):
        raise Refused("WAFInvalidParameterException", "The scope is not valid., field: SCOPE_VALUE")


def mapping_within_limits(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html."""
    del account
    if call.name != "lambda.CreateEventSourceMapping":
        return
    batch = int(call.parameters.get("BatchSize", 10))
    if batch > 10 and not int(call.parameters.get("MaximumBatchingWindowInSeconds", 0)):
        raise Refused(
            "InvalidParameterValueException",
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        )
    most = (call.parameters.get("ScalingConfig") or {}).get("MaximumConcurrency", 2)
    if not 2 <= int(most) <= 1000:
        raise Refused("InvalidParameterValueException", "MaximumConcurrency must be between 2 and 1000")


def queue_within_limits(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html."""
    del account
    if call.name != "sqs.CreateQueue":
        return
    for key, least, most in (("VisibilityTimeout", 0, 43_200), ("MessageRetentionPeriod", 60, 1_209_600)):
        if not least <= int(call.parameters.get(key, 60)) <= most:
            raise Refused("InvalidAttributeValue", f"Invalid value for the parameter {key}.")


def alarm_within_limits(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (Period)."""
    del account
    if call.name != "monitoring.PutMetricAlarm":
        return
    period = int(call.parameters.get("Period", 60))
    whole = period * int(call.parameters.get("EvaluationPeriods", 1))
    longest = 604_800 if period >= 3600 else 86_400
    if period not in {10, 20, 30} and (period < 60 or period % 60):
        raise Refused("ValidationError", f"Period must be 10, 20, 30 or a multiple of 60: {period}")
    if whole > longest:
        raise Refused("ValidationError", f"Metrics cannot be checked across more than {longest} seconds")


def policies_within_their_size(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (without white space)."""
    del account
    if call.name == "iam.CreatePolicy" and _characters(call.parameters["PolicyDocument"]) > 6144:
        raise Refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409)
    if call.name == "iam.CreateRole":
        inline = sum(_characters(policy["PolicyDocument"]) for policy in call.parameters.get("Policies", ()))
        if inline > 10_240:
            raise Refused("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role", 409)
        if _characters(call.parameters["AssumeRolePolicyDocument"]) > 2048:
            raise Refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409)


def _characters(document: Any) -> int:
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\s", "", text))


def template_in_one_request(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""
    del account
    if call.service == "cloudformation" and len(call.parameters.get("TemplateBody", "").encode()) > 51_200:
        raise Refused(
            "ValidationError",
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
            "have length less than or equal to 51200",
        )


def payload_in_six_megabytes(call: Call, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (invocation payload)."""
    del account
    if call.name == "lambda.Invoke" and len(call.body) > 6 * 1024 * 1024:
        raise Refused(
            "RequestTooLargeException",
            "Request must be smaller than 6291456 bytes for the Invoke operation",
            413,
        )


def workers_leave_concurrency_for_pages(calls: Sequence[Call], account: Account) -> None:
    """All functions of an account and region share its concurrency: 10 in a new account.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (maximum concurrency) and
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html (throttled requests get 429).
    """
    taken = sum(
        int((call.parameters.get("ScalingConfig") or {}).get("MaximumConcurrency", account.concurrency))
        for call in calls
        if call.name == "lambda.CreateEventSourceMapping"
    )
    if taken and taken > account.concurrency - CONCURRENCY_OF_PAGES:
        raise Refused(
            "TooManyRequestsException",
            f"The mappings may take {taken} of the account's {account.concurrency}: Rate Exceeded for pages.",
            429,
        )


def named_roles_are_acknowledged(calls: Sequence[Call], account: Account) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html."""
    del account
    given = set(calls[0].parameters.get("Capabilities", ())) if calls else set()
    iam = [call for call in calls if call.service == "iam"]
    is_named = any({"RoleName", "PolicyName"} & call.parameters.keys() for call in iam)
    needed = "CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM"
    if iam and needed not in given and "CAPABILITY_NAMED_IAM" not in given:
        raise Refused("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")


TEMPLATE_RULES: tuple[Callable[[Sequence[Call], Account], None], ...] = (
    workers_leave_concurrency_for_pages,
    named_roles_are_acknowledged,
)
"""Rules for a template as a whole: its own call first, then those for its resources."""
RULES: tuple[Rule, ...] = (
    rule_with_role_that_events_may_assume,
    schedule_with_role_that_scheduler_may_assume,
    function_with_role_that_lambda_may_assume,
    role_that_the_caller_may_pass,
    variables_in_four_kilobytes,
    variables_not_reserved,
    variables_with_valid_names,
    package_in_fifty_megabytes,
    package_in_250_megabytes_unpacked,
    function_within_limits,
    bucket_with_valid_name,
    name_within_limits,
    rate_in_right_number,
    targets_within_limits,
    parameter_within_its_tier,
    log_group_not_there,
    name_not_taken_in_account,
    firewall_of_cloudfront_in_virginia,
    mapping_within_limits,
    queue_within_limits,
    alarm_within_limits,
    policies_within_their_size,
    template_in_one_request,
    payload_in_six_megabytes,
)
