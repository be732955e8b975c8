"""Choices of a deployment, read from the environment; each has a default."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from infra.commands import CommandError
from infra.deploy.choices import decide
from infra.worker_wheels import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.deploy.choices import Decision

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Options:
    """A deployment's choices. ``endpoint_url`` is set only where AWS is emulated."""

    stage: str
    region: str
    endpoint_url: str
    target: Target
    domain_name: str
    certificate_arn: str
    pictures_domain_name: str
    access_log_bucket: str
    operator_email: str
    monthly_budget_dollars: int
    sweep_minutes: int
    schedules: bool
    firewall: bool
    layer: bool
    worker_concurrency: int
    """0 to choose it by what the account has."""
    admin_email: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    settings: dict[str, str]
    """Settings of the gallery that were chosen, which are passed on."""
    decisions: tuple[Decision, ...]

    @property
    def worker_target(self) -> Target:
        """Return the target of both workers, which resize with SIMD: docs/decisions/0018-simd-resize.md."""
        return self.target if self.is_emulated else replace(self.target, architecture="x86_64")

    @property
    def is_emulated(self) -> bool:
        """Return whether this is a rehearsal."""
        return bool(self.endpoint_url)

    @property
    def function_name(self) -> str:
        """Return the name of Zappa's function and stack."""
        return f"contactsheet-web-{self.stage}"

    @property
    def sweep_gone_seconds(self) -> int:
        """Return after how long without a sweep the alarm rings: three runs, at least 30 minutes."""
        return min(DAY_SECONDS, max(1800, 3 * 60 * self.sweep_minutes))

    @property
    def chosen(self) -> dict[str, str]:
        """Return the choices that the stage keeps: all that were made, now or before."""
        return {found.choice.name: found.value for found in self.decisions if found.origin != "default"}

    @classmethod
    def read(
        cls, stage: str, environment: Mapping[str, str], kept: Mapping[str, str] | None = None
    ) -> Options:
        """Read the choices from the environment and from what the stage keeps.

        Raises:
            CommandError: one of them is invalid.
        """
        check_stage(stage)
        decisions = tuple(decide(environment, kept or {}))
        value = {found.choice.name: found.value for found in decisions}
        _check_pairs(value)
        endpoint_url = environment.get("AWS_ENDPOINT_URL", "")
        here = Target()
        return cls(
            stage=stage,
            region=region_of(environment),
            endpoint_url=endpoint_url,
            # The emulator runs functions with this machine's Python.
            target=here if endpoint_url else Target(value["LAMBDA_PYTHON"], "arm64"),
            domain_name=value["DOMAIN_NAME"],
            certificate_arn=value["CERTIFICATE_ARN"],
            pictures_domain_name=value["PICTURES_DOMAIN_NAME"],
            access_log_bucket=value["ACCESS_LOG_BUCKET"],
            operator_email=value["OPERATOR_EMAIL"],
            monthly_budget_dollars=int(value["MONTHLY_BUDGET_DOLLARS"]),
            sweep_minutes=int(value["SWEEP_MINUTES"]),
            schedules=value["SCHEDULES"] == "on",
            firewall=value["FIREWALL"] == "true",
            layer=value["LAYER"] == "true",
            worker_concurrency=int(value["WORKER_CONCURRENCY"].replace("auto", "0")),
            subnet_ids=_list(value["VPC_SUBNET_IDS"]),
            security_group_ids=_list(value["VPC_SECURITY_GROUP_IDS"]),
            admin_email=value["ADMIN_EMAIL"],
            settings={
                found.choice.name: found.value
                for found in decisions
                if found.choice.is_setting and found.origin != "default"
            },
            decisions=decisions,
        )


def check_stage(stage: str) -> None:
    """Raise ``CommandError`` unless this can be the name of a stage."""
    if not re.fullmatch(r"[a-z][a-z0-9]{0,9}", stage):
        raise CommandError(
            f"STAGE={stage!r}: use up to ten lowercase letters and digits, such as dev or production."
        )
    if stage == "web":
        raise CommandError("STAGE=web: each stage's web function is named contactsheet-web-…; use another.")


def region_of(environment: Mapping[str, str]) -> str:
    """Return the region of the deployment; the stage's choices are kept there."""
    return environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "eu-central-1"


def _check_pairs(value: Mapping[str, str]) -> None:
    """Raise ``CommandError`` if choices that belong together don't fit."""
    if bool(value["DOMAIN_NAME"]) != bool(value["CERTIFICATE_ARN"]):
        raise CommandError(
            "Set both DOMAIN_NAME and CERTIFICATE_ARN, or neither (NAME=default takes one back)."
        )
    pictures_domain = value["PICTURES_DOMAIN_NAME"]
    if pictures_domain and (not value["CERTIFICATE_ARN"] or pictures_domain == value["DOMAIN_NAME"]):
        raise CommandError("PICTURES_DOMAIN_NAME needs CERTIFICATE_ARN, and another name than DOMAIN_NAME.")
    if bool(value["VPC_SUBNET_IDS"]) != bool(value["VPC_SECURITY_GROUP_IDS"]):
        raise CommandError("Set both VPC_SUBNET_IDS and VPC_SECURITY_GROUP_IDS, or neither.")


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
