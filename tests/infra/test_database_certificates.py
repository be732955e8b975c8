"""A database on RDS gets the certificates of its region; a secret that SSM can't keep is refused."""

from __future__ import annotations

from typing import Any

import pytest

from infra.commands import CommandError
from infra.deploy.database_certificates import certificates_for, region_of_rds
from infra.deploy.stage_secrets import StageSecrets

CLUSTER = "postgresql://u:p@c.cluster-abc.eu-central-1.rds.amazonaws.com:5432/contactsheet"
PEM = b"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n"


def secrets(url: str, certificates: str = "") -> dict[str, str]:
    return {"database-url": url, "database-certificates": certificates}


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("c.cluster-abc.eu-central-1.rds.amazonaws.com", "eu-central-1"),
        ("db.abc.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1"),
        ("DB.abc.ap-southeast-2.RDS.amazonaws.com", "ap-southeast-2"),
        ("p.proxy-abc.eu-central-1.rds.amazonaws.com", ""),
        ("rds.amazonaws.com.evil.example", ""),
        ("ep-cool-1.eu-central-1.aws.neon.tech", ""),
        ("[::1", ""),
    ],
)
def test_region__is_read_from_the_host(host: str, region: str) -> None:
    assert region_of_rds(f"postgresql://u:p@{host}:5432/x") == region


def test_certificates__of_rds_are_those_of_its_region() -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return PEM

    assert certificates_for(secrets(CLUSTER), fetch) == PEM
    assert asked == ["https://truststore.pki.rds.amazonaws.com/eu-central-1/eu-central-1-bundle.pem"]
    assert certificates_for(secrets(CLUSTER, "mine"), fetch) == b"mine"
    assert certificates_for(secrets("postgresql://u@db.example.com/x"), fetch) == b""
    assert len(asked) == 1


def _unreachable(_address: str) -> bytes:
    raise OSError("no route")


@pytest.mark.parametrize("fetch", [_unreachable, lambda _: b"<html>"])
def test_certificates__missing_name_the_choice(fetch: Any) -> None:
    with pytest.raises(CommandError, match="DATABASE_CERTIFICATES"):
        certificates_for(secrets(CLUSTER), fetch)


class Parameters:
    """SSM's client, which notes the tier."""

    tier = ""

    def put_parameter(self, **given: Any) -> None:
        self.tier = given["Tier"]


@pytest.mark.parametrize(
    ("value", "tier"), [("x" * 4096, "Standard"), ("é" * 2049, "Advanced"), ("x" * 8192, "Advanced")]
)
def test_secret__is_kept_in_the_tier_of_its_bytes(value: str, tier: str) -> None:
    ssm = Parameters()
    StageSecrets(ssm, "dev").keep("database-certificates", value)
    assert ssm.tier == tier


def test_secret__too_long_is_refused_before_ssm() -> None:
    with pytest.raises(CommandError, match="only those of your database's region"):
        StageSecrets(None, "dev").keep("database-certificates", "x" * 8193)
