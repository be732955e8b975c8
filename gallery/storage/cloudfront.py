"""Sign rendition URLs for CloudFront with the private key that all processes share.

Reference: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy".
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from urllib.parse import quote

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gallery.storage.signed_urls import browser_caching, encoded

MAX_CACHED = 20_000
"""URLs cached in one window, about 10 MB. A signature takes about 1 ms, and a page has up to 300 URLs."""


@functools.cache
def load_key(pem: str) -> rsa.RSAPrivateKey:
    """Return the private key.

    Raises:
        ValueError: it is not an RSA key in PEM format.
    """
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("SIGNING_PRIVATE_KEY must be an RSA key in PEM.")  # noqa: TRY004 - wrong value of a setting
    return key


class CloudFrontUrlSigner:
    """Signs URLs of one distribution that expire at ``expires_at`` (seconds since the epoch)."""

    def __init__(self, *, origin: str, key_id: str, key: rsa.RSAPrivateKey, expires_at: int) -> None:
        """Prepare to sign for one window."""
        self._origin = origin
        self._query = encoded(browser_caching(expires_at))
        self._expires_at = datetime.fromtimestamp(expires_at, UTC)
        # CloudFront accepts SHA-1 only; the key and the short lifetime make it safe.
        self._signer = CloudFrontSigner(
            key_id,
            lambda policy: key.sign(policy, padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303
        )
        self.url = functools.lru_cache(MAX_CACHED)(self._signed_url)

    def _signed_url(self, key: str) -> str:
        url = f"{self._origin}/{quote(key, safe='/-_.~')}?{self._query}"
        return str(self._signer.generate_presigned_url(url, date_less_than=self._expires_at))
