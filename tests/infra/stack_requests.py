"""Requests for the stacks other than the main stack, with parameters for the embedded AWS."""

from __future__ import annotations

from typing import Any

from infra import stacks
from infra.deploy.stages import TEMPLATES

PARAMETERS = {
    "site": {
        "RenditionsBucket": "pictures",
        "GatewayDomain": "abc.execute-api.eu-central-1.amazonaws.com",
        "GatewayPath": "/stage",
        "OriginSecret": "s" * 32,
        "RequireTls": "false",
    },
    "schedules": {"RequireTls": "false"},
    "watch": {"GatewayId": "abc", "SiteDistributionId": "E1"},
    "firewall": {},
    "deployer": {"Repository": "octocat/gallery", "ProviderArn": "arn:aws:iam::123456789012:oidc-provider/x"},
}
"""Parameters of each template besides the stage."""


def request_of(name: str, stage: str, **changed: str) -> dict[str, Any]:
    """Return the request for one of a stage's stacks; ``changed`` replaces parameters."""
    parameters = {"Stage": stage, **PARAMETERS[name], **changed}
    request = stacks.request(f"contactsheet-{stage}-{name}", TEMPLATES / f"{name}.yaml", parameters)
    return {**request, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
