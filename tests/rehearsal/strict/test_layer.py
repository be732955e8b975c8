"""The project's templates pass the layer in two regions, and what was mended is refused without its mend."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra import ports
from infra.deploy.stages import TEMPLATES
from tests.rehearsal.strict.account import Given
from tests.rehearsal.strict.calls import Call, read, unflatten
from tests.rehearsal.strict.layer import Layer
from tests.rehearsal.strict.proxy import in_front_of
from tests.rehearsal.strict.refusals import Refused
from tests.rehearsal.strict.test_rules import ROLE, trust

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE, THERE, VIRGINIA = "eu-central-1", "us-east-2", "us-east-1"
DEPLOYED = ("template", "site", "schedules", "watch")
CHOSEN = {
    "template": {"WorkerConcurrency": "2"},
    "watch": {"OperatorEmail": "operator@example.com", "GatewayId": "g", "SiteDistributionId": "E1"},
    "site": {"RenditionsBucket": "b", "GatewayDomain": "d", "GatewayPath": "/p", "OriginSecret": "s" * 32},
}


def change_set(
    name: str,
    region: str = HERE,
    edit: tuple[str, str] | None = None,
    capability: str = "NAMED_IAM",
    **given: str,
) -> Call:
    """Return the call that applies one of the project's templates, with one piece of its text replaced."""
    text = (TEMPLATES / f"{name}.yaml").read_text()
    if edit:
        assert edit[0] in text
        text = text.replace(*edit)
    values = {"Stage": "dev", **CHOSEN.get(name, {}), **given}
    parameters = {
        "StackName": f"contactsheet-dev-{name}",
        "TemplateBody": text,
        "Capabilities": [f"CAPABILITY_{capability}"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
    }
    return Call("cloudformation", "CreateChangeSet", parameters, region)


def deploy(layer: Layer, region: str) -> None:
    for name in DEPLOYED:
        layer.weigh(change_set(name, region))
    layer.weigh(change_set("firewall", VIRGINIA, StageRegion=region))
    layer.weigh(change_set("deployer", region, Repository="octocat/gallery"))


def test_stage__may_be_in_two_regions_and_be_applied_again() -> None:
    layer = Layer(Given())
    for region in (HERE, THERE, HERE):
        deploy(layer, region)
    assert layer.refused == []


def named(name: str) -> str:
    return f'!Sub "contactsheet-${{Stage}}-${{AWS::Region}}-{name}"'


@pytest.mark.parametrize(
    ("template", "edit", "code"),
    [
        ("site", (named("pages"), '!Sub "contactsheet-${Stage}-pages"'), "CachePolicyAlreadyExists"),
        (
            "site",
            (named("static"), '!Sub "contactsheet-${Stage}-static"'),
            "ResponseHeadersPolicyAlreadyExists",
        ),
        (
            "site",
            ('Name: !Sub "contactsheet-${Stage}-${AWS::Region}"', "Name: contactsheet"),
            "OriginAccessControlAlreadyExists",
        ),
        (
            "watch",
            ('BudgetName: !Sub "contactsheet-${Stage}-${AWS::Region}"', "BudgetName: b"),
            "DuplicateRecord",
        ),
        (
            "watch",
            ('DashboardName: !Sub "contactsheet-${Stage}-${AWS::Region}"', "DashboardName: d"),
            "InvalidParameterInput",
        ),
        (
            "deployer",
            ('RoleName: !Sub "deploys-contactsheet-${Stage}-${AWS::Region}"', "RoleName: deploys"),
            "EntityAlreadyExists",
        ),
    ],
)
def test_name__without_its_region_is_refused_in_the_second(
    template: str, edit: tuple[str, str], code: str
) -> None:
    layer = Layer(Given())
    given = {"Repository": "octocat/gallery"} if template == "deployer" else {}
    layer.weigh(change_set(template, HERE, edit, **given))
    with pytest.raises(Refused, match=code):
        layer.weigh(change_set(template, THERE, edit, **given))
    layer.weigh(Call("cloudformation", "DeleteStack", {"StackName": f"contactsheet-dev-{template}"}, HERE))
    layer.weigh(change_set(template, THERE, edit, **given))


def test_firewalls__of_two_regions_need_two_names() -> None:
    layer = Layer(Given())
    layer.weigh(change_set("firewall", VIRGINIA, StageRegion=HERE))
    other = change_set("firewall", VIRGINIA, StageRegion=HERE)
    renamed = {**other.parameters, "StackName": "contactsheet-dev-firewall-other"}
    with pytest.raises(Refused, match="WAFDuplicateItemException"):
        layer.weigh(Call("cloudformation", "CreateChangeSet", renamed, VIRGINIA))
    with pytest.raises(Refused, match="WAFInvalidParameterException"):
        layer.weigh(change_set("firewall", HERE, StageRegion=THERE))


WITH_ROLE = ("      State: !Ref State\n", f"      State: !Ref State\n      RoleArn: {ROLE}\n")


@pytest.mark.parametrize(
    ("call", "account", "said"),
    [
        (change_set("template", WorkerConcurrency="10"), Given(), "TooManyRequestsException"),
        (change_set("template", capability="OTHER"), Given(), "InsufficientCapabilities"),
        (
            change_set("template"),
            Given(log_groups={"/aws/lambda/contactsheet-dev-imports"}),
            "ImportsLogGroup: ResourceAlreadyExistsException",
        ),
        (
            change_set("schedules", HERE, WITH_ROLE),
            Given(trusts={ROLE: trust("lambda.amazonaws.com")}),
            r"Sweep: ValidationException: .*events\.amazonaws\.com",
        ),
        (
            change_set("schedules", HERE, ("rate(1 minute)", "rate(1 minutes)"), Minutes="1"),
            Given(),
            "ScheduleExpression is not valid",
        ),
        (change_set("template", Stage="s" * 14), Given(), "InvalidBucketName"),
        (change_set("watch", SweepGoneSeconds="1801"), Given(), "multiple of 60"),
    ],
)
def test_template__without_its_mend_is_refused(call: Call, account: Given, said: str) -> None:
    layer = Layer(account)
    with pytest.raises(Refused, match=said):
        layer.weigh(call)
    assert len(layer.refused) == 1


class _Emulator(http.server.BaseHTTPRequestHandler):
    """Notes what arrives, and answers each service in its protocol."""

    protocol_version = "HTTP/1.1"
    arrived: list[bytes]

    def do_POST(self) -> None:
        self.arrived.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        text = "<R><CreateChangeSetResult><Id>arn</Id><StackId>arn</StackId></CreateChangeSetResult></R>"
        if "account-settings" in self.path:
            limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
            text = json.dumps({"AccountLimit": limits, "AccountUsage": {}})
        elif "json" in self.headers.get("Content-Type", ""):
            text = "{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(layer: Layer) -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of the layer in front of an emulator, and what arrives there."""
    arrived: list[bytes] = []
    handler = type("Emulator", (_Emulator,), {"arrived": arrived})
    with http.server.ThreadingHTTPServer((ports.LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with in_front_of(
                f"http://{ports.LOOPBACK}:{server.server_port}", layer, {"KEY": "secret"}
            ) as url:
                yield url, arrived
        finally:
            server.shutdown()
            thread.join()


def client(service: str, url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=HERE,
        aws_access_key_id="KEY",
        aws_secret_access_key="secret",
        config=config,
    )


@pytest.mark.parametrize(
    ("service", "operation", "given", "code"),
    [
        ("events", "put_rule", {"Name": "r", "ScheduleExpression": "rate(1 minutes)"}, "ValidationException"),
        (
            "lambda",
            "update_function_configuration",
            {"FunctionName": "f", "Environment": {"Variables": {"AWS_REGION": "x"}}},
            "InvalidParameterValueException",
        ),
        ("s3", "create_bucket", {"Bucket": "b.." * 22}, "InvalidBucketName"),
        (
            "iam",
            "create_role",
            {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"},
            "ValidationException",
        ),
    ],
)
def test_refusal__reaches_the_client_as_of_aws(
    service: str, operation: str, given: dict[str, Any], code: str
) -> None:
    with served(Layer(Given())) as (url, arrived):
        made = client(service, url)
        with pytest.raises(ClientError) as found:
            getattr(made, operation)(**given)
    assert found.value.response["Error"]["Code"] == code
    assert arrived == []


def test_other_calls__reach_the_emulator_and_the_account_is_a_new_one() -> None:
    with served(Layer(Given())) as (url, arrived):
        client("events", url).put_rule(Name="r", ScheduleExpression="rate(1 minute)")
        limits = client("lambda", url).get_account_settings()["AccountLimit"]
    assert json.loads(arrived[0]) == {"Name": "r", "ScheduleExpression": "rate(1 minute)"}
    assert limits["UnreservedConcurrentExecutions"] == 10


def test_budget__is_a_log_group_for_the_emulator() -> None:
    call = change_set("watch")
    with served(Layer(Given())) as (url, arrived):
        client("cloudformation", url).create_change_set(ChangeSetName="a", **call.parameters)
    (body,) = arrived
    sent = json.loads(dict(parse_qsl(body.decode()))["TemplateBody"])
    assert sent["Resources"]["Budget"]["Type"] == "AWS::Logs::LogGroup"
    assert "AWS::Budgets::Budget" not in json.dumps(sent)
    assert sent["Outputs"]["BudgetName"]["Value"] == {"Ref": "Budget"}


def test_query__is_read_as_it_was_given() -> None:
    fields = {
        "Parameters.member.1.ParameterKey": "a",
        "Parameters.member.2.ParameterKey": "b",
        "StackName": "s",
    }
    assert unflatten(fields) == {
        "Parameters": [{"ParameterKey": "a"}, {"ParameterKey": "b"}],
        "StackName": "s",
    }


def test_request__without_a_signature_is_no_call() -> None:
    assert read("GET", "/photos/", {}, b"") is None
