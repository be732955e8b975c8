"""The certificate authorities of the database: RDS has its own, one set for each region."""

from __future__ import annotations

import re
import ssl
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import certifi

from infra.commands import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOST_OF_RDS = re.compile(r"[\w.-]+\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com")
ADDRESS = "https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"""
ANSWERS_WITHIN_SECONDS = 20
MAXIMUM_BYTES = 1_000_000


def certificates_for(secrets: Mapping[str, str], fetch: Callable[[str], bytes] | None = None) -> bytes:
    """Return what the package needs besides the public authorities; empty if those suffice.

    Raises:
        CommandError: RDS's certificates can't be fetched, or are none.
    """
    given = secrets["database-certificates"].encode()
    region = region_of_rds(secrets["database-url"])
    if given or not region:
        return given
    address = ADDRESS.format(region=region)
    try:
        found = (fetch or _fetch)(address)
    except OSError as error:
        raise CommandError(
            f"The certificates of RDS can't be fetched ({address}: {error}). "
            'Give them: make deploy … DATABASE_CERTIFICATES="$(cat bundle.pem)"'
        ) from error
    if b"-----BEGIN CERTIFICATE-----" not in found:
        raise CommandError(f"{address} holds no certificates. Give them in DATABASE_CERTIFICATES.")
    return found


def region_of_rds(database_url: str) -> str:
    """Return the region of an RDS host, or an empty string; RDS Proxy has public certificates.

    >>> region_of_rds("postgresql://u:p@x.cluster-abc.eu-central-1.rds.amazonaws.com:5432/name")
    'eu-central-1'
    """
    try:
        host = urlsplit(database_url).hostname or ""
    except ValueError:
        return ""  # the gallery's settings name what is wrong
    found = HOST_OF_RDS.fullmatch(host)
    return found[1] if found and ".proxy-" not in host else ""


def _fetch(address: str) -> bytes:
    context = ssl.create_default_context(cafile=certifi.where())
    # The address is a constant with a region in it.
    with urllib.request.urlopen(address, timeout=ANSWERS_WITHIN_SECONDS, context=context) as answer:  # noqa: S310
        return bytes(answer.read(MAXIMUM_BYTES))
