"""The function that runs ``manage.py`` and migrations: the web's package and role, but 15 minutes of time.

It takes a new package before the web function does, so that a release migrates before its code serves.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra import stacks
from infra.commands import CommandError
from infra.deploy import web_function
from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.deploy.options import Options
    from infra.deploy.releases import Release
    from infra.provision import Clients, Outputs

TIMEOUT_SECONDS = 900
"""Lambda's maximum."""
MEMORY_MB = 1024
HANDLER = "gallery.operations.lambda_entry.lambda_handler"
ROLE_TRIES = 10
"""Lambda accepts a role some seconds after it was made."""


@dataclass(frozen=True, slots=True)
class ManageFunction:
    """The function of one stage."""

    clients: Clients
    options: Options

    @property
    def name(self) -> str:
        """Return the function's name, which infra/deployer.yaml covers."""
        return f"contactsheet-{self.options.stage}-manage"

    def configuration(self) -> dict[str, Any] | None:
        """Return the function's configuration, or ``None``."""
        return web_function.configuration(self.clients, self.name)

    def ensure(self, release: Release, outputs: Outputs, variables: Mapping[str, str]) -> None:
        """Give the function this release and these variables; do nothing if it has them."""
        functions = self.clients.client("lambda")
        wanted = self._wanted(outputs, variables)
        found = self.configuration()
        code = {"S3Bucket": release.bucket, "S3Key": release.key}
        if found is None:
            self._create({**wanted, "Code": code})
            functions.get_waiter("function_active_v2").wait(FunctionName=self.name)
            return
        if found["CodeSha256"] != release.code_sha256:
            architectures = wanted["Architectures"]
            functions.update_function_code(FunctionName=self.name, **code, Architectures=architectures)
            functions.get_waiter("function_updated_v2").wait(FunctionName=self.name)
        self.configure(outputs, variables)

    def configure(self, outputs: Outputs, variables: Mapping[str, str]) -> None:
        """Give the function these variables and keep its code; do nothing if it has them."""
        found, wanted = self.configuration(), self._wanted(outputs, variables)
        if found is None or _has(found, wanted):
            return
        functions = self.clients.client("lambda")
        changed = {name: value for name, value in wanted.items() if name not in {"Architectures", "Tags"}}
        functions.update_function_configuration(**changed)
        functions.get_waiter("function_updated_v2").wait(FunctionName=self.name)

    def _wanted(self, outputs: Outputs, variables: Mapping[str, str]) -> dict[str, Any]:
        options = self.options
        return {
            "FunctionName": self.name,
            "Description": "Contactsheet's migrations and manage.py commands, of the web's package.",
            "Runtime": f"python{options.target.python_version}",
            "Role": outputs.web_role_arn,
            "Handler": HANDLER,
            "Timeout": TIMEOUT_SECONDS,
            "MemorySize": MEMORY_MB,
            "Environment": {"Variables": dict(variables)},
            "VpcConfig": {
                "SubnetIds": list(options.subnet_ids),
                "SecurityGroupIds": list(options.security_group_ids),
            },
            # The web's role may write to this group only.
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{options.function_name}"},
            "Architectures": [options.target.architecture],
            "Tags": {stacks.STAGE_TAG: options.stage},
        }

    def _create(self, wanted: Mapping[str, Any]) -> None:
        for _ in range(ROLE_TRIES):
            try:
                self.clients.client("lambda").create_function(**wanted)
            except ClientError as error:
                if "cannot be assumed" not in str(error):
                    raise
                time.sleep(3)
            else:
                return
        raise CommandError("Lambda can't assume the web's role yet.")

    def invoke(self, job: str, **event: Any) -> Any:
        """Run one of the gallery's jobs in the function and return its answer.

        Raises:
            CommandError: the function doesn't exist, or the job failed.
        """
        answer = None
        with ignoring("ResourceNotFoundException"):
            answer = self._patient_client().invoke(
                FunctionName=self.name,
                Payload=json.dumps({"command": f"gallery.operations.jobs.{job}", **event}).encode(),
            )
        if answer is None:
            raise CommandError(f"{self.name} does not exist. Run: make deploy STAGE={self.options.stage}")
        payload = answer["Payload"].read()
        found = json.loads(payload or b"null")
        if "FunctionError" in answer:
            raise CommandError(f"{job} failed: {_message(found)}")
        return found

    def _patient_client(self) -> Any:
        """Return a client that waits as long as the function runs, and never runs a command twice."""
        config = Config(
            read_timeout=TIMEOUT_SECONDS + 30, tcp_keepalive=True, retries={"total_max_attempts": 1}
        )
        return boto3.session.Session(region_name=self.options.region).client("lambda", config=config)

    def manage(self, arguments: Sequence[str]) -> tuple[int, str]:
        """Run ``manage.py`` with these arguments; return its exit code and output."""
        answered = self.invoke("manage", arguments=list(arguments))
        return int(answered["exit_code"]), str(answered["output"])

    def delete(self) -> None:
        """Delete the function if it exists."""
        with ignoring("ResourceNotFoundException"):
            self.clients.client("lambda").delete_function(FunctionName=self.name)


def _message(error: Any) -> str:
    """Return what a function says of its failure, without its stack trace."""
    if isinstance(error, dict) and "errorMessage" in error:
        return str(error["errorMessage"])[-2000:]
    return str(error)[-2000:]


def _has(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether a configuration is as wanted."""
    network = found.get("VpcConfig") or {}
    return all(
        (
            found.get("Environment", {}).get("Variables", {}) == wanted["Environment"]["Variables"],
            sorted(network.get("SubnetIds", [])) == sorted(wanted["VpcConfig"]["SubnetIds"]),
            sorted(network.get("SecurityGroupIds", [])) == sorted(wanted["VpcConfig"]["SecurityGroupIds"]),
            *(
                found.get(name) == wanted[name]
                for name in ("Runtime", "Role", "Handler", "Timeout", "MemorySize")
            ),
        )
    )
