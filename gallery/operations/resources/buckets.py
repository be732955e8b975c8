"""Looks at the buckets: who hears of what happens in them, and who may do what there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, apart, ill, well
from gallery.operations.resources.looking import AGAIN, BY_HAND, found_or, policy_with
from gallery.storage.upload_terms import SIGNED_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
HEARD_BY = {
    ("originals/", "ObjectCreated"): "thumbnails",
    ("originals/", "ObjectRemoved"): "thumbnails",
    ("nudges/", "ObjectCreated"): "thumbnails",
    ("imports/", "ObjectCreated"): "imports",
}
"""Which queue hears of what, by prefix and event."""
READ_BY = {"renditions": "CloudFrontOfThisAccountReads", "static": "OnlyOurDistributionReads"}
"""The statement that lets CloudFront read, by bucket."""


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    s3 = clients.client("s3")
    yield "notifications of originals", partial(_notifications, s3, names)
    yield "CORS of originals", partial(_cors, s3, names)
    yield "CORS of renditions", partial(_cors_of_renditions, s3, names)
    kinds = {"originals": names.originals_bucket, "renditions": names.renditions_bucket}
    if names.static_bucket:
        kinds["static"] = names.static_bucket
    for kind, bucket in kinds.items():
        yield f"{kind} kept from the public", partial(_block, s3, kind, bucket)
        yield f"encryption of {kind}", partial(_encryption, s3, kind, bucket)
        yield f"policy of {kind}", partial(_policy, s3, kind, bucket, names)
    yield "lifecycle of originals", partial(_lifecycle, s3, names)


def _notifications(s3: Any, names: Names) -> Finding:
    title = "notifications of originals"
    found = s3.get_bucket_notification_configuration(Bucket=names.originals_bucket)
    heard = {
        (rule["Value"], event.split(":")[1], entry["QueueArn"].rsplit(":", 1)[1])
        for entry in found.get("QueueConfigurations", [])
        for event in entry["Events"]
        for rule in entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    }
    missing = [
        f"{prefix} {event}"
        for (prefix, event), queue in HEARD_BY.items()
        if (prefix, event, f"contactsheet-{names.stage}-{queue}") not in heard
    ]
    if missing:
        return ill(title, f"no queue hears of {', '.join(missing)}: photos stay in processing. {AGAIN}")
    return well(title)


def _cors(s3: Any, names: Names) -> Finding:
    title = "CORS of originals"
    if not names.site_origin:
        return ill(title, f"the gallery's address is not known yet. {AGAIN}")
    rules = _rules_of_cors(s3, names.originals_bucket)
    may_upload = any(
        names.site_origin in rule["AllowedOrigins"]
        and {"PUT", "GET"} <= set(rule["AllowedMethods"])
        and {header.lower() for header in rule.get("AllowedHeaders", [])} >= SIGNED_HEADERS
        for rule in rules
    )
    if not may_upload:
        return ill(title, f"browsers at {names.site_origin} may not upload. {AGAIN}")
    return _only_ours(title, rules, names)


def _cors_of_renditions(s3: Any, names: Names) -> Finding:
    title = "CORS of renditions"
    rules = _rules_of_cors(s3, names.renditions_bucket)
    ours = [rule for rule in rules if names.site_origin in rule["AllowedOrigins"]]
    if not any("GET" in rule["AllowedMethods"] for rule in ours):
        return ill(title, f"browsers at {names.site_origin} may not read pictures. {AGAIN}")
    return _only_ours(title, rules, names)


def _rules_of_cors(s3: Any, bucket: str) -> list[Any]:
    found = found_or({}, partial(s3.get_bucket_cors, Bucket=bucket), "NoSuchCORSConfiguration")
    rules: list[Any] = found.get("CORSRules", [])
    return rules


def _only_ours(title: str, rules: list[Any], names: Names) -> Finding:
    strangers = {origin for rule in rules for origin in rule["AllowedOrigins"]} - {names.site_origin}
    if strangers:
        return ill(title, f"pages of {', '.join(sorted(strangers))} may speak to it too. {AGAIN}")
    return well(title)


def _block(s3: Any, kind: str, bucket: str) -> Finding:
    title = f"{kind} kept from the public"
    found = found_or(
        {}, partial(s3.get_public_access_block, Bucket=bucket), "NoSuchPublicAccessBlockConfiguration"
    )
    blocked = found.get("PublicAccessBlockConfiguration", {})
    open_ = [name for name in BLOCKS if not blocked.get(name)]
    return ill(title, f"{', '.join(open_)}: off. {AGAIN}") if open_ else well(title)


def _encryption(s3: Any, kind: str, bucket: str) -> Finding:
    title = f"encryption of {kind}"
    found = found_or(
        {},
        partial(s3.get_bucket_encryption, Bucket=bucket),
        "ServerSideEncryptionConfigurationNotFoundError",
    )
    if not found.get("ServerSideEncryptionConfiguration", {}).get("Rules"):
        return ill(title, f"nothing says that it is encrypted. {AGAIN}")
    return well(title)


def _policy(s3: Any, kind: str, bucket: str, names: Names) -> Finding:
    title = f"policy of {kind}"
    found = found_or({}, partial(s3.get_bucket_policy, Bucket=bucket), "NoSuchBucketPolicy")
    wanted = {READ_BY[kind]} if kind in READ_BY else set()
    return policy_with(title, found.get("Policy", "{}"), wanted, names)


def _lifecycle(s3: Any, names: Names) -> Finding:
    title = "lifecycle of originals"
    found = found_or(
        {},
        partial(s3.get_bucket_lifecycle_configuration, Bucket=names.originals_bucket),
        "NoSuchLifecycleConfiguration",
    )
    ending = {
        rule.get("Prefix") or rule.get("Filter", {}).get("Prefix", "")
        for rule in found.get("Rules", [])
        if rule.get("Status") == "Enabled" and "Expiration" in rule
    }
    if deadly := sorted(
        prefix for prefix in ending if "originals/".startswith(prefix) or prefix.startswith("originals/")
    ):
        return ill(title, f"A RULE DELETES PHOTOS (prefix {deadly}). Remove it at once.", BY_HAND)
    if {"nudges/", "imports/"} <= ending:
        return well(title)
    if names.is_emulated:
        return apart(title, "the emulated AWS keeps no such rules")
    return ill(title, f"nudges and import requests would pile up. {AGAIN}")
