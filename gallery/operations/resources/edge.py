"""Looks at CloudFront: that it serves, and that it checks signatures by the key the gallery signs with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, ill, well
from gallery.operations.resources.looking import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    if not (names.distributions or names.signing_key_id):
        return
    cloudfront = clients.client("cloudfront")
    for distribution in names.distributions:
        yield f"distribution {distribution}", partial(_distribution, cloudfront, distribution)
    if names.signing_key_id:
        yield "CloudFront key", partial(_key, cloudfront, names)
        yield "CloudFront key group", partial(_group, cloudfront, names)


def _distribution(cloudfront: Any, distribution: str) -> Finding:
    title = f"distribution {distribution}"
    found = cloudfront.get_distribution(Id=distribution)["Distribution"]
    if not found["DistributionConfig"]["Enabled"]:
        return ill(title, f"it is switched off. {AGAIN}")
    return well(title)


def _group(cloudfront: Any, names: Names) -> Finding:
    """See that a distribution trusts a group that holds the key: else anybody may see every picture."""
    title = "CloudFront key group"
    trusted = [
        group
        for distribution in names.distributions
        for group in _trusted_by(cloudfront.get_distribution(Id=distribution)["Distribution"])
    ]
    held = {
        key
        for group in trusted
        for key in cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]
    }
    if not trusted:
        return ill(title, f"the pictures ask for no signature: ANYBODY SEES THEM. {AGAIN}")
    if names.signing_key_id not in held:
        return ill(title, f"the pictures' key group lacks the gallery's key: no picture is shown. {AGAIN}")
    return well(title)


def _trusted_by(distribution: Any) -> list[str]:
    groups: list[str] = (
        distribution["DistributionConfig"]["DefaultCacheBehavior"]
        .get("TrustedKeyGroups", {})
        .get("Items", [])
    )
    return groups


def _key(cloudfront: Any, names: Names) -> Finding:
    title = "CloudFront key"
    found = cloudfront.get_public_key(Id=names.signing_key_id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
    if found.strip() != names.signing_public_key.strip():
        return ill(
            title, f"CloudFront knows another key than the gallery signs with: no picture is shown. {AGAIN}"
        )
    return well(title)
