"""``python -m infra.deploy deploy|status|destroy STAGE``: what make does, with choices in the environment."""

from __future__ import annotations

import argparse
import os
import sys

from infra.bytecode import BytecodeError
from infra.deploy.account import AWS_FAULTS, Account
from infra.deploy.options import OptionError, Options
from infra.deploy.removal import destroy
from infra.deploy.stages import FIREWALL_REGION, Deployment, deploy
from infra.deploy.status import status
from infra.deploy.vault import Vault
from infra.deploy.web_function import WebFunctionError
from infra.stacks import StackError
from infra.web_package import WebPackageError
from infra.worker_zip import WorkerZipError


def say(text: str) -> None:
    """Say at once what is being done."""
    print(text, flush=True)  # noqa: T201  # this is the command's answer


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit status."""
    parser = argparse.ArgumentParser(prog="infra.deploy", description=__doc__)
    parser.add_argument("what", choices=("deploy", "status", "destroy"))
    parser.add_argument("stage")
    parser.add_argument("--yes", action="store_true", help="destroy without asking")
    given = parser.parse_args(arguments)
    try:
        options = Options.read(given.stage, os.environ)
        deployment = Deployment(
            options, Account(options.region), say, firewall_clients=Account(FIREWALL_REGION)
        )
        if given.what == "deploy":
            return _deploy(deployment)
        if given.what == "status":
            return status(deployment)
        return _destroy(deployment, sure=given.yes)
    except (
        OptionError,
        StackError,
        WebFunctionError,
        WebPackageError,
        BytecodeError,
        WorkerZipError,
        *AWS_FAULTS,
    ) as problem:
        say(f"Stopped: {problem}\nWhat is done stays done; the same command continues.")
        return 1


def _deploy(deployment: Deployment) -> int:
    deploy(deployment)
    vault = Vault(None, deployment.options.stage)
    say(f"\nThe gallery is at {deployment.site['SiteOrigin']}/")
    say("Sign in as 'admin' with the password that this shows:")
    say(f"  aws ssm get-parameter --with-decryption --name {vault.name_of('admin-password')}")
    return status(deployment)


def _destroy(deployment: Deployment, *, sure: bool) -> int:
    stage = deployment.options.stage
    if not sure:
        say(f"This removes the gallery of the stage {stage!r}. Photos and the database stay.")
        if input("Type the stage's name to go on: ").strip() != stage:
            say("Nothing was removed.")
            return 1
    for bucket in destroy(deployment):
        say(f"Kept, for it is not empty: s3://{bucket}")
    say("Gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
