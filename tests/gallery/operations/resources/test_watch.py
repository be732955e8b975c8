"""Doctor knows whether anybody hears of alarms, of a budget, and how one may speak to the topic."""

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


class TestWhomAlarmsTell:
    @pytest.fixture
    def names(self, embedded_aws: EnforcedAws) -> Iterator[Names]:
        sns = embedded_aws.client("sns")
        arn = sns.create_topic(Name="contactsheet-heard-operator")["TopicArn"]
        yield replace(names_of(), operator_topic_arn=arn)
        sns.delete_topic(TopicArn=arn)

    @pytest.mark.embedded
    def test_nobody__is_a_note_with_what_to_do(self, embedded_aws: EnforcedAws, names: Names) -> None:
        told = found(monitoring, embedded_aws, names, monitoring.SUBSCRIBERS)
        assert line(told).startswith("note alarm subscribers: none.")
        assert "OPERATOR_EMAIL" in told.advice

    @pytest.mark.embedded
    def test_unconfirmed_address__is_ill(self, embedded_aws: EnforcedAws, names: Names) -> None:
        embedded_aws.client("sns").subscribe(
            TopicArn=names.operator_topic_arn, Protocol="http", Endpoint="http://127.0.0.1:9/nobody"
        )
        told = found(monitoring, embedded_aws, names, monitoring.SUBSCRIBERS)
        assert not told.is_well
        assert "open it to confirm" in told.advice

    @pytest.mark.embedded
    def test_confirmed_one__is_well(self, embedded_aws: EnforcedAws, names: Names) -> None:
        queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:anything"
        embedded_aws.client("sns").subscribe(
            TopicArn=names.operator_topic_arn, Protocol="sqs", Endpoint=queue_arn
        )
        assert (
            line(found(monitoring, embedded_aws, names, monitoring.SUBSCRIBERS)) == "ok   alarm subscribers"
        )


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

    def test_present__is_well(self, clients: boto3.Session, budgeted: Names) -> None:
        assert line(found(monitoring, clients, budgeted, "budget")) == "ok   budget"

    def test_removed__is_named(self, clients: boto3.Session, budgeted: Names) -> None:
        clients.client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName=budgeted.budget)
        gone = found(monitoring, clients, budgeted, "budget")
        assert not gone.is_well
        assert "NotFound" in gone.advice

    def test_none_wanted__is_not_looked_for(self, clients: boto3.Session) -> None:
        assert "budget" not in dict(monitoring.checks(clients, names_of()))


class TestTopic:
    @pytest.fixture
    def names(self, clients: boto3.Session) -> Names:
        return names_of(clients.client("sns").create_topic(Name="news")["TopicArn"])

    def test_plain_http__is_named(self, clients: boto3.Session, names: Names) -> None:
        topic = found(table_and_topic, clients, names, "topic")
        assert not topic.is_well
        assert "the policy lacks TlsOnly" in topic.advice

    def test_policy_of_the_template__is_well(self, clients: boto3.Session, names: Names) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": [TLS_ONLY]})
        put = partial(clients.client("sns").set_topic_attributes, TopicArn=names.topic_arn)
        put(AttributeName="Policy", AttributeValue=document)
        assert line(found(table_and_topic, clients, names, "topic")) == "ok   topic"
