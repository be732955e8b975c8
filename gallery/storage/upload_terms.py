"""The signed terms of an upload, and the metadata of a stored original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker.contract import correlation, keys

if TYPE_CHECKING:
    from datetime import datetime
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
"""The headers that the bucket's CORS rule must allow for uploads from the gallery's origin."""


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """The metadata of a stored original. ``sha256`` is base64 as in S3's checksum header, or empty."""

    size_bytes: int
    content_type: str
    owner: str
    sha256: str
    stored_at: datetime

    @property
    def is_seal(self) -> bool:
        """Return whether it is the empty object that keeps an original from being stored again."""
        return self.size_bytes == 0

    @classmethod
    def from_head(cls, head: HeadObjectOutputTypeDef) -> StoredOriginal:
        """Return the metadata from a HEAD response that includes the checksum."""
        return cls(
            size_bytes=head["ContentLength"],
            content_type=head.get("ContentType", ""),
            owner=head.get("Metadata", {}).get(keys.OWNER_METADATA, ""),
            sha256=head.get("ChecksumSHA256", ""),
            stored_at=head["LastModified"],
        )


@dataclass(frozen=True, slots=True)
class OriginalTerms:
    """The size, type and SHA-256 (base64) that an upload's signature fixes before the original exists."""

    photo_id: UUID
    owner_id: int
    size_bytes: int
    content_type: str
    sha256: str
    correlation_id: str

    def parameters(self, bucket: str) -> dict[str, Any]:
        """Return the parameters of the one ``put_object`` that these terms allow."""
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
        """Return the headers that a signed upload must send."""
        return {
            "Content-Type": self.content_type,
            "If-None-Match": "*",
            "x-amz-checksum-sha256": self.sha256,
        } | {f"x-amz-meta-{name}": value for name, value in self.metadata().items()}

    def metadata(self) -> dict[str, str]:
        """Return the object metadata, which the worker reads."""
        return {keys.OWNER_METADATA: str(self.owner_id)} | correlation.metadata_of(self.correlation_id)


@dataclass(frozen=True, slots=True)
class Offer:
    """A presigned PUT: send the bytes that ``terms`` describe to ``url`` with exactly these ``headers``."""

    url: str
    terms: OriginalTerms

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that the signature requires."""
        return self.terms.headers()
