"""A gallery that ``make deploy`` has put on an embedded AWS of its own, with a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra import stacks
from infra.deploy.releases import Releases
from infra.deploy.stage_secrets import StageSecrets
from infra.embedded import REGION, EmbeddedAws
from infra.provision import artifacts_bucket
from infra.worker_zip import PROJECT
from tests.aws import aws_of_its_own
from tests.postgresql import postgresql
from tests.rehearsal.deployer import keys_of_operator
from tests.rehearsal.strict.account import Emulated
from tests.rehearsal.strict.layer import Layer
from tests.rehearsal.strict.proxy import in_front_of
from tests.rehearsal.transports import InProcess, OverHttp
from tests.rehearsal.visitor import Visitor
from tests.rehearsal.walk import STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOYED_WITHIN_SECONDS = 500
RUNTIME_MODULES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py")
"""What the Lambda runtime brings besides Python."""


@dataclass(frozen=True)
class Deployed:
    """A deployed stage, and the hands of its operator."""

    aws: EmbeddedAws
    environment: dict[str, str]
    layer: Layer

    def client(self, service: str) -> Any:
        """Return a client that acts as root."""
        return self.aws.client(service)

    def make(
        self, what: str, *arguments: str, check: bool = True, folder: Path = PROJECT, **variables: str
    ) -> str:
        """Run ``make deploy``, ``status`` or ``destroy`` and return what it said."""
        run = self._run(what, *arguments, folder=folder, **variables)
        assert not check or run.returncode == 0, run.stdout[-3000:]
        return run.stdout

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run ``make manage`` and return its exit code and what it said."""
        run = self._run("manage", "--", *arguments, folder=PROJECT)
        return run.returncode, run.stdout

    def _run(
        self, what: str, *arguments: str, folder: Path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra.deploy", what, STAGE, *arguments],
            cwd=folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEPLOYED_WITHIN_SECONDS,
            check=False,
        )

    def outputs(self, part: str = "") -> dict[str, str]:
        """Return the outputs of one of the stage's stacks."""
        found = stacks.read(self.client("cloudformation"), f"contactsheet-{STAGE}{part}")
        assert found is not None
        return found

    def secret(self, name: str) -> str:
        """Return one of the stage's secrets."""
        return StageSecrets(self.client("ssm"), STAGE).read(name)

    def variables(self) -> dict[str, str]:
        """Return the variables of the web's function."""
        found = self.client("lambda").get_function_configuration(FunctionName=f"contactsheet-web-{STAGE}")
        return dict(found["Environment"]["Variables"])

    def visitor(self) -> Visitor:
        """Return a visitor who comes through CloudFront."""
        origin = self.outputs("-site")["SiteOrigin"]
        return Visitor(OverHttp(self.aws.endpoint_url, origin.removeprefix("https://")), origin)

    def role_variables(self, role_arn: str) -> dict[str, str]:
        """Return the variables of a process that acts under a role, as on Lambda."""
        keys = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="rehearsal")["Credentials"]
        return {
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Give the rehearsal one deployed stage, and take it away when its tests are done."""
    with aws_of_its_own(tmp_path_factory.mktemp("rehearsal")) as aws, postgresql() as url:
        keys = keys_of_operator(aws, STAGE)
        layer = Layer(Emulated(aws.client), aws.client)
        secrets = {keys["AWS_ACCESS_KEY_ID"]: keys["AWS_SECRET_ACCESS_KEY"]}
        with in_front_of(aws.endpoint_url, layer, secrets) as endpoint_url:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(aws.folder),
                **keys,
                "AWS_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ENDPOINT_URL": endpoint_url,
                "DATABASE_URL": url,
                "EMAIL_URL": "dummymail://",
                "OPERATOR_EMAIL": "operator@example.com",
            }
            stage = Deployed(aws, environment, layer)
            stage.make("deploy", check=False)
            yield stage
            # By the operator's rights as well; what the tests left of photos stays.
            assert stage.make("destroy", "--yes").endswith("Removed.\n")


@dataclass(frozen=True)
class Package:
    """The very zip that Zappa makes, unpacked, and a stand-in for what the Lambda runtime brings."""

    archive: Path
    code: Path
    runtime: Path

    def start(self, variables: dict[str, str], log: Path, *, prefix: str = "", host: str) -> InProcess:
        """Start the function of this package."""
        return InProcess(self.code, self.runtime, variables, stage_prefix=prefix, host=host, log=log)


@pytest.fixture(scope="session")
def package(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Take the zip of the release that was deployed first."""
    folder = tmp_path_factory.mktemp("package")
    archive = folder / "web.zip"
    releases = Releases(deployed.client("s3"), artifacts_bucket(deployed, STAGE))
    releases.download(releases.kept()[0], archive)
    code, runtime = folder / "code", folder / "runtime"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(code)
    runtime.mkdir()
    packages = Path(boto3.__file__).parent.parent
    for module in RUNTIME_MODULES:
        (runtime / module).symlink_to(packages / module)
    return Package(archive, code, runtime)
