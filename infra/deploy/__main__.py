"""``python -m infra.deploy COMMAND STAGE``; choices come from the environment or are those of the stage."""

from __future__ import annotations

import argparse
import os
import sys

from gallery.operations.remote_commands import TIMED_OUT
from infra.commands import CommandError, say
from infra.deploy.account import AWS_ERRORS, Account
from infra.deploy.config import announce, show
from infra.deploy.kept_choices import KeptChoices
from infra.deploy.manage_function import ManageFunction
from infra.deploy.misspelled import refuse_unknown
from infra.deploy.options import Options, check_stage, region_of
from infra.deploy.removal import destroy
from infra.deploy.rollback import rollback
from infra.deploy.stage_secrets import StageSecrets
from infra.deploy.stages import FIREWALL_REGION, Deployment, deploy
from infra.deploy.status import status

CHANGING = ("deploy", "config")
"""Commands that read choices from the environment; the others take the stage as it is."""

RESUMED = ("deploy", "destroy")


def main(arguments: list[str]) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="infra.deploy", description=__doc__)
    parser.add_argument("what", choices=("deploy", "config", "rollback", "manage", "status", "destroy"))
    parser.add_argument("stage")
    parser.add_argument("arguments", nargs="*", help="manage: of manage.py, behind --")
    parser.add_argument("--version", type=int, help="rollback: to this version")
    parser.add_argument("--yes", action="store_true", help="destroy without asking")
    given = parser.parse_args(arguments)
    try:
        deployment = _prepare(given.what, given.stage)
    except (CommandError, *AWS_ERRORS) as problem:
        say(f"Stopped: {problem}")
        return 1
    try:
        return _run(deployment, given)
    except (CommandError, *AWS_ERRORS) as problem:
        say(f"Stopped: {problem}")
        if given.what in RESUMED:
            say("Completed steps are kept. Run the same command again to resume.")
        return 1


def _run(deployment: Deployment, given: argparse.Namespace) -> int:
    commands = {
        "deploy": lambda: _deploy(deployment),
        "config": lambda: show(deployment),
        "rollback": lambda: rollback(deployment, given.version),
        "manage": lambda: _manage(deployment, given.arguments),
        "status": lambda: status(deployment),
        "destroy": lambda: _destroy(deployment, sure=given.yes),
    }
    return commands[given.what]()


def _prepare(what: str, stage: str) -> Deployment:
    """Read the choices of the stage and of the environment, before anything is done."""
    check_stage(stage)
    if what in CHANGING:
        for note in refuse_unknown(os.environ):
            say(note)
    account = Account(region_of(os.environ))
    kept = KeptChoices(account.client("ssm"), stage).read()
    options = Options.read(stage, os.environ, kept)
    return Deployment(options, account, say, firewall_clients=Account(FIREWALL_REGION))


def _deploy(deployment: Deployment) -> int:
    announce(deployment)
    deploy(deployment)
    stage_secrets = StageSecrets(None, deployment.options.stage)
    say(f"\nThe gallery is at {deployment.site['SiteOrigin']}/")
    say("Sign in as 'admin'. This command shows the password:")
    say(f"  aws ssm get-parameter --with-decryption --name {stage_secrets.name_of('admin-password')}")
    return status(deployment)


def _manage(deployment: Deployment, arguments: list[str]) -> int:
    """Print what ``manage.py`` says in the stage's function, and return its exit code."""
    code, output = ManageFunction(deployment.clients, deployment.options).manage(arguments)
    say(output.rstrip("\n"))
    if code == TIMED_OUT:
        say("Stopped: its 15 minutes were over. What it completed is kept. Run it again to continue.")
    return code


def _destroy(deployment: Deployment, *, sure: bool) -> int:
    stage = deployment.options.stage
    if not sure:
        say(f"This removes the gallery of stage {stage!r}. Photos and the database are kept.")
        if input("Type the name of the stage to continue: ").strip() != stage:
            say("Nothing was removed.")
            return 1
    for bucket in destroy(deployment):
        say(f"Not empty, kept: s3://{bucket}")
    say("Removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
