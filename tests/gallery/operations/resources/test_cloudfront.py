"""Doctor checks CloudFront's keys; a refused check is never reported as ok."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from gallery.operations.diagnosis import line
from gallery.operations.resources import Names, cloudfront
from gallery.operations.resources.inspection import inspect
from infra.deploy.stage_secrets import new_signing_key, public_key_of
from tests.gallery.operations.resources.broken import STAGE
from tests.stage import REGION, SITE_ORIGIN

if TYPE_CHECKING:
    from gallery.operations.diagnosis import Finding
    from gallery.operations.resources.inspection import Clients


def test_signing_key__of_another_gallery_is_named() -> None:
    ours, other = (public_key_of(new_signing_key()) for _ in range(2))
    with mock_aws():
        clients = boto3.Session(region_name=REGION)
        config = {"CallerReference": "a", "Name": "a", "EncodedKey": ours}
        made = clients.client("cloudfront").create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
        names = partial(Names, STAGE, SITE_ORIGIN, "", "", "", "", (), signing_key_id=made)
        well, _ = findings_of(clients, names(signing_public_key=ours))
        found, _ = findings_of(clients, names(signing_public_key=other))
    assert well.is_well
    assert "not the key that the gallery signs with" in found.advice


@dataclass(frozen=True)
class CloudFrontOf:
    """CloudFront's responses about one distribution and its key group, neither of which moto stores."""

    groups: dict[str, list[str]]

    def client(self, _service: str) -> CloudFrontOf:
        return self

    def get_distribution(self, **_: str) -> dict[str, Any]:
        trusted = {"Enabled": bool(self.groups), "Quantity": len(self.groups), "Items": list(self.groups)}
        behavior = {"DefaultCacheBehavior": {"TrustedKeyGroups": trusted}}
        return {"Distribution": {"DistributionConfig": {"Enabled": True} | behavior}}

    def get_key_group(self, *, Id: str) -> dict[str, Any]:  # noqa: N803 - CloudFront's word
        return {"KeyGroup": {"KeyGroupConfig": {"Items": self.groups[Id]}}}

    def get_public_key(self, **_: str) -> dict[str, Any]:
        return {"PublicKey": {"PublicKeyConfig": {"EncodedKey": "ours"}}}


@pytest.mark.parametrize(
    ("groups", "advice"),
    [({"g": ["k"]}, ""), ({"g": ["other"]}, "lacks the gallery's key"), ({}, "ANYONE CAN SEE THEM")],
)
def test_key_group__without_the_signing_key_is_named(groups: dict[str, list[str]], advice: str) -> None:
    names = Names(
        *(STAGE, SITE_ORIGIN, "", "", "", "", ()),
        distributions=("d",),
        signing_key_id="k",
        signing_public_key="ours",
    )
    problems = [one for one in findings_of(CloudFrontOf(groups), names) if not one.is_well]
    assert [one.what for one in problems] == ["CloudFront key group"] * bool(advice)
    assert all(advice in one.advice for one in problems)


@pytest.mark.parametrize(
    ("code", "is_well", "said"),
    [
        ("AccessDenied", True, "not checked: these credentials do not have permission"),
        ("ExpiredToken", False, "does not accept these credentials"),
        ("NoSuchBucket", False, "AWS says NoSuchBucket"),
    ],
)
def test_refusal__is_never_ok(code: str, is_well: bool, said: str) -> None:
    def refuse(_title: str) -> Finding:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Get")

    found = inspect("thing", refuse)
    assert found.is_well is is_well
    assert said in found.advice
    assert not line(found).startswith("ok")


def findings_of(clients: Clients, names: Names) -> list[Finding]:
    return [inspect(title, check) for title, check in cloudfront.checks(clients, names)]
