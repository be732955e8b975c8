"""The steps of a deployment, in order; each is idempotent."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from infra import stacks
from infra.commands import CommandError
from infra.deploy import boundary, concurrency, leftovers, schedules, static_files, web_function
from infra.deploy.choices import CHOICES
from infra.deploy.database_certificates import certificates_for
from infra.deploy.drift import PARTS, Drift
from infra.deploy.kept_choices import KeptChoices
from infra.deploy.manage_function import ManageFunction
from infra.deploy.releases import Releases, digest_of, may_contract
from infra.deploy.stage_secrets import StageSecrets, public_key_of
from infra.provision import Parameters, artifacts_bucket, provision
from infra.web_package import CACHE, lay_out
from infra.worker_zip import build, build_layered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.deploy.options import Options
    from infra.deploy.releases import Release
    from infra.deploy.web_function import Gateway
    from infra.provision import Clients, Outputs
    from infra.web_package import Layout

TEMPLATES = Path(__file__).resolve().parent.parent
FIREWALL_REGION = "us-east-1"
"""CloudFront accepts a web ACL only from this region."""


@dataclass
class Deployment:
    """One run and what its steps have found so far; nothing of it is stored."""

    options: Options
    clients: Clients
    say: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    firewall_clients: Clients | None = None
    cache: Path = CACHE
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    site: dict[str, str] = field(default_factory=dict)
    outputs: Outputs = field(init=False)
    """Of the main stack, once ``make_stack`` ran."""
    layout: Layout = field(init=False)
    """The folder of the package, like release and gateway once ``deploy_web`` ran."""
    release: Release = field(init=False)
    gateway: Gateway = field(init=False)

    def ensure_secrets(self) -> None:
        """Generate or read the secrets, and keep the choices for the next deployment."""
        ssm, stage = self.clients.client("ssm"), self.options.stage
        self.secrets = StageSecrets(ssm, stage).ensure(self.environment)
        KeptChoices(ssm, stage).keep(self.options.chosen, frozenset(choice.name for choice in CHOICES))

    def make_stack(self) -> None:
        """Make the buckets, queues, table and workers, with the origin that is known so far."""
        cloudformation = self.clients.client("cloudformation")
        self.site = stacks.read(cloudformation, self._stack_name("site")) or {}
        leftovers.refuse(self.clients, self.options.stage)
        target = self.options.worker_target
        layered = build_layered(target) if self.options.layer else None
        worker_zip = layered.code if layered else build(target)
        parameters = Parameters(
            self.options.stage,
            self.site.get("SiteOrigin", ""),
            worker_zip,
            worker_layer=layered.layer if layered else None,
            require_tls=not self.options.is_emulated,
        )
        provisioned = provision(self.clients, parameters, extra=self._worker_parameters(), say=self.say)
        self.outputs = provisioned.outputs
        Drift(self.clients, self.options).remember(f"contactsheet-{self.options.stage}")

    def _worker_parameters(self) -> dict[str, str]:
        target = self.options.worker_target
        chosen = {
            "WorkerConcurrency": str(concurrency.of_worker(self.clients, self.options, self.say)),
            "RoleBoundary": boundary.arn_of_boundary(self.clients, self.options),
            "DatabasePasswordSecret": self.options.settings.get("DATABASE_PASSWORD_SECRET", ""),
            "PicturesDistributionId": self.site.get("PicturesDistributionId", ""),
        }
        # The emulator runs every runtime with its own Python.
        if self.options.is_emulated:
            return chosen
        return chosen | {
            "WorkerRuntime": f"python{target.python_version}",
            "WorkerArchitecture": target.architecture,
            "WebInNetwork": str(bool(self.options.subnet_ids)).lower(),
        }

    def deploy_web(self) -> None:
        """Package the gallery; static files and migrations first, then the code that needs them."""
        variables = web_function.environment_of(self.options, self.outputs, self.secrets, self.site)
        releases = Releases(self.clients.client("s3"), artifacts_bucket(self.clients, self.options.stage))
        self.layout = lay_out(
            self.options.stage,
            self.options.target,
            web_function.zappa_settings(self.options, self.outputs, releases.bucket, variables),
            cache=self.cache,
            certificates=certificates_for(self.secrets),
        )
        self.release = self._release(releases)
        self.say(f"version {self.release.version}")
        if "StaticBucket" in self.site:
            self.upload_static_files()
        self._migrate(variables)
        web_function.ensure_deployed(self.clients, self.options, self.layout, self.release, self.say)
        releases.forget_old(self.release)
        self.gateway = web_function.find_gateway(self.clients, self.options)

    def _release(self, releases: Releases) -> Release:
        """Return the kept release of these files; package and keep it if there is none."""
        worker_key, layer_key = self._worker_keys()
        digest = digest_of(self.layout, worker_key, layer_key)
        if found := releases.find(digest):
            return found
        archive = web_function.package(self.layout, self.say)
        return releases.keep(archive, digest, worker_key=worker_key, layer_key=layer_key)

    def _worker_keys(self) -> tuple[str, str]:
        """Return the keys of the worker's code and layer, of which the stack was made."""
        name = f"contactsheet-{self.options.stage}"
        found = stacks.describe(self.clients.client("cloudformation"), name) or {}
        values = {
            each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", [])
        }
        return values.get("WorkerCodeKey", ""), values.get("WorkerLayerKey", "")

    def _migrate(self, variables: Mapping[str, str]) -> None:
        """Migrate from the new package while the old one serves: decision 0068."""
        manage = ManageFunction(self.clients, self.options)
        before = manage.configuration()
        serving = web_function.configuration(self.clients, self.options.function_name)
        codes = [str(found["CodeSha256"]) if found else None for found in (before, serving)]
        if may_contract(*codes, new=self.release.code_sha256):
            manage.configure(self.outputs, variables)
            manage.invoke("migrate", contract=True)
        manage.ensure(self.release, self.outputs, variables)
        for name in manage.invoke("migrate"):
            self.say(f"{name} waits for the next release")

    def make_site(self) -> None:
        """Put CloudFront in front of the gateway and the buckets."""
        key = "" if self.options.is_emulated else public_key_of(self.secrets["signing-key"])
        values = {
            "RenditionsBucket": self.outputs.renditions_bucket,
            "GatewayDomain": self.gateway.domain,
            "GatewayPath": self.gateway.path,
            "GatewayPort": str(self.gateway.port),
            "OriginSecret": self.secrets["origin-secret"],
            "SigningPublicKey": key,
            "SigningKeyName": hashlib.sha256(key.encode()).hexdigest()[:12],
            "DomainName": self.options.domain_name,
            "CertificateArn": self.options.certificate_arn,
            "PicturesDomainName": self.options.pictures_domain_name,
            "AccessLogBucket": self.options.access_log_bucket,
            "WebAclArn": self._firewall(),
            "RequireTls": str(not self.options.is_emulated).lower(),
        }
        self.site = self._apply("site", values)

    def _firewall(self) -> str:
        if not self.options.firewall or self.firewall_clients is None:
            return ""
        # Firewalls of all regions are in one: names there have the stage's region.
        values = {"StageRegion": self.options.region}
        name = f"{self._stack_name('firewall')}-{self.options.region}"
        return self._apply("firewall", values, self.firewall_clients, name)["WebAclArn"]

    def set_origin(self) -> None:
        """Set the origin that CloudFront assigned in buckets, workers and web function."""
        self.make_stack()
        variables = web_function.environment_of(self.options, self.outputs, self.secrets, self.site)
        web_function.ensure_environment(self.clients, self.options, variables)
        ManageFunction(self.clients, self.options).ensure(self.release, self.outputs, variables)
        Drift(self.clients, self.options).remember_variables(self.options.function_name)

    def upload_static_files(self) -> None:
        """Upload the static files."""
        folder = self.layout.folder / "staticfiles"
        sent = static_files.upload(self.clients.client("s3"), self.site["StaticBucket"], folder)
        self.say(f"{sent} files uploaded")

    def make_admin(self) -> None:
        """Create the first admin if there is none."""
        password = self.secrets["admin-password"]
        code, output = ManageFunction(self.clients, self.options).manage(
            ["ensure_admin", f"--email={self.options.admin_email}", f"--password={password}"]
        )
        if code:
            raise CommandError(f"ensure_admin failed: {output[-1000:]}")

    def watch(self) -> None:
        """Make the schedules, the alarms and the dashboard."""
        self._apply("schedules", schedules.parameters(self.options))
        for rule in schedules.remove_those_of_zappa(self.clients, self.options.function_name):
            self.say(f"removed {rule}, which an older deployment made")
        if not self.options.schedules:
            self.say("SCHEDULES=off: no sweep and no emails until a deployment with SCHEDULES=on")
        values = {
            "OperatorEmail": self.options.operator_email,
            "MonthlyBudgetDollars": str(self.options.monthly_budget_dollars),
            "SweepGoneSeconds": str(self.options.sweep_gone_seconds),
            "GatewayId": self.gateway.api_id,
            "SiteDistributionId": self.site["SiteDistributionId"],
        }
        self._apply("watch", values)

    def _stack_name(self, part: str) -> str:
        return f"contactsheet-{self.options.stage}-{part}"

    def _apply(
        self, part: str, values: Mapping[str, str], clients: Clients | None = None, name: str = ""
    ) -> dict[str, str]:
        cloudformation = (clients or self.clients).client("cloudformation")
        given = {"Stage": self.options.stage, **values}
        request = stacks.request(name or self._stack_name(part), TEMPLATES / f"{part}.yaml", given)
        outputs = stacks.apply(cloudformation, request, say=self.say).outputs
        if request["StackName"].removeprefix(f"contactsheet-{self.options.stage}") in PARTS:
            Drift(self.clients, self.options).remember(request["StackName"])
        return outputs


STEPS: tuple[tuple[str, Callable[[Deployment], None]], ...] = (
    ("Secrets and choices", Deployment.ensure_secrets),
    ("Buckets, queues, table, workers", Deployment.make_stack),
    ("Static files, migrations, web function and gateway", Deployment.deploy_web),
    ("CloudFront", Deployment.make_site),
    ("The gallery's address", Deployment.set_origin),
    ("Static files", Deployment.upload_static_files),
    ("First admin", Deployment.make_admin),
    ("Schedules, alarms and dashboard", Deployment.watch),
)


def deploy(deployment: Deployment) -> None:
    """Put back what was changed by hand, and run all steps; the next run resumes one that was stopped."""
    Drift(deployment.clients, deployment.options).put_back(deployment.say)
    for number, (title, step) in enumerate(STEPS, start=1):
        deployment.say(f"{number}/{len(STEPS)} {title}")
        step(deployment)
