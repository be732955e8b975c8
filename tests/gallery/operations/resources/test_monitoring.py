"""Doctor checks the subscribers of alarms, the budget and the topic's policy."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from gallery.operations.diagnosis import line
from gallery.operations.resources import Names, monitoring, table_and_topic
from gallery.operations.resources.inspection import inspect
from tests.stage import REGION, SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from gallery.operations.diagnosis import Finding
    from tests.aws import EnforcedAws

ACCOUNT = "123456789012"
STAGE = "heard"
TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.fixture
def clients() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session(region_name=REGION)


def names_of(topic_arn: str = f"arn:aws:sns:{REGION}:{ACCOUNT}:news") -> Names:
    return Names(STAGE, SITE_ORIGIN, "", "", "", topic_arn, (), web_function="web")


def found(part: ModuleType, clients: boto3.Session | EnforcedAws, names: Names, title: str) -> Finding:
    checks = dict(part.checks(clients, names))
    return inspect(title, checks[title])


class TestSubscribers:
    @pytest.fixture
    def names(self, embedded_aws: EnforcedAws) -> Iterator[Names]:
        sns = embedded_aws.client("sns")
        arn = sns.create_topic(Name="contactsheet-heard-operator")["TopicArn"]
        yield replace(names_of(), operator_topic_arn=arn)
        sns.delete_topic(TopicArn=arn)

    @pytest.mark.embedded
    def test_subscribers__none_is_a_note_with_advice(self, embedded_aws: EnforcedAws, names: Names) -> None:
        finding = found(monitoring, embedded_aws, names, "alarm subscribers")
        assert line(finding).startswith("note alarm subscribers: none.")
        assert "OPERATOR_EMAIL" in finding.advice

    @pytest.mark.embedded
    def test_subscribers__unconfirmed_address_is_a_problem(
        self, embedded_aws: EnforcedAws, names: Names
    ) -> None:
        embedded_aws.client("sns").subscribe(
            TopicArn=names.operator_topic_arn, Protocol="http", Endpoint="http://127.0.0.1:9/nowhere"
        )
        finding = found(monitoring, embedded_aws, names, "alarm subscribers")
        assert not finding.is_well
        assert "open it to confirm" in finding.advice

    @pytest.mark.embedded
    def test_subscribers__confirmed_is_ok(self, embedded_aws: EnforcedAws, names: Names) -> None:
        queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:anything"
        embedded_aws.client("sns").subscribe(
            TopicArn=names.operator_topic_arn, Protocol="sqs", Endpoint=queue_arn
        )
        assert line(found(monitoring, embedded_aws, names, "alarm subscribers")) == "ok   alarm subscribers"


class TestBudget:
    @pytest.fixture
    def budgeted(self, clients: boto3.Session) -> Names:
        budget = {
            "BudgetName": "contactsheet-heard",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "20", "Unit": "USD"},
        }
        clients.client("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)
        return replace(names_of(), budget="contactsheet-heard")

    def test_budget__present_is_ok(self, clients: boto3.Session, budgeted: Names) -> None:
        assert line(found(monitoring, clients, budgeted, "budget")) == "ok   budget"

    def test_budget__removed_is_a_problem(self, clients: boto3.Session, budgeted: Names) -> None:
        clients.client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName=budgeted.budget)
        gone = found(monitoring, clients, budgeted, "budget")
        assert not gone.is_well
        assert "NotFound" in gone.advice

    def test_budget__not_configured_is_not_checked(self, clients: boto3.Session) -> None:
        assert "budget" not in dict(monitoring.checks(clients, names_of()))


class TestTopic:
    @pytest.fixture
    def names(self, clients: boto3.Session) -> Names:
        return names_of(clients.client("sns").create_topic(Name="news")["TopicArn"])

    def test_topic__plain_http_is_a_problem(self, clients: boto3.Session, names: Names) -> None:
        topic = found(table_and_topic, clients, names, "topic")
        assert not topic.is_well
        assert "the policy lacks TlsOnly" in topic.advice

    def test_topic__template_policy_is_ok(self, clients: boto3.Session, names: Names) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": [TLS_ONLY]})
        put = partial(clients.client("sns").set_topic_attributes, TopicArn=names.topic_arn)
        put(AttributeName="Policy", AttributeValue=document)
        assert line(found(table_and_topic, clients, names, "topic")) == "ok   topic"
