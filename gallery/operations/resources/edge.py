"""Looks at CloudFront: that it serves, and that it checks signatures by the key the gallery signs with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.findings import Finding, ill, well
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


def _distribution(cloudfront: Any, distribution: str) -> Finding:
    title = f"distribution {distribution}"
    found = cloudfront.get_distribution(Id=distribution)["Distribution"]
    if not found["DistributionConfig"]["Enabled"]:
        return ill(title, f"it is switched off. {AGAIN}")
    return well(title)


def _key(cloudfront: Any, names: Names) -> Finding:
    title = "CloudFront key"
    found = cloudfront.get_public_key(Id=names.signing_key_id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
    if found.strip() != names.signing_public_key.strip():
        return ill(
            title, f"CloudFront knows another key than the gallery signs with: no picture is shown. {AGAIN}"
        )
    return well(title)
