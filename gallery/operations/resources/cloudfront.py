"""Checks of CloudFront: that it serves, and that it verifies signatures with the gallery's key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok
from gallery.operations.resources.inspection import RESTORE

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
    from gallery.operations.resources.names import Names


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    if not (names.distributions or names.signing_key_id):
        return
    cloudfront = clients.client("cloudfront")
    for distribution in names.distributions:
        yield f"distribution {distribution}", partial(_distribution, cloudfront, distribution)
    if names.signing_key_id:
        yield "CloudFront key", partial(_key, cloudfront, names)
        yield "CloudFront key group", partial(_key_group, cloudfront, names)


def _distribution(cloudfront: Any, distribution: str, title: str) -> Finding:
    answer = cloudfront.get_distribution(Id=distribution)["Distribution"]
    if not answer["DistributionConfig"]["Enabled"]:
        return broken(title, f"it is disabled. {RESTORE}")
    return ok(title)


def _key(cloudfront: Any, names: Names, title: str) -> Finding:
    encoded = cloudfront.get_public_key(Id=names.signing_key_id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
    if encoded.strip() != names.signing_public_key.strip():
        return broken(title, f"it is not the key that the gallery signs with: no picture is shown. {RESTORE}")
    return ok(title)


def _key_group(cloudfront: Any, names: Names, title: str) -> Finding:
    """Check that a distribution requires signatures and trusts a group with the gallery's key."""
    trusted_groups = [
        group
        for distribution in names.distributions
        for group in _trusted_groups(cloudfront.get_distribution(Id=distribution)["Distribution"])
    ]
    keys = {
        key
        for group in trusted_groups
        for key in cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]
    }
    if not trusted_groups:
        return broken(title, f"pictures need no signature: ANYONE CAN SEE THEM. {RESTORE}")
    if names.signing_key_id not in keys:
        return broken(title, f"the key group lacks the gallery's key: no picture is shown. {RESTORE}")
    return ok(title)


def _trusted_groups(distribution: Any) -> list[str]:
    groups: list[str] = (
        distribution["DistributionConfig"]["DefaultCacheBehavior"]
        .get("TrustedKeyGroups", {})
        .get("Items", [])
    )
    return groups
