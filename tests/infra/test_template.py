"""Settings of the template that keep photos safe, checked as data: emulators would not miss them."""

import pytest

from tests.templates import resources_of, template
from thumbworker.contract import correlation, items, keys

RESOURCES = template()["Resources"]
BUCKETS = resources_of("AWS::S3::Bucket")


def properties(name):
    return RESOURCES[name]["Properties"]


def statements(role):
    (policy,) = properties(role)["Policies"]
    # A statement that depends on a condition counts as if it were there.
    return [entry.get("Fn::If", [None, entry])[1] for entry in policy["PolicyDocument"]["Statement"]]


def actions(role):
    found = set()
    for statement in statements(role):
        action = statement["Action"]
        found.update([action] if isinstance(action, str) else action)
    return found


@pytest.mark.parametrize("name", ["OriginalsBucket", "RenditionsBucket"])
class TestBuckets:
    def test_bucket__is_retained(self, name):
        assert RESOURCES[name]["DeletionPolicy"] == "Retain"
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"

    def test_bucket__is_private(self, name):
        assert properties(name)["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert properties(name)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]

    def test_bucket__is_encrypted(self, name):
        (rule,) = properties(name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"

    def test_bucket__is_unversioned(self, name):
        # A purged photo must be gone, not hidden.
        assert "VersioningConfiguration" not in properties(name)

    def test_bucket__refuses_plain_http_by_default(self, name):
        policy = RESOURCES[f"{name}Policy"]
        *_, statement = policy["Properties"]["PolicyDocument"]["Statement"]
        if "Condition" not in policy:
            condition, statement, otherwise = statement["Fn::If"]
            assert (condition, otherwise) == ("TlsRequired", {"Ref": "AWS::NoValue"})
        else:
            assert policy["Condition"] == "TlsRequired"
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_bucket__aborts_open_multipart_uploads(self, name):
        rules = properties(name)["LifecycleConfiguration"]["Rules"]
        assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]

    def test_bucket__allows_only_the_origin_of_the_site(self, name):
        condition, granted, otherwise = properties(name)["CorsConfiguration"]["Fn::If"]
        assert condition == "HasSiteOrigin"
        assert [rule["AllowedOrigins"] for rule in granted["CorsRules"]] == [[{"Ref": "SiteOrigin"}]]
        assert otherwise == {"Ref": "AWS::NoValue"}


def test_template__has_two_buckets():
    assert set(BUCKETS) == {"OriginalsBucket", "RenditionsBucket"}


def test_template__requires_tls_by_default():
    assert template()["Parameters"]["RequireTls"]["Default"] == "true"
    assert template()["Conditions"]["TlsRequired"] == {"Fn::Equals": [{"Ref": "RequireTls"}, "true"]}


def test_originals__have_no_expiry_rule():
    rules = properties("OriginalsBucket")["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {keys.NUDGES_PREFIX: 1, keys.IMPORTS_PREFIX: 7}


def test_renditions__are_read_in_parts():
    _, granted, _ = properties("RenditionsBucket")["CorsConfiguration"]["Fn::If"]
    (rule,) = granted["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedHeaders"]) == (["GET"], ["range"])


def test_originals__allow_only_the_signed_headers():
    _, granted, _ = properties("OriginalsBucket")["CorsConfiguration"]["Fn::If"]
    (rule,) = granted["CorsRules"]
    assert sorted(rule["AllowedHeaders"]) == [
        "content-type",
        "if-none-match",
        "range",
        "x-amz-checksum-sha256",
        f"x-amz-meta-{correlation.METADATA}",
        f"x-amz-meta-{keys.OWNER_METADATA}",
    ]
    assert sorted(rule["AllowedMethods"]) == ["GET", "PUT"]


def test_originals__notify_the_queue_of_each_prefix():
    queues = {
        (entry["Queue"]["Fn::GetAtt"][0], entry["Event"], rule["Value"])
        for entry in properties("OriginalsBucket")["NotificationConfiguration"]["QueueConfigurations"]
        for rule in entry["Filter"]["S3Key"]["Rules"]
    }
    assert queues == {
        ("ThumbnailsQueue", "s3:ObjectCreated:*", keys.ORIGINALS_PREFIX),
        ("ThumbnailsQueue", "s3:ObjectRemoved:*", keys.ORIGINALS_PREFIX),
        ("ThumbnailsQueue", "s3:ObjectCreated:*", keys.NUDGES_PREFIX),
        ("ImportsQueue", "s3:ObjectCreated:*", keys.IMPORTS_PREFIX),
    }


def test_queue__hides_messages_longer_than_the_worker_runs():
    timeout = properties("WorkerFunction")["Timeout"]
    assert properties("ThumbnailsQueue")["VisibilityTimeout"] >= 6 * timeout


def test_quiet_time__exceeds_all_receives_of_a_message():
    from gallery.processing.looks import QUIET_TIME  # noqa: PLC0415  # needs Django's registry

    queue = properties("ThumbnailsQueue")
    assert QUIET_TIME.total_seconds() > queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]


def test_queue__receives_five_times_and_keeps_dead_letters():
    queue = properties("ThumbnailsQueue")
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["ThumbnailsDeadLetterQueue", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert queue["MessageRetentionPeriod"] == 4 * 86400
    assert properties("ThumbnailsDeadLetterQueue")["MessageRetentionPeriod"] == 14 * 86400


@pytest.mark.parametrize("name", ["ThumbnailsQueuePolicy", "ImportsQueuePolicy"])
def test_queue__accepts_messages_only_from_the_bucket(name):
    (statement, _) = properties(name)["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(f":s3:::{properties('OriginalsBucket')['BucketName']['Fn::Sub']}")
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_mapping__reports_failures_one_by_one():
    mapping = properties("WorkerMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    chosen = {"Fn::FindInMap": ["Batches", "AtOnce", {"Ref": "WorkerConcurrency"}]}
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Fn::If": ["OnOneMachine", 2, chosen]}
    assert mapping["Enabled"] == {"Fn::If": ["MappingEnabled", True, False]}


def test_mapping__concurrency_is_accepted_by_lambda():
    parameter = template()["Parameters"]["WorkerConcurrency"]
    choices = template()["Mappings"]["Batches"]["AtOnce"]
    assert parameter["Default"] == "10"
    assert list(choices) == parameter["AllowedValues"]
    assert all(int(name) == value and 2 <= value <= 1000 for name, value in choices.items())


def test_worker__has_no_reserved_concurrency():
    assert "ReservedConcurrentExecutions" not in properties("WorkerFunction")


def test_runtime__has_the_glibc_of_the_wheels():
    # Python 3.11 runs on Amazon Linux 2, whose glibc 2.26 is too old for them.
    assert "python3.11" not in template()["Parameters"]["WorkerRuntime"]["AllowedValues"]


def test_catalogue__has_the_key_of_the_contract():
    catalogue = properties("Catalogue")
    assert catalogue["KeySchema"] == [{"AttributeName": items.PARTITION_KEY, "KeyType": "HASH"}]
    # An index costs a write for each of its items. Lists and counts are the gallery's, from SQL.
    assert "GlobalSecondaryIndexes" not in catalogue
    assert catalogue["BillingMode"] == "PAY_PER_REQUEST"
    assert "PointInTimeRecoverySpecification" not in catalogue


def test_web_role__cannot_write_the_catalogue():
    dynamodb = {action for action in actions("WebRole") if action.startswith("dynamodb:")}
    assert dynamodb == {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"}


def test_web_role__cannot_change_functions():
    assert {action.split(":")[0] for action in actions("WebRole")} == {
        *("s3", "dynamodb", "sns", "sqs", "logs"),
        *("cloudfront", "secretsmanager"),
    }
    assert "cloudfront:CreateInvalidation" in actions("WebRole")


def test_web_role__receives_only_dead_letters():
    allowed = {
        action: statement["Resource"]
        for statement in statements("WebRole")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        if action.startswith("sqs:")
    }
    assert "sqs:SendMessage" not in allowed
    assert all(
        "Dead" in str(where) for action, where in allowed.items() if action != "sqs:GetQueueAttributes"
    )


def test_web_role__puts_only_originals_nudges_imports_and_the_mark_of_the_database():
    written = [
        statement["Resource"]["Fn::Sub"]
        for statement in statements("WebRole")
        if "s3:PutObject" in statement["Action"]
    ]
    assert sorted(written) == [
        "${OriginalsBucket.Arn}/imports/*",
        "${OriginalsBucket.Arn}/marks/*",
        "${OriginalsBucket.Arn}/nudges/*",
        "${OriginalsBucket.Arn}/originals/*",
    ]


def test_worker_role__cannot_put_originals():
    for statement in statements("WorkerRole"):
        if "Originals" in str(statement["Resource"]):
            assert statement["Action"] in {"s3:GetObject", "s3:ListBucket"}


def test_worker_role__writes_only_items_of_photos():
    (statement,) = [found for found in statements("WorkerRole") if "dynamodb:PutItem" in found["Action"]]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["photo#*"]}}
    assert "dynamodb:Scan" not in actions("WorkerRole") | actions("ImportsRole")


def test_roles__are_assumed_only_by_lambda_with_tls():
    for role in ("WorkerRole", "ImportsRole"):
        (worker,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert worker["Principal"] == {"Service": "lambda.amazonaws.com"}
    web, emulated = properties("WebRole")["AssumeRolePolicyDocument"]["Statement"]
    assert web["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert emulated["Fn::If"][:2] == ["TlsRequired", {"Ref": "AWS::NoValue"}]


def test_worker__has_its_environment_variables():
    variables = properties("WorkerFunction")["Environment"]["Variables"]
    assert set(variables) == {
        "ORIGINALS_BUCKET",
        "RENDITIONS_BUCKET",
        "CATALOGUE_TABLE",
        "PHOTO_EVENTS_TOPIC_ARN",
        "SITE_ORIGIN",
        "STAGE",
    }
    assert properties("ImportsFunction")["Environment"]["Variables"].keys() >= set(variables)
