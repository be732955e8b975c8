"""What the import worker may and may not, asserted from the template as data."""

from tests.infra.test_template import properties, statements
from tests.templates import template
from thumbworker.contract.imports import EXPIRES_ATTRIBUTE, MAX_TRIES


def test_a_message_outlives_the_slowest_import():
    assert properties("ImportsQueue")["VisibilityTimeout"] >= 6 * properties("ImportsFunction")["Timeout"]


def test_a_message_is_tried_as_often_as_the_worker_counts_and_then_kept():
    assert properties("ImportsQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["ImportsDeadLetterQueue", "Arn"]},
        "maxReceiveCount": MAX_TRIES,
    }
    assert properties("ImportsDeadLetterQueue")["MessageRetentionPeriod"] == 14 * 86400


def test_a_failed_import_fails_alone():
    mapping = properties("ImportsMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Fn::If": ["OnOneMachine", 2, 5]}
    assert "ReservedConcurrentExecutions" not in properties("ImportsFunction")


def test_the_import_worker_reads_no_original_and_deletes_nothing():
    allowed = {
        action: statement["Resource"]
        for statement in statements("ImportsRole")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert allowed["s3:GetObject"] == {"Fn::Sub": "${OriginalsBucket.Arn}/imports/*"}
    assert allowed["s3:PutObject"] == {"Fn::Sub": "${OriginalsBucket.Arn}/originals/*"}
    assert "s3:DeleteObject" not in allowed
    assert {action for action in allowed if action.startswith("dynamodb:")} == {"dynamodb:UpdateItem"}


def test_the_import_worker_writes_items_of_imports_only():
    (statement,) = [found for found in statements("ImportsRole") if "dynamodb:UpdateItem" in found["Action"]]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["import#*"]}}


def test_items_of_imports_expire():
    assert properties("Catalogue")["TimeToLiveSpecification"] == {
        "AttributeName": EXPIRES_ATTRIBUTE,
        "Enabled": True,
    }


def test_no_loopback_port_is_open_by_default():
    assert template()["Parameters"]["ImportLoopbackPort"]["Default"] == ""
    variables = properties("ImportsFunction")["Environment"]["Variables"]
    assert variables["IMPORT_LOOPBACK_PORT"]["Fn::If"] == [
        "HasImportLoopbackPort",
        {"Ref": "ImportLoopbackPort"},
        {"Ref": "AWS::NoValue"},
    ]
