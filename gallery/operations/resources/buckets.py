"""Checks of the buckets: notifications, CORS, public access, encryption, policies and lifecycle rules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok, skipped
from gallery.operations.resources.inspection import RESTORE, RESTORE_SECTION, call_or_empty, check_policy
from gallery.storage.upload_terms import SIGNED_HEADERS

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
    from gallery.operations.resources.names import Names

PUBLIC_ACCESS_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
NOTIFICATIONS = {
    ("originals/", "ObjectCreated"): "thumbnails",
    ("originals/", "ObjectRemoved"): "thumbnails",
    ("nudges/", "ObjectCreated"): "thumbnails",
    ("imports/", "ObjectCreated"): "imports",
}
"""The queue that S3 notifies, by prefix and event."""
CLOUDFRONT_SIDS = {"renditions": "OnlyOurDistributionReads", "static": "OnlyOurDistributionReads"}
"""The statement that lets CloudFront read, by bucket."""


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    s3 = clients.client("s3")
    yield "notifications of originals", partial(_notifications, s3, names)
    yield "CORS of originals", partial(_originals_cors, s3, names)
    yield "CORS of renditions", partial(_renditions_cors, s3, names)
    buckets = {"originals": names.originals_bucket, "renditions": names.renditions_bucket}
    if names.static_bucket:
        buckets["static"] = names.static_bucket
    for kind, bucket in buckets.items():
        yield f"public access block of {kind}", partial(_public_access_block, s3, bucket)
        yield f"encryption of {kind}", partial(_encryption, s3, bucket)
        yield f"policy of {kind}", partial(_policy, s3, kind, bucket, names)
    yield "lifecycle of originals", partial(_lifecycle, s3, names)


def _notifications(s3: Any, names: Names, title: str) -> Finding:
    configuration = s3.get_bucket_notification_configuration(Bucket=names.originals_bucket)
    configured = {
        (rule["Value"], event.split(":")[1], entry["QueueArn"].rsplit(":", 1)[1])
        for entry in configuration.get("QueueConfigurations", [])
        for event in entry["Events"]
        for rule in entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    }
    missing = [
        f"{prefix} {event}"
        for (prefix, event), queue in NOTIFICATIONS.items()
        if (prefix, event, f"contactsheet-{names.stage}-{queue}") not in configured
    ]
    if missing:
        return broken(
            title, f"S3 notifies no queue of {', '.join(missing)}: photos stay in processing. {RESTORE}"
        )
    return ok(title)


def _originals_cors(s3: Any, names: Names, title: str) -> Finding:
    if not names.site_origin:
        return broken(title, f"the gallery's address is not known yet. {RESTORE}")
    rules = _cors_rules(s3, names.originals_bucket)
    can_upload = any(
        names.site_origin in rule["AllowedOrigins"]
        and {"PUT", "GET"} <= set(rule["AllowedMethods"])
        and {header.lower() for header in rule.get("AllowedHeaders", [])} >= SIGNED_HEADERS
        for rule in rules
    )
    if not can_upload:
        return broken(title, f"browsers at {names.site_origin} cannot upload. {RESTORE}")
    return _no_other_origin(title, rules, names)


def _renditions_cors(s3: Any, names: Names, title: str) -> Finding:
    rules = _cors_rules(s3, names.renditions_bucket)
    can_read = any(
        names.site_origin in rule["AllowedOrigins"] and "GET" in rule["AllowedMethods"] for rule in rules
    )
    if not can_read:
        return broken(title, f"browsers at {names.site_origin} cannot read pictures. {RESTORE}")
    return _no_other_origin(title, rules, names)


def _cors_rules(s3: Any, bucket: str) -> list[Any]:
    answer = call_or_empty(partial(s3.get_bucket_cors, Bucket=bucket), "NoSuchCORSConfiguration")
    rules: list[Any] = answer.get("CORSRules", [])
    return rules


def _no_other_origin(title: str, rules: list[Any], names: Names) -> Finding:
    others = {origin for rule in rules for origin in rule["AllowedOrigins"]} - {names.site_origin}
    if others:
        return broken(title, f"pages of {', '.join(sorted(others))} have access too. {RESTORE}")
    return ok(title)


def _public_access_block(s3: Any, bucket: str, title: str) -> Finding:
    answer = call_or_empty(
        partial(s3.get_public_access_block, Bucket=bucket), "NoSuchPublicAccessBlockConfiguration"
    )
    configuration = answer.get("PublicAccessBlockConfiguration", {})
    off = [name for name in PUBLIC_ACCESS_BLOCKS if not configuration.get(name)]
    return broken(title, f"{', '.join(off)}: off. {RESTORE}") if off else ok(title)


def _encryption(s3: Any, bucket: str, title: str) -> Finding:
    answer = call_or_empty(
        partial(s3.get_bucket_encryption, Bucket=bucket), "ServerSideEncryptionConfigurationNotFoundError"
    )
    if not answer.get("ServerSideEncryptionConfiguration", {}).get("Rules"):
        return broken(title, f"encryption is not configured. {RESTORE}")
    return ok(title)


def _policy(s3: Any, kind: str, bucket: str, names: Names, title: str) -> Finding:
    answer = call_or_empty(partial(s3.get_bucket_policy, Bucket=bucket), "NoSuchBucketPolicy")
    expected_sids = {CLOUDFRONT_SIDS[kind]} if kind in CLOUDFRONT_SIDS else set()
    return check_policy(title, answer.get("Policy", "{}"), expected_sids, names)


def _lifecycle(s3: Any, names: Names, title: str) -> Finding:
    answer = call_or_empty(
        partial(s3.get_bucket_lifecycle_configuration, Bucket=names.originals_bucket),
        "NoSuchLifecycleConfiguration",
    )
    expiring = {
        rule.get("Prefix") or rule.get("Filter", {}).get("Prefix", "")
        for rule in answer.get("Rules", [])
        if rule.get("Status") == "Enabled" and "Expiration" in rule
    }
    if deleting := sorted(
        prefix for prefix in expiring if "originals/".startswith(prefix) or prefix.startswith("originals/")
    ):
        return broken(title, f"A RULE DELETES PHOTOS (prefix {deleting}). Remove it now.", RESTORE_SECTION)
    if {"nudges/", "imports/"} <= expiring:
        return ok(title)
    if names.is_emulated:
        return skipped(title, "the emulated AWS has no lifecycle rules")
    return broken(title, f"nudges and import requests are never deleted. {RESTORE}")
