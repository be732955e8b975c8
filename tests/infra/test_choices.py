"""A stage keeps its choices: none is lost, a change is shown, and taking one back is explicit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from moto import mock_aws

from infra.commands import CommandError
from infra.deploy.__main__ import main
from infra.deploy.choices import CHOICES, CONCURRENCIES, PYTHONS, changed_lines, decide, documented
from infra.deploy.config import announce
from infra.deploy.kept_choices import KeptChoices
from infra.deploy.misspelled import refuse_unknown
from infra.deploy.options import Options
from infra.deploy.stage_secrets import GIVEN, StageSecrets
from infra.deploy.stages import Deployment
from infra.local.environment import CHOICES as LOCAL
from infra.worker_zip import PROJECT
from tests.templates import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGION = "eu-central-1"
OTHER = {
    "DATABASE_POOLED": "true",
    "DATABASE_PASSWORD_SECRET": "arn:aws:secretsmanager:eu-central-1:1:secret:rds!cluster-1",
    "DOMAIN_NAME": "photos.example.com",
    "CERTIFICATE_ARN": "arn:aws:acm:us-east-1:1:certificate/1",
    "PICTURES_DOMAIN_NAME": "pictures.example.com",
    "ACCESS_LOG_BUCKET": "logs.s3.amazonaws.com",
    "OPERATOR_EMAIL": "operator@example.com",
    "MONTHLY_BUDGET_DOLLARS": "0",
    "FIREWALL": "true",
    "WORKER_CONCURRENCY": "20",
    "LAYER": "true",
    "SWEEP_MINUTES": "15",
    "SCHEDULES": "off",
    "SECURITY_CONTACT": "mailto:security@example.com",
    "MODERATORS_MAY_DECIDE_OWN": "true",
    "STAFF_MFA": "false",
    "SIGN_UP": "closed",
    "DEFAULT_QUOTA_BYTES": "1000",
    "ALBUMS_PER_ACCOUNT": "10",
    "DEFAULT_FROM_EMAIL": "Photos <photos@example.com>",
    "LOG_LEVEL": "WARNING",
    "API_READS_PER_MINUTE": "1",
    "API_WRITES_PER_MINUTE": "2",
    "API_IMPORTS_PER_MINUTE": "3",
    "API_CORS_ORIGINS": "https://a.example,https://b.example:8443",
    "ADMIN_EMAIL": "admin@other.example",
    "VPC_SUBNET_IDS": "subnet-1,subnet-2",
    "VPC_SECURITY_GROUP_IDS": "sg-1",
    "LAMBDA_PYTHON": "3.14",
}
"""A value of each choice that is not its default."""
NAMES = [choice.name for choice in CHOICES]


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in (*NAMES, *GIVEN.values(), "MAKEFLAGS", "AWS_ENDPOINT_URL", "EMPTY_CHOICES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", REGION)
    with mock_aws():
        yield boto3.client("ssm", region_name=REGION)


class Account:
    """Only the clients that secrets and choices need."""

    def __init__(self, ssm: Any) -> None:
        self._clients = {"ssm": ssm}

    def client(self, service: str) -> Any:
        return self._clients[service]


def begin(ssm: Any, environment: Mapping[str, str]) -> tuple[Options, list[str]]:
    """Announce a deployment and run its first step."""
    said: list[str] = []
    options = Options.read("dev", environment, KeptChoices(ssm, "dev").read())
    deployment = Deployment(options, Account(ssm), said.append, environment)
    announce(deployment)
    deployment.ensure_secrets()
    return options, said


def test_table__has_another_value_of_each_choice() -> None:
    assert list(OTHER) == NAMES
    assert all(OTHER[choice.name] != choice.default for choice in CHOICES)


@pytest.mark.parametrize("name", NAMES)
def test_choice__is_kept_until_it_is_taken_back(ssm: Any, name: str) -> None:
    begin(ssm, OTHER)
    plain, said = begin(ssm, {})
    assert said == ["Choices: unchanged."]
    assert {found.choice.name: found.value for found in plain.decisions} == OTHER
    # Those that belong together are taken back together.
    together = {
        "DOMAIN_NAME": ("DOMAIN_NAME", "CERTIFICATE_ARN", "PICTURES_DOMAIN_NAME"),
        "CERTIFICATE_ARN": ("DOMAIN_NAME", "CERTIFICATE_ARN", "PICTURES_DOMAIN_NAME"),
        "VPC_SUBNET_IDS": ("VPC_SUBNET_IDS", "VPC_SECURITY_GROUP_IDS"),
        "VPC_SECURITY_GROUP_IDS": ("VPC_SUBNET_IDS", "VPC_SECURITY_GROUP_IDS"),
    }.get(name, (name,))
    default = next(choice.default for choice in CHOICES if choice.name == name)
    _, said = begin(ssm, {each: "default" if each == name else "" for each in together})
    assert f"  {name}: {OTHER[name]} → {default or 'none'}" in said
    assert len(said) == 1 + len(together)
    left = KeptChoices(ssm, "dev").read()
    assert left == {each: value for each, value in OTHER.items() if each not in together}


def test_setting__is_passed_on_only_if_chosen() -> None:
    assert Options.read("dev", {}).settings == {}
    settings = Options.read("dev", {"STAFF_MFA": "no"}, {"SIGN_UP": "closed"}).settings
    assert settings == {"STAFF_MFA": "false", "SIGN_UP": "closed"}
    assert "SIGN_UP" not in Options.read("dev", {"SIGN_UP": ""}, {"SIGN_UP": "closed"}).settings


@pytest.mark.parametrize("empty", ["", "default", "  "])
def test_empty_variable__takes_back(empty: str) -> None:
    (line,) = changed_lines(decide({"SIGN_UP": empty}, {"SIGN_UP": "closed"}))
    assert line == "SIGN_UP: closed → open"


def test_empty_variable__of_a_workflow_changes_nothing() -> None:
    empty = dict.fromkeys(NAMES, "") | {"EMPTY_CHOICES": "keep"}
    assert changed_lines(decide(empty, OTHER)) == []
    assert changed_lines(decide(empty | {"SIGN_UP": "default"}, OTHER)) == ["SIGN_UP: closed → open"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[(choice.name, "\N{SNOWMAN} \n") for choice in CHOICES if choice.name != "CERTIFICATE_ARN"],
        ("SIGN_UP", "close"),
        ("FIREWALL", "maybe"),
        ("WORKER_CONCURRENCY", "7"),
        ("LOG_LEVEL", "LOUD"),
        ("DOMAIN_NAME", "https://photos.example.com"),
        ("DOMAIN_NAME", "Photos.Example.com"),
        ("API_CORS_ORIGINS", "https://a.example/path"),
        ("API_CORS_ORIGINS", ","),
        ("API_READS_PER_MINUTE", "0"),
        ("MONTHLY_BUDGET_DOLLARS", "-1"),
        ("MONTHLY_BUDGET_DOLLARS", "1.5"),
        ("DEFAULT_QUOTA_BYTES", "5 GB"),
        ("DEFAULT_QUOTA_BYTES", "٣"),
        ("OPERATOR_EMAIL", "operator"),
        ("SECURITY_CONTACT", "security@example.com"),
        ("LAMBDA_PYTHON", "2.7"),
        ("VPC_SUBNET_IDS", "sg-1"),
    ],
)
def test_invalid_value__stops_before_anything_is_done(ssm: Any, name: str, text: str) -> None:
    with pytest.raises(CommandError, match=rf"{name}=.*Nothing was done"):
        begin(ssm, {name: text})
    assert ssm.describe_parameters()["Parameters"] == []


def test_pairs__are_refused_apart(ssm: Any) -> None:
    for given in (
        {"VPC_SUBNET_IDS": "subnet-1"},
        {"VPC_SECURITY_GROUP_IDS": "sg-1"},
        {"CERTIFICATE_ARN": "arn"},
    ):
        with pytest.raises(CommandError, match="or neither"):
            begin(ssm, given)
    begin(ssm, {"DOMAIN_NAME": "photos.example.com", "CERTIFICATE_ARN": "arn"})
    with pytest.raises(CommandError, match="or neither"):
        begin(ssm, {"DOMAIN_NAME": ""})


def test_kept_choices__of_a_newer_version_stay(ssm: Any) -> None:
    KeptChoices(ssm, "dev").keep({"FROM_TOMORROW": "yes"}, frozenset())
    begin(ssm, {"SIGN_UP": "closed"})
    begin(ssm, {"SIGN_UP": ""})
    assert KeptChoices(ssm, "dev").read() == {"FROM_TOMORROW": "yes"}


def test_kept_choices__are_of_one_stage(ssm: Any) -> None:
    begin(ssm, {"SIGN_UP": "closed"})
    assert KeptChoices(ssm, "other").read() == {}
    KeptChoices(ssm, "other").forget()
    assert KeptChoices(ssm, "dev").read() == {"SIGN_UP": "closed"}
    KeptChoices(ssm, "dev").forget()
    assert KeptChoices(ssm, "dev").read() == {}


def test_kept_choices__may_be_long_but_not_too_long(ssm: Any) -> None:
    origins = ",".join(f"https://{number}.example" for number in range(300))
    begin(ssm, {"API_CORS_ORIGINS": origins})
    assert KeptChoices(ssm, "dev").read() == {"API_CORS_ORIGINS": origins}
    with pytest.raises(CommandError, match="8,192"):
        begin(ssm, {"API_CORS_ORIGINS": ",".join([origins] * 2)})


def test_kept_choices__changed_by_hand_say_so(ssm: Any) -> None:
    for text in ("open", "[]"):
        ssm.put_parameter(Name="/contactsheet/dev/choices", Value=text, Type="String", Overwrite=True)
        with pytest.raises(CommandError, match="/contactsheet/dev/choices in SSM holds no choices"):
            KeptChoices(ssm, "dev").read()


def test_secrets__are_kept_shown_without_value_and_taken_back(ssm: Any) -> None:
    given = {"DATABASE_URL": "postgresql://one", "EMAIL_URL": "smtp://hush", "DATABASE_CERTIFICATES": "PEM"}
    _, said = begin(ssm, given)
    assert said[1:] == [f"  {name}: none → another" for name in given]
    assert begin(ssm, {})[1] == ["Choices: unchanged."]
    _, said = begin(ssm, {"EMAIL_URL": "default", "DATABASE_CERTIFICATES": ""})
    assert said[1:] == ["  EMAIL_URL: kept → none", "  DATABASE_CERTIFICATES: kept → none"]
    secrets = StageSecrets(ssm, "dev")
    assert [secrets.read(name) for name in GIVEN] == ["postgresql://one", "", ""]
    with pytest.raises(CommandError, match="DATABASE_URL can't be taken back"):
        begin(ssm, {"DATABASE_URL": ""})
    begin(ssm, {"DATABASE_URL": "", "EMPTY_CHOICES": "keep"})
    assert secrets.read("database-url") == "postgresql://one"


def test_config__prints_each_choice_and_where_it_came_from(
    ssm: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(ssm, {"SIGN_UP": "closed", "DATABASE_URL": "postgresql://hush"})
    monkeypatch.setenv("LAYER", "true")
    assert main(["config", "dev"]) == 0
    said = capsys.readouterr().out
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in said.splitlines()[1:]}
    assert list(rows) == [*NAMES, *GIVEN.values()]
    assert rows["SIGN_UP"] == "closed kept"
    assert rows["LAYER"] == "true given now, was false"
    assert rows["SWEEP_MINUTES"] == "5 default"
    assert rows["DATABASE_URL"] == "(secret) kept"
    assert "hush" not in said
    assert KeptChoices(ssm, "dev").read() == {"SIGN_UP": "closed"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SIGNUP", "SIGN_UP"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("STAFF_MFAA", "STAFF_MFA"),
        ("DATABASE_URI", "DATABASE_URL"),
    ],
)
def test_misspelled_name__is_pointed_out(
    ssm: Any, name: str, meant: str, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setenv(name, "closed")
    main(["config", "dev"])
    assert f"{name} is no choice and was ignored. Did you mean {meant}?" in capsys.readouterr().out
    monkeypatch.setenv("MAKEFLAGS", f"s -- {name}=closed STAGE=dev")
    assert main(["deploy", "dev"]) == 1
    assert f"{name} is no choice. Did you mean {meant}? Nothing was done." in capsys.readouterr().out
    assert ssm.describe_parameters()["Parameters"] == []


def test_command_line__takes_choices_and_make_variables_only() -> None:
    given = " ".join(
        f"{name}=x" for name in (*NAMES, *GIVEN.values(), "STAGE", "YES", "AWS_REGION", "PYTHON")
    )
    assert refuse_unknown({"MAKEFLAGS": f"w -- {given}", "HOSTNAME": "x", "PATH": "x", "LOGNAME": "x"}) == []
    assert refuse_unknown({"MAKEFLAGS": r"-- STAGE=dev DEFAULT_FROM_EMAIL=A\ BC=D\ <a@b.c>"}) == []
    with pytest.raises(CommandError, match=r"COLOR is no choice\. Nothing"):
        refuse_unknown({"MAKEFLAGS": " -- COLOR=red"})


def test_documentation__has_the_table() -> None:
    assert documented() in (PROJECT / "docs" / "deploy.md").read_text()


def test_workflow__hands_over_every_choice() -> None:
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "deploy.yaml").read_text())
    (environment,) = [
        step["env"] for step in workflow["jobs"]["deploy"]["steps"] if "make deploy" in step.get("run", "")
    ]
    del environment["STAGE"]
    assert environment == {
        "EMPTY_CHOICES": "keep",
        **{name: f"${{{{ secrets.{name} }}}}" for name in GIVEN.values()},
        **{name: f"${{{{ vars.{name} }}}}" for name in NAMES},
    }


def test_defaults__are_those_of_a_local_run() -> None:
    default = {choice.name: choice.default for choice in CHOICES}
    same = [name for name in LOCAL if name.startswith("API_") or name == "DEFAULT_QUOTA_BYTES"]
    assert len(same) == 4
    assert [LOCAL[name] for name in same] == [default[name] for name in same]


def test_values__are_those_of_the_template() -> None:
    parameters = load("template")["Parameters"]
    assert list(CONCURRENCIES) == parameters["WorkerConcurrency"]["AllowedValues"]
    assert [f"python{version}" for version in PYTHONS] == parameters["WorkerRuntime"]["AllowedValues"]
