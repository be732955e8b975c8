"""What an upload is bound to, and what S3 says of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker.contract import correlation, keys

if TYPE_CHECKING:
    from uuid import UUID

    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

OFFER_SECONDS = 15 * 60

SIGNED_HEADERS = frozenset(
    {
        "content-type",
        "if-none-match",
        "x-amz-checksum-sha256",
        f"x-amz-meta-{keys.OWNER_METADATA}",
        f"x-amz-meta-{correlation.METADATA}",
    }
)
"""What a browser must be allowed to send with an upload from the gallery's origin."""


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """What S3 says of an original: ``sha256`` is base64 as in the checksum header, or empty."""

    size_bytes: int
    content_type: str
    owner: str
    sha256: str

    @classmethod
    def from_head(cls, head: HeadObjectOutputTypeDef) -> StoredOriginal:
        """Read the answer of a HEAD that asked for the checksum."""
        return cls(
            size_bytes=head["ContentLength"],
            content_type=head.get("ContentType", ""),
            owner=head.get("Metadata", {}).get(keys.OWNER_METADATA, ""),
            sha256=head.get("ChecksumSHA256", ""),
        )


@dataclass(frozen=True, slots=True)
class OriginalTerms:
    """What an original is bound to before it exists; ``sha256`` in base64."""

    photo_id: UUID
    owner_id: int
    size_bytes: int
    content_type: str
    sha256: str
    correlation_id: str

    def parameters(self, bucket: str) -> dict[str, Any]:
        """Return the parameters of the one PUT that these terms allow."""
        return {
            "Bucket": bucket,
            "Key": keys.original_key(self.photo_id),
            "ContentLength": self.size_bytes,
            "ContentType": self.content_type,
            "ChecksumSHA256": self.sha256,
            "IfNoneMatch": "*",
            "Metadata": self.metadata(),
        }

    def headers(self) -> dict[str, str]:
        """Return the headers that a signature over these parameters binds its sender to."""
        return {
            "Content-Type": self.content_type,
            "If-None-Match": "*",
            "x-amz-checksum-sha256": self.sha256,
        } | {f"x-amz-meta-{name}": value for name, value in self.metadata().items()}

    def metadata(self) -> dict[str, str]:
        """Return what S3 keeps beside the bytes and tells the worker."""
        return {keys.OWNER_METADATA: str(self.owner_id)} | correlation.metadata_of(self.correlation_id)


@dataclass(frozen=True, slots=True)
class Offer:
    """A presigned PUT: send the bytes that ``terms`` describe to ``url`` with exactly its ``headers``."""

    url: str
    terms: OriginalTerms

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that the signature requires."""
        return self.terms.headers()
