"""The rehearsal's operator: a person with the policies of ``infra/deployer.yaml`` and no other right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra import stacks
from infra.deploy.stages import TEMPLATES

if TYPE_CHECKING:
    from infra.embedded import EmbeddedAws

NAME = "operator"
NO_RESOURCE_KNOWN = [
    *("lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    *("events:DescribeRule", "budgets:DescribeBudget", "budgets:ViewBudget"),
    "cloudwatch:GetDashboard",
]
"""AWS weighs these by the name of the function, rule or dashboard, the embedded AWS by no name or another."""


def keys_of_operator(aws: EmbeddedAws, stage: str) -> dict[str, str]:
    """Return the variables by which a process acts as one who may deploy the stage."""
    request = {
        "StackName": "deployer",
        "TemplateBody": (TEMPLATES / "deployer.yaml").read_text(),
        "Parameters": [{"ParameterKey": "Stage", "ParameterValue": stage}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    policies = stacks.apply(aws.client("cloudformation"), request).outputs.values()
    iam = aws.client("iam")
    iam.create_user(UserName=NAME)
    for policy_arn in policies:
        iam.attach_user_policy(UserName=NAME, PolicyArn=policy_arn)
    allowance = {"Effect": "Allow", "Action": NO_RESOURCE_KNOWN, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowance]})
    iam.put_user_policy(UserName=NAME, PolicyName="emulated", PolicyDocument=document)
    made = iam.create_access_key(UserName=NAME)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
