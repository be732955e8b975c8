"""What keeps photos safe, asserted from the template as data: no emulator would notice its loss."""

import pytest

from tests.templates import resources_of, template
from thumbworker.contract import correlation, items, keys

RESOURCES = template()["Resources"]
BUCKETS = resources_of("AWS::S3::Bucket")


def properties(name):
    return RESOURCES[name]["Properties"]


def statements(role):
    (policy,) = properties(role)["Policies"]
    return policy["PolicyDocument"]["Statement"]


def actions(role):
    found = set()
    for statement in statements(role):
        action = statement["Action"]
        found.update([action] if isinstance(action, str) else action)
    return found


@pytest.mark.parametrize("name", ["OriginalsBucket", "RenditionsBucket"])
class TestBuckets:
    def test_it_is_kept_whatever_happens_to_the_stack(self, name):
        assert RESOURCES[name]["DeletionPolicy"] == "Retain"
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"

    def test_nothing_of_it_is_public(self, name):
        assert properties(name)["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert properties(name)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]

    def test_it_is_encrypted(self, name):
        (rule,) = properties(name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"

    def test_it_keeps_no_versions(self, name):
        # A purged photo must be gone, not hidden.
        assert "VersioningConfiguration" not in properties(name)

    def test_plain_http_is_refused_unless_switched_off(self, name):
        policy = RESOURCES[f"{name}Policy"]
        *_, statement = policy["Properties"]["PolicyDocument"]["Statement"]
        if "Condition" not in policy:
            condition, statement, otherwise = statement["Fn::If"]
            assert (condition, otherwise) == ("TlsRequired", {"Ref": "AWS::NoValue"})
        else:
            assert policy["Condition"] == "TlsRequired"
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_open_multiparts_end(self, name):
        rules = properties(name)["LifecycleConfiguration"]["Rules"]
        assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]

    def test_only_the_sites_origin_may_call_it_from_a_page(self, name):
        condition, granted, otherwise = properties(name)["CorsConfiguration"]["Fn::If"]
        assert condition == "HasSiteOrigin"
        assert [rule["AllowedOrigins"] for rule in granted["CorsRules"]] == [[{"Ref": "SiteOrigin"}]]
        assert otherwise == {"Ref": "AWS::NoValue"}


def test_there_are_only_the_two_buckets():
    assert set(BUCKETS) == {"OriginalsBucket", "RenditionsBucket"}


def test_tls_is_required_by_default():
    assert template()["Parameters"]["RequireTls"]["Default"] == "true"
    assert template()["Conditions"]["TlsRequired"] == {"Fn::Equals": [{"Ref": "RequireTls"}, "true"]}


def test_originals_never_expire_by_rule():
    rules = properties("OriginalsBucket")["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {keys.NUDGES_PREFIX: 1, keys.IMPORTS_PREFIX: 7}


def test_uploads_may_carry_the_signed_headers_only():
    _, granted, _ = properties("OriginalsBucket")["CorsConfiguration"]["Fn::If"]
    (rule,) = granted["CorsRules"]
    assert sorted(rule["AllowedHeaders"]) == [
        "content-type",
        "if-none-match",
        "x-amz-checksum-sha256",
        f"x-amz-meta-{correlation.METADATA}",
        f"x-amz-meta-{keys.OWNER_METADATA}",
    ]
    assert sorted(rule["AllowedMethods"]) == ["GET", "PUT"]


def test_each_prefix_reaches_its_queue():
    told = {
        (entry["Queue"]["Fn::GetAtt"][0], entry["Event"], rule["Value"])
        for entry in properties("OriginalsBucket")["NotificationConfiguration"]["QueueConfigurations"]
        for rule in entry["Filter"]["S3Key"]["Rules"]
    }
    assert told == {
        ("ThumbnailsQueue", "s3:ObjectCreated:*", keys.ORIGINALS_PREFIX),
        ("ThumbnailsQueue", "s3:ObjectRemoved:*", keys.ORIGINALS_PREFIX),
        ("ThumbnailsQueue", "s3:ObjectCreated:*", keys.NUDGES_PREFIX),
        ("ImportsQueue", "s3:ObjectCreated:*", keys.IMPORTS_PREFIX),
    }


def test_a_message_outlives_the_slowest_worker():
    timeout = properties("WorkerFunction")["Timeout"]
    assert properties("ThumbnailsQueue")["VisibilityTimeout"] >= 6 * timeout


def test_quiet_time_outlives_every_receive_of_a_message():
    from gallery.photos.sweep import QUIET_TIME  # noqa: PLC0415  # needs Django's registry

    queue = properties("ThumbnailsQueue")
    assert QUIET_TIME.total_seconds() > queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]


def test_a_message_is_tried_five_times_and_then_kept_for_two_weeks():
    queue = properties("ThumbnailsQueue")
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["ThumbnailsDeadLetterQueue", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert queue["MessageRetentionPeriod"] == 4 * 86400
    assert properties("ThumbnailsDeadLetterQueue")["MessageRetentionPeriod"] == 14 * 86400


@pytest.mark.parametrize("name", ["ThumbnailsQueuePolicy", "ImportsQueuePolicy"])
def test_only_s3_in_the_name_of_our_bucket_may_send(name):
    (statement, _) = properties(name)["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(f":s3:::{properties('OriginalsBucket')['BucketName']['Fn::Sub']}")
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_a_failed_photo_fails_alone():
    mapping = properties("WorkerMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    chosen = {"Fn::FindInMap": ["Batches", "AtOnce", {"Ref": "WorkerConcurrency"}]}
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Fn::If": ["OnOneMachine", 2, chosen]}
    assert mapping["Enabled"] == {"Fn::If": ["MappingEnabled", True, False]}


def test_the_workers_concurrency_is_a_number_that_lambda_takes():
    parameter = template()["Parameters"]["WorkerConcurrency"]
    choices = template()["Mappings"]["Batches"]["AtOnce"]
    assert parameter["Default"] == "10"
    assert list(choices) == parameter["AllowedValues"]
    assert all(int(name) == value and 2 <= value <= 1000 for name, value in choices.items())


def test_the_worker_is_never_throttled_by_reserved_concurrency():
    assert "ReservedConcurrentExecutions" not in properties("WorkerFunction")


def test_the_runtime_has_the_glibc_that_the_wheels_need():
    # Python 3.11 runs on Amazon Linux 2, whose glibc 2.26 is too old for them.
    assert "python3.11" not in template()["Parameters"]["WorkerRuntime"]["AllowedValues"]


def test_the_catalogue_is_keyed_as_the_contract_says():
    catalogue = properties("Catalogue")
    assert catalogue["KeySchema"] == [{"AttributeName": items.PARTITION_KEY, "KeyType": "HASH"}]
    (index,) = catalogue["GlobalSecondaryIndexes"]
    assert index["IndexName"] == items.ATTENTION_INDEX
    assert [key["AttributeName"] for key in index["KeySchema"]] == [items.ATTENTION_INDEX, "uploaded_at"]
    assert catalogue["BillingMode"] == "PAY_PER_REQUEST"
    assert "PointInTimeRecoverySpecification" not in catalogue


def test_the_web_never_writes_the_catalogue():
    dynamodb = {action for action in actions("WebRole") if action.startswith("dynamodb:")}
    assert dynamodb == {"dynamodb:GetItem", "dynamodb:BatchGetItem"}


def test_the_web_has_no_say_in_functions():
    assert {action.split(":")[0] for action in actions("WebRole")} == {"s3", "dynamodb", "sns", "sqs", "logs"}


def test_the_web_looks_at_queues_and_takes_only_dead_letters():
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


def test_the_web_writes_originals_nudges_and_wishes_only():
    written = [
        statement["Resource"]["Fn::Sub"]
        for statement in statements("WebRole")
        if "s3:PutObject" in statement["Action"]
    ]
    assert sorted(written) == [
        "${OriginalsBucket.Arn}/imports/*",
        "${OriginalsBucket.Arn}/nudges/*",
        "${OriginalsBucket.Arn}/originals/*",
    ]


def test_the_worker_never_writes_an_original():
    for statement in statements("WorkerRole"):
        if "Originals" in str(statement["Resource"]):
            assert statement["Action"] in {"s3:GetObject", "s3:ListBucket"}


def test_the_worker_writes_items_of_photos_only():
    (statement,) = [found for found in statements("WorkerRole") if "dynamodb:PutItem" in found["Action"]]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["photo#*"]}}
    assert "dynamodb:Scan" not in actions("WorkerRole") | actions("WebRole")


def test_nobody_but_lambda_takes_a_role_where_tls_is_required():
    for role in ("WorkerRole", "ImportsRole"):
        (worker,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert worker["Principal"] == {"Service": "lambda.amazonaws.com"}
    web, emulated = properties("WebRole")["AssumeRolePolicyDocument"]["Statement"]
    assert web["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert emulated["Fn::If"][:2] == ["TlsRequired", {"Ref": "AWS::NoValue"}]


def test_the_worker_gets_the_names_it_reads():
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
