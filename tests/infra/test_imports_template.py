"""Permissions and limits of the import worker in the template."""

from tests.infra.test_template import properties, statements
from tests.templates import template
from thumbworker.contract.imports import EXPIRES_ATTRIBUTE, MAX_TRIES


def test_imports_queue__hides_messages_longer_than_an_import_takes():
    assert properties("ImportsQueue")["VisibilityTimeout"] >= 6 * properties("ImportsFunction")["Timeout"]


def test_imports_queue__receives_match_the_worker():
    assert properties("ImportsQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["ImportsDeadLetterQueue", "Arn"]},
        "maxReceiveCount": MAX_TRIES,
    }
    assert properties("ImportsDeadLetterQueue")["MessageRetentionPeriod"] == 14 * 86400


def test_imports_mapping__reports_failures_one_by_one():
    mapping = properties("ImportsMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Fn::If": ["FewAtOnce", 2, 5]}
    assert "ReservedConcurrentExecutions" not in properties("ImportsFunction")


def test_import_role__cannot_read_originals_or_delete():
    allowed = {
        action: statement["Resource"]
        for statement in statements("ImportsRole")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert allowed["s3:GetObject"] == {"Fn::Sub": "${OriginalsBucket.Arn}/imports/*"}
    assert allowed["s3:PutObject"] == {"Fn::Sub": "${OriginalsBucket.Arn}/originals/*"}
    assert "s3:DeleteObject" not in allowed
    assert {action for action in allowed if action.startswith("dynamodb:")} == {"dynamodb:UpdateItem"}


def test_import_role__writes_only_items_of_imports():
    (statement,) = [found for found in statements("ImportsRole") if "dynamodb:UpdateItem" in found["Action"]]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["import#*"]}}


def test_import_items__expire():
    assert properties("Catalogue")["TimeToLiveSpecification"] == {
        "AttributeName": EXPIRES_ATTRIBUTE,
        "Enabled": True,
    }


def test_loopback_port__is_closed_by_default():
    assert template()["Parameters"]["ImportLoopbackPort"]["Default"] == ""
    variables = properties("ImportsFunction")["Environment"]["Variables"]
    assert variables["IMPORT_LOOPBACK_PORT"]["Fn::If"] == [
        "HasImportLoopbackPort",
        {"Ref": "ImportLoopbackPort"},
        {"Ref": "AWS::NoValue"},
    ]
