"""What a deployment asks of CloudFormation beside the main stack, told what the embedded AWS can make."""

from __future__ import annotations

from typing import Any

from infra.deploy.stages import TEMPLATES

TOLD = {
    "site": {
        "RenditionsBucket": "pictures",
        "GatewayDomain": "abc.execute-api.eu-central-1.amazonaws.com",
        "GatewayPath": "/stage",
        "OriginSecret": "s" * 32,
        "RequireTls": "false",
    },
    "watch": {"GatewayId": "abc", "SiteDistributionId": "E1"},
    "firewall": {},
    "deployer": {"Repository": "octocat/gallery", "ProviderArn": "arn:aws:iam::123456789012:oidc-provider/x"},
}
"""What each template wants to be told, beside the stage."""


def request_of(name: str, stage: str, **told: str) -> dict[str, Any]:
    """Return the request for one of a stage's stacks; ``told`` takes the place of what is told else."""
    parameters = {"Stage": stage, **TOLD[name], **told}
    return {
        "StackName": f"contactsheet-{stage}-{name}",
        "TemplateBody": (TEMPLATES / f"{name}.yaml").read_text(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
