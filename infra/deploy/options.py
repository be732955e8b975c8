"""Choices of a deployment, read from the environment; each has a default."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from infra.commands import CommandError
from infra.worker_wheels import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSED_ON = (
    *("SIGN_UP", "SECURITY_CONTACT", "MODERATORS_MAY_DECIDE_OWN", "STAFF_MFA", "DEFAULT_QUOTA_BYTES"),
    *("DEFAULT_FROM_EMAIL", "DATABASE_POOLED", "LOG_LEVEL"),
    *("API_READS_PER_MINUTE", "API_WRITES_PER_MINUTE", "API_IMPORTS_PER_MINUTE", "API_CORS_ORIGINS"),
)
"""Settings of the gallery that are passed on unchanged if they are set."""

DAY_SECONDS = 86_400
SWEEP_MINUTES_MAXIMUM = 720
"""Twice a day: CloudWatch's alarm looks back over one period, which may be a day."""


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
    firewall: bool
    layer: bool
    worker_concurrency: int
    admin_email: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    passed_on: dict[str, str]

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

    @classmethod
    def read(cls, stage: str, environment: Mapping[str, str]) -> Options:
        """Read the choices.

        Raises:
            CommandError: one of them is invalid.
        """
        if not re.fullmatch(r"[a-z][a-z0-9]{0,9}", stage):
            raise CommandError(
                f"STAGE={stage!r}: use up to ten lowercase letters and digits, such as dev or production."
            )
        endpoint_url = environment.get("AWS_ENDPOINT_URL", "")
        domain, certificate = environment.get("DOMAIN_NAME", ""), environment.get("CERTIFICATE_ARN", "")
        if bool(domain) != bool(certificate):
            raise CommandError("Set both DOMAIN_NAME and CERTIFICATE_ARN, or neither.")
        pictures_domain = environment.get("PICTURES_DOMAIN_NAME", "")
        if pictures_domain and (not certificate or pictures_domain == domain):
            raise CommandError(
                "PICTURES_DOMAIN_NAME needs CERTIFICATE_ARN, and another name than DOMAIN_NAME."
            )
        here = Target()
        return cls(
            stage=stage,
            region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "eu-central-1",
            endpoint_url=endpoint_url,
            # The emulator runs functions with this machine's Python.
            target=here if endpoint_url else Target(environment.get("LAMBDA_PYTHON", "3.13"), "arm64"),
            domain_name=domain,
            certificate_arn=certificate,
            pictures_domain_name=pictures_domain,
            access_log_bucket=environment.get("ACCESS_LOG_BUCKET", ""),
            operator_email=environment.get("OPERATOR_EMAIL", ""),
            monthly_budget_dollars=_number(environment, "MONTHLY_BUDGET_DOLLARS", 20),
            sweep_minutes=_number(environment, "SWEEP_MINUTES", 5, at_most=SWEEP_MINUTES_MAXIMUM),
            firewall=environment.get("FIREWALL", "false").lower() == "true",
            layer=environment.get("LAYER", "false").lower() == "true",
            worker_concurrency=_number(environment, "WORKER_CONCURRENCY", 10),
            subnet_ids=_list(environment.get("VPC_SUBNET_IDS", "")),
            security_group_ids=_list(environment.get("VPC_SECURITY_GROUP_IDS", "")),
            admin_email=environment.get("ADMIN_EMAIL") or "admin@example.com",
            passed_on={name: environment[name] for name in PASSED_ON if environment.get(name)},
        )


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number(environment: Mapping[str, str], name: str, usual: int, at_most: int | None = None) -> int:
    text = environment.get(name) or str(usual)
    if not text.isdecimal():
        raise CommandError(f"{name}={text!r} is not a number.")
    if at_most is not None and not 1 <= int(text) <= at_most:
        raise CommandError(f"{name}={text!r}: give a number from 1 to {at_most}.")
    return int(text)
