"""Sign rendition URLs that stay the same within a time window and expire soon after.

A URL is signed as of the start of the current window and expires two windows later. Browsers and CDNs can
cache it until then and no longer, and it is valid for one to two windows (7 to 14 minutes).
Reference: AWS Signature Version 4, "Authenticating requests: using query parameters". Decision 0028 says why
botocore does not sign them.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings

from gallery.storage.aws import session

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

WINDOW_SECONDS = 420
LIFETIME_SECONDS = 2 * WINDOW_SECONDS


class UrlSigner(Protocol):
    """Signs rendition URLs for one window."""

    def url(self, key: str) -> str:
        """Return the signed URL of the rendition with this key."""


def browser_caching(expires_at: int) -> dict[str, str]:
    """Return parameters by which S3 lets browsers keep the picture until its URL expires.

    There is no ``max-age``: it would count from the download, and overrule ``Expires`` (RFC 9111, 4.2.1).

    >>> browser_caching(840)["response-expires"]
    'Thu, 01 Jan 1970 00:14:00 GMT'
    """
    return {
        "response-cache-control": "private, immutable",
        "response-expires": formatdate(expires_at, usegmt=True),
    }


def encoded(query: dict[str, str]) -> str:
    """Return the query as both signatures spell it; parameters without a value are left out."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")


class S3UrlSigner:
    """Signs GET requests to one bucket (Signature Version 4). The costly parts are computed once."""

    def __init__(
        self,
        *,
        credentials: ReadOnlyCredentials,
        region: str,
        bucket: str,
        endpoint_url: str,
        window_start: int,
    ) -> None:
        """Prepare to sign for the window that starts at ``window_start`` (seconds since the epoch)."""
        if endpoint_url:
            parts = urlsplit(endpoint_url)
            origin, host, self._path = f"{parts.scheme}://{parts.netloc}", parts.netloc, f"/{bucket}/"
        else:
            host = f"{bucket}.s3.{region}.amazonaws.com"
            origin, self._path = f"https://{host}", "/"
        self._prefix = origin + self._path
        instant = datetime.fromtimestamp(window_start, UTC)
        stamp, day = instant.strftime("%Y%m%dT%H%M%SZ"), instant.strftime("%Y%m%d")
        scope = f"{day}/{region}/s3/aws4_request"
        # In the order of their names, as the signature demands.
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{credentials.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(LIFETIME_SECONDS),
            "X-Amz-Security-Token": credentials.token or "",
            "X-Amz-SignedHeaders": "host",
        } | browser_caching(window_start + LIFETIME_SECONDS)
        self._query = encoded(query)
        self._request_tail = f"\n{self._query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        self._to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n"
        key = f"AWS4{credentials.secret_key}".encode()
        for part in (day, region, "s3", "aws4_request"):
            key = _hmac(key, part)
        self._key = key

    def url(self, key: str) -> str:
        """Return the signed URL of the object with this key."""
        path = quote(key, safe="/-_.~")
        request = f"GET\n{self._path}{path}{self._request_tail}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _hmac(self._key, self._to_sign + digest).hex()
        return f"{self._prefix}{path}?{self._query}&X-Amz-Signature={signature}"


def window_start(now: float) -> int:
    """Return the start of the window that ``now`` (seconds since the epoch) lies in.

    >>> window_start(841.5)
    840
    """
    return int(now) // WINDOW_SECONDS * WINDOW_SECONDS


def signer() -> UrlSigner | None:
    """Return the signer of the current window, or ``None`` without credentials."""
    start = window_start(time.time())
    if settings.PICTURES_ORIGIN:
        return _cloudfront_signer(start, settings.SIGNING_KEY_ID)
    found = session().get_credentials()
    if found is None:
        return None
    frozen = found.get_frozen_credentials()
    if frozen.access_key is None or frozen.secret_key is None:
        return None
    return _s3_signer(start, frozen)


# Cached for one window. Two threads may both create a signer: their URLs are the same.
@functools.lru_cache(maxsize=1)
def _s3_signer(start: int, credentials: ReadOnlyCredentials) -> UrlSigner:
    return S3UrlSigner(
        credentials=credentials,
        region=settings.AWS_REGION,
        bucket=settings.RENDITIONS_BUCKET,
        endpoint_url=settings.S3_ENDPOINT_URL,
        window_start=start,
    )


@functools.lru_cache(maxsize=1)
def _cloudfront_signer(start: int, key_id: str) -> UrlSigner:
    # Imported here, because cryptography is slow to import and not needed with S3.
    from gallery.storage import cloudfront  # noqa: PLC0415

    return cloudfront.CloudFrontUrlSigner(
        origin=settings.PICTURES_ORIGIN,
        key_id=key_id,
        key=cloudfront.load_key(settings.SIGNING_PRIVATE_KEY),
        expires_at=start + LIFETIME_SECONDS,
    )
