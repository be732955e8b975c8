"""Applying a template when CloudFormation is slow, refuses or fails."""

from types import SimpleNamespace

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.waiter import NormalizedOperationMethod, Waiter

from infra.provision import Outputs, Parameters, provision, stack_request
from infra.stacks import StackError, apply

VALUES = {
    "OriginalsBucket": "o",
    "RenditionsBucket": "r",
    "ThumbnailsQueueUrl": "q",
    "ThumbnailsDeadLetterQueueUrl": "d",
    "CatalogueTable": "c",
    "PhotoEventsTopicArn": "t",
    "WebRoleArn": "web",
    "WorkerRoleArn": "worker",
    "WorkerFunctionName": "f",
    "WorkerMappingId": "m",
    "ImportsQueueUrl": "http://imports",
    "ImportsDeadLetterQueueUrl": "http://imports-dead",
    "ImportsFunctionName": "i",
}


class CloudFormation:
    """Scripted responses: each describe call returns the next status; the last one repeats."""

    def __init__(self, *, stack=(), change_set=("CREATE_COMPLETE",), reason=""):
        self.stack_statuses = list(stack)
        self.change_set_statuses = list(change_set)
        self.reason = reason
        self.asked = []

    def _next(self, statuses):
        return statuses.pop(0) if len(statuses) > 1 else statuses[0]

    def get_waiter(self, name):
        model = botocore.session.get_session().get_waiter_model("cloudformation")
        config = model.get_waiter(name.title().replace("_", ""))
        operation = NormalizedOperationMethod(getattr(self, xform_name(config.operation)))
        waiter = Waiter(name, config, operation)
        return SimpleNamespace(wait=lambda **asked: waiter.wait(**asked | {"WaiterConfig": {"Delay": 0}}))

    def create_change_set(self, **request):
        self.asked.append(("create", request["ChangeSetType"]))

    def execute_change_set(self, **request):
        self.asked.append(("execute", request["StackName"]))

    def delete_change_set(self, **request):
        self.asked.append(("delete", request["StackName"]))

    def delete_stack(self, **request):
        self.asked.append(("delete stack", request["StackName"]))

    def describe_change_set(self, **_request):
        return {"Status": self._next(self.change_set_statuses), "StatusReason": self.reason}

    def describe_stacks(self, **_request):
        status = self._next(self.stack_statuses)
        if status is None:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "Stack s does not exist"}}, "DescribeStacks"
            )
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in VALUES.items()]
        return {"Stacks": [{"StackStatus": status, "Outputs": outputs}]}

    def describe_stack_events(self, **_request):
        failed = [("Web", "canceled"), ("Queue", "there is one already")]
        return {
            "StackEvents": [
                {"LogicalResourceId": name, "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": reason}
                for name, reason in failed
            ]
        }


@pytest.fixture
def request_for_stack(tmp_path):
    return stack_request(Parameters("test", "", tmp_path / "worker.zip"), "bucket", "key")


def test_apply__creates_a_missing_stack(request_for_stack):
    cloudformation = CloudFormation(stack=[None, "CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
    made = apply(cloudformation, request_for_stack)
    assert made.changed
    assert Outputs.from_named(made.outputs) == Outputs(*VALUES.values())
    assert cloudformation.asked == [("create", "CREATE"), ("execute", "contactsheet-test")]


def test_apply__creates_a_stack_in_review(request_for_stack):
    cloudformation = CloudFormation(stack=["REVIEW_IN_PROGRESS", "CREATE_COMPLETE"])
    assert apply(cloudformation, request_for_stack).changed
    assert cloudformation.asked[0] == ("create", "CREATE")


def test_apply__no_changes(request_for_stack):
    cloudformation = CloudFormation(
        stack=["UPDATE_COMPLETE"],
        change_set=["CREATE_IN_PROGRESS", "FAILED"],
        reason="The submitted information didn't contain changes.",
    )
    assert not apply(cloudformation, request_for_stack).changed
    assert cloudformation.asked == [("create", "UPDATE"), ("delete", "contactsheet-test")]


def test_apply__shows_why_the_template_is_refused(request_for_stack):
    cloudformation = CloudFormation(stack=[None], change_set=["FAILED"], reason="Parameter Stage is odd")
    with pytest.raises(StackError, match="Parameter Stage is odd"):
        apply(cloudformation, request_for_stack)


def test_apply__names_the_first_resource_that_failed(request_for_stack):
    cloudformation = CloudFormation(stack=[None, "ROLLBACK_COMPLETE"])
    with pytest.raises(
        StackError, match="contactsheet-test is ROLLBACK_COMPLETE: Queue: there is one already"
    ):
        apply(cloudformation, request_for_stack)


def test_apply__waits_for_an_earlier_run_and_deletes_what_it_failed_to_create(request_for_stack):
    cloudformation = CloudFormation(
        stack=[
            *["ROLLBACK_IN_PROGRESS"] * 2,
            *["ROLLBACK_COMPLETE"] * 4,
            "DELETE_COMPLETE",
            "CREATE_COMPLETE",
        ]
    )
    said = []
    assert apply(cloudformation, request_for_stack, say=said.append).changed
    assert said == ["waiting for an earlier run", "deleting a stack whose creation failed"]
    assert cloudformation.asked[:2] == [("delete stack", "contactsheet-test"), ("create", "CREATE")]


def test_apply__waits_for_an_earlier_update_that_is_rolled_back(request_for_stack):
    cloudformation = CloudFormation(
        stack=[*["UPDATE_ROLLBACK_IN_PROGRESS"] * 2, *["UPDATE_ROLLBACK_COMPLETE"] * 3, "UPDATE_COMPLETE"]
    )
    assert apply(cloudformation, request_for_stack).changed
    assert cloudformation.asked[0] == ("create", "UPDATE")


def test_provision__raises_one_error_for_sdk_errors(tmp_path):
    class Refusing:
        def client(self, _service):
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "GetCallerIdentity")

    with pytest.raises(StackError, match="not you"):
        provision(Refusing(), Parameters("test", "", tmp_path / "worker.zip"))
