"""The permissions boundary of the stage's roles, which ``infra/deployer.yaml`` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from infra.deploy.options import Options
    from infra.provision import Clients


def arn_of_boundary(clients: Clients, options: Options) -> str:
    """Return the ARN of the boundary, or an empty string if the account's administrator made none."""
    caller = clients.client("sts").get_caller_identity()
    partition = caller["Arn"].split(":")[1]
    name = f"deploys-contactsheet-{options.stage}-{options.region}-boundary"
    arn = f"arn:{partition}:iam::{caller['Account']}:policy/{name}"
    with ignoring("NoSuchEntity"):
        return str(clients.client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"])
    return ""
