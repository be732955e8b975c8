"""The choices of a deployment: one table, from which options, documentation and the workflow follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.commands import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TAKEN_BACK = ("", "default")
"""Values that take a choice back: ``SIGN_UP=`` and ``SIGN_UP=default``."""
SWEEP_MINUTES_MAXIMUM = 720
"""Twice a day: CloudWatch's alarm looks back over one period, which may be a day."""
CONCURRENCIES = ("2", "5", "10", "20", "50", "100", "200", "500", "1000")
"""The values that ``infra/template.yaml`` allows."""
PYTHONS = ("3.12", "3.13", "3.14")
_HOST = r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"


def _flag(text: str) -> str:
    if text.lower() in {"true", "yes", "on", "1"}:
        return "true"
    if text.lower() in {"false", "no", "off", "0"}:
        return "false"
    raise ValueError("give true or false")


def _number(least: int = 0, most: int = 2**53) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
            limits = f" from {least} to {most}" if most < 2**53 else f" of at least {least}"
            raise ValueError(f"give a number{limits}")
        return str(int(text))

    return read


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        for value in allowed:
            if text.lower() == value.lower():
                return value
        raise ValueError(f"give {', '.join(allowed[:-1])} or {allowed[-1]}")

    return read


def _like(pattern: str, advice: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(advice)
        return text

    return read


def _list_of(pattern: str, advice: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts or not all(re.fullmatch(pattern, part) for part in parts):
            raise ValueError(advice)
        return ",".join(parts)

    return read


_host = _like(_HOST, "give a host name in lowercase, such as photos.example.com")
_email = _like(r"[^\s@<>,]+@[^\s@<>,]+", "give one email address")


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice: its variable, its default, how its text is read, and what it does.

    ``read`` returns the text in one spelling or raises ``ValueError`` with advice. ``is_setting`` marks a
    setting that is passed on to the gallery once it was chosen.
    """

    name: str
    default: str
    read: Callable[[str], str]
    meaning: str
    is_setting: bool = False
    default_meaning: str = ""
    """What the documentation says in place of an empty default."""


CHOICES = (
    Choice(
        "DATABASE_POOLED",
        "false",
        _flag,
        "`true` behind PgBouncer, Neon's or Supabase's pooler",
        is_setting=True,
    ),
    Choice(
        "DATABASE_PASSWORD_SECRET",
        "",
        _like(r"arn:aws[\w-]*:secretsmanager:\S+", "give the secret's ARN"),
        "secret in which RDS keeps the password, if `DATABASE_URL` has none; it is read at connecting, so "
        "AWS may change it",
        is_setting=True,
        default_meaning="none",
    ),
    Choice(
        "DOMAIN_NAME", "", _host, "your domain; needs `CERTIFICATE_ARN`", default_meaning="CloudFront's name"
    ),
    Choice(
        "CERTIFICATE_ARN",
        "",
        _like(r"\S+", "give the certificate's ARN"),
        "an ACM certificate in us-east-1 for your domains",
        default_meaning="none",
    ),
    Choice(
        "PICTURES_DOMAIN_NAME",
        "",
        _host,
        'a second domain, for pictures; the certificate must cover both. See "TLS" below',
        default_meaning="CloudFront's name",
    ),
    Choice(
        "ACCESS_LOG_BUCKET",
        "",
        _host,
        "domain of your bucket for CloudFront's access logs, such as `NAME.s3.amazonaws.com`; enable its "
        "ACLs and let a lifecycle rule forget them. They hold IP addresses, and no cookies",
        default_meaning="none",
    ),
    Choice(
        "OPERATOR_EMAIL",
        "",
        _email,
        "receives alarms and budget emails; AWS asks to confirm",
        default_meaning="none",
    ),
    Choice(
        "MONTHLY_BUDGET_DOLLARS",
        "20",
        _number(),
        "sends an email at 80% of it and when the forecast exceeds it; 0 for no budget",
    ),
    Choice(
        "FIREWALL",
        "false",
        _flag,
        "a WAF in front of pages and pictures that limits each IP address to 2,000 requests in five "
        "minutes, and to 20,000 with pictures; about $7 a month",
    ),
    Choice(
        "WORKER_CONCURRENCY",
        "auto",
        _one_of("auto", *CONCURRENCIES),
        "maximum of concurrent batches of ten photos: 2, 5, 10, 20, 50, 100, 200, 500 or 1000, below the "
        "account's Lambda concurrency. `auto`: 10, or less where the account has too few for pages too "
        "(a new account has 10 in all)",
    ),
    Choice("LAYER", "false", _flag, "`true` puts the worker's packages into a Lambda layer; see below"),
    Choice(
        "SWEEP_MINUTES",
        "5",
        _number(1, SWEEP_MINUTES_MAXIMUM),
        f"minutes between runs of the sweep: 1 to {SWEEP_MINUTES_MAXIMUM}; the alarm `sweep-gone` follows. "
        "Email runs each minute, and with the sweep if that is rarer than every 5",
    ),
    Choice(
        "SCHEDULES",
        "on",
        _one_of("on", "off"),
        "`off`: no sweep and no email, for a restore ([backup.md](backup.md)); `sweep-gone` rings meanwhile",
    ),
    Choice(
        "SECURITY_CONTACT",
        "",
        _like(r"(mailto:|https://)\S+", "give mailto:… or https://…"),
        "the contact in `/.well-known/security.txt`: `mailto:…` or `https://…`",
        is_setting=True,
        default_meaning="the sender of emails",
    ),
    Choice(
        "MODERATORS_MAY_DECIDE_OWN",
        "false",
        _flag,
        "`true`: moderators may also decide about their own photos",
        is_setting=True,
    ),
    Choice(
        "STAFF_MFA",
        "true",
        _flag,
        "`false`: moderators and admins may work without two-step sign-in; else they need it seven days "
        "after they are first asked",
        is_setting=True,
    ),
    Choice(
        "SIGN_UP",
        "open",
        _one_of("open", "invitation", "closed"),
        "who may register: `open`, `invitation` or `closed`",
        is_setting=True,
    ),
    Choice(
        "DEFAULT_QUOTA_BYTES",
        "5368709120",
        _number(),
        "bytes of photos that a new account may keep",
        is_setting=True,
    ),
    Choice(
        "ALBUMS_PER_ACCOUNT",
        "1000",
        _number(),
        "albums that one account may have",
        is_setting=True,
    ),
    Choice(
        "DEFAULT_FROM_EMAIL",
        "",
        _like(r"[^\r\n]*[^\s@<>]+@[^\s@<>]+>?", "give an address, such as Photos <photos@example.com>"),
        "the sender of emails, such as `Photos <photos@example.com>`; needs `EMAIL_URL`",
        is_setting=True,
        default_meaning="none",
    ),
    Choice(
        "LOG_LEVEL",
        "INFO",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "least level of the web function's log lines",
        is_setting=True,
    ),
    Choice(
        "API_READS_PER_MINUTE",
        "600",
        _number(1),
        "reads that one account may send to the API",
        is_setting=True,
    ),
    Choice(
        "API_WRITES_PER_MINUTE",
        "240",
        _number(1),
        "writes that one account may send to the API",
        is_setting=True,
    ),
    Choice(
        "API_IMPORTS_PER_MINUTE",
        "200",
        _number(1),
        "imports that one account may ask of the API",
        is_setting=True,
    ),
    Choice(
        "API_CORS_ORIGINS",
        "",
        _list_of(r"https?://[^/\s]+", "give origins such as https://app.example.com, separated by commas"),
        "origins whose pages may use the API, separated by commas",
        is_setting=True,
        default_meaning="none",
    ),
    Choice("ADMIN_EMAIL", "admin@example.com", _email, "the first admin's email address"),
    Choice(
        "VPC_SUBNET_IDS",
        "",
        _list_of(r"subnet-[\w-]+", "give subnet-…, separated by commas"),
        "for a web function in the database's network; needs `VPC_SECURITY_GROUP_IDS`",
        default_meaning="none",
    ),
    Choice(
        "VPC_SECURITY_GROUP_IDS",
        "",
        _list_of(r"sg-[\w-]+", "give sg-…, separated by commas"),
        "security groups of the web function; needs `VPC_SUBNET_IDS`",
        default_meaning="none",
    ),
    Choice(
        "LAMBDA_PYTHON", "3.13", _one_of(*PYTHONS), f"Python version of the functions: {', '.join(PYTHONS)}"
    ),
)
"""Every choice that a stage keeps, but secrets (``stage_secrets.GIVEN``) and the region, where it is kept."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice's value, its origin (``default``, ``kept`` or ``given now``), and the value before."""

    choice: Choice
    value: str
    origin: str
    before: str

    @property
    def changes(self) -> bool:
        """Return whether the value differs from the last deployment's."""
        return self.value != self.before


def given_in(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return what the environment says about these variables.

    With ``EMPTY_CHOICES=keep`` an empty one is not given: GitHub passes an empty text for each variable that
    its environment doesn't have.
    """
    keeps_empty = environment.get("EMPTY_CHOICES") == "keep"
    found = {name: environment[name].strip() for name in names if name in environment}
    return {name: text for name, text in found.items() if text or not keeps_empty}


def decide(environment: Mapping[str, str], kept: Mapping[str, str]) -> list[Decision]:
    """Return the value of every choice: given now, else kept, else its default.

    Raises:
        CommandError: a value is invalid; nothing was done.
    """
    given = given_in(environment, tuple(choice.name for choice in CHOICES))
    return [_decide(choice, given.get(choice.name), kept.get(choice.name)) for choice in CHOICES]


def _decide(choice: Choice, given: str | None, kept: str | None) -> Decision:
    before = choice.default if kept is None else kept
    if given is None:
        if kept is None:
            return Decision(choice, choice.default, "default", before)
        return Decision(choice, _read(choice, kept, "kept"), "kept", before)
    if given in TAKEN_BACK:
        return Decision(choice, choice.default, "default", before)
    return Decision(choice, _read(choice, given, "given"), "given now", before)


def _read(choice: Choice, text: str, origin: str) -> str:
    try:
        return choice.read(text)
    except ValueError as error:
        raise CommandError(f"{choice.name}={text!r} ({origin}): {error}. Nothing was done.") from error


def changed_lines(decisions: list[Decision]) -> list[str]:
    """Return a line for each choice that changes: ``SIGN_UP: closed → open``."""
    return [
        f"{decision.choice.name}: {decision.before or 'none'} → {decision.value or 'none'}"
        for decision in decisions
        if decision.changes
    ]


def documented() -> str:
    """Return the rows of the table in ``docs/deploy.md``."""
    return "\n".join(
        f"| `{choice.name}` | {choice.default_meaning or f'`{choice.default}`'} | {choice.meaning} |"
        for choice in CHOICES
    )
