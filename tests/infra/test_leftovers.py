"""A first deployment names log groups that would stop its stack; a stack on its way is none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from infra.commands import CommandError
from infra.deploy import leftovers
from tests.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "/aws/lambda/contactsheet-dev-imports"
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


class Clients:
    """boto3's clients."""

    def client(self, service: str, /) -> Any:
        return boto3.client(service, region_name=REGION)


@pytest.fixture
def clients() -> Iterator[Clients]:
    with mock_aws():
        yield Clients()


def test_log_group__of_an_earlier_stage_is_named(clients: Clients) -> None:
    leftovers.refuse(clients, "dev")
    clients.client("logs").create_log_group(logGroupName=GROUP)
    clients.client("logs").create_log_group(logGroupName=f"{GROUP}-of-another")
    with pytest.raises(CommandError) as found:
        leftovers.refuse(clients, "dev")
    (command,) = (line.strip() for line in str(found.value).splitlines()[1:])
    assert command == f"aws logs delete-log-group --log-group-name {GROUP}"


def test_log_group__of_the_stack_itself_is_none(clients: Clients) -> None:
    clients.client("logs").create_log_group(logGroupName=GROUP)
    clients.client("cloudformation").create_stack(StackName="contactsheet-dev", TemplateBody=TEMPLATE)
    leftovers.refuse(clients, "dev")
