"""Owns S3: the gallery's only door to originals and nudges.

django-storages does what it can; where a conditional request is needed, which its transfer manager
refuses, one plain ``put_object`` is sent.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from gallery.photos.aws import client_config, make_client, session
from thumbworker.contract import keys, policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from boto3.session import Session
    from django.core.files.base import File
    from mypy_boto3_s3.client import S3Client

    from thumbworker.contract.imports import ImportRequest

OFFER_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 5 * 60
# A form's 4 MB take longer than the small questions that pages ask.
READ_TIMEOUT_SECONDS = 10.0

_CLIENT_LOCK = threading.Lock()


class OriginalsUnavailable(Exception):
    """S3 did not answer, or refused for a reason that is not the caller's."""


class _NotThere(Exception):
    """The object asked for does not exist."""


class OriginalAlreadyThere(Exception):
    """The conditional PUT was refused: an original of this id exists."""


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the SDK raises into this module's errors."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404 and error.response["Error"].get("Code") != "NoSuchBucket":
            raise _NotThere from error
        if status == 412:
            raise OriginalAlreadyThere from error
        raise OriginalsUnavailable(str(error)) from error
    except BotoCoreError as error:
        raise OriginalsUnavailable(str(error)) from error


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """What S3 says of an original: ``sha256`` is base64 as in the checksum header, or empty."""

    size_bytes: int
    content_type: str
    owner: str
    sha256: str


@dataclass(frozen=True, slots=True)
class OriginalTerms:
    """What an original is bound to before it exists; ``sha256`` in base64."""

    photo_id: UUID
    owner_id: int
    size_bytes: int
    content_type: str
    sha256: str

    def parameters(self, bucket: str) -> dict[str, Any]:
        """Return the parameters of the one PUT that these terms allow."""
        return {
            "Bucket": bucket,
            "Key": keys.original_key(self.photo_id),
            "ContentLength": self.size_bytes,
            "ContentType": self.content_type,
            "ChecksumSHA256": self.sha256,
            "IfNoneMatch": "*",
            "Metadata": {keys.OWNER_METADATA: str(self.owner_id)},
        }


@dataclass(frozen=True, slots=True)
class Offer:
    """A presigned PUT: send the bytes to ``url`` with exactly these ``headers``."""

    url: str
    headers: dict[str, str]


class OriginalsStorage(S3Storage):  # type: ignore[misc]  # django-storages is untyped
    """django-storages' S3 storage, bound to the originals bucket and to write-once semantics."""

    _client: S3Client | None = None

    def get_default_settings(self) -> dict[str, Any]:
        """Return django-storages' settings with ours on top."""
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {
            "bucket_name": settings.ORIGINALS_BUCKET,
            "region_name": settings.AWS_REGION,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": DOWNLOAD_SECONDS,
            "file_overwrite": True,
            "client_config": client_config(
                read_timeout=READ_TIMEOUT_SECONDS,
                signature_version="s3v4",
                s3={"addressing_style": "path" if settings.S3_ENDPOINT_URL else "virtual"},
            ),
        }

    def _create_session(self) -> Session:
        """Share one session, so that all threads sign with the same temporary credentials."""
        return session()

    @property
    def client(self) -> S3Client:
        """Return the client that all threads share; clients are thread-safe, resources are not."""
        with _CLIENT_LOCK:
            if self._client is None:
                self._client = make_client("s3", self.client_config)
        return self._client

    def delete(self, name: str) -> None:
        """Delete the original of this name, as ``FileField`` asks for it."""
        parsed = keys.parse_key(name)
        if parsed is not None:
            self.remove(parsed[1])

    def offer(self, terms: OriginalTerms) -> Offer:
        """Sign one write-once PUT for 15 minutes. Signing is local: no call is made."""
        url = self.client.generate_presigned_url(
            "put_object", Params=terms.parameters(self.bucket_name), ExpiresIn=OFFER_SECONDS
        )
        return Offer(
            url=url,
            headers={
                "Content-Type": terms.content_type,
                "If-None-Match": "*",
                "x-amz-checksum-sha256": terms.sha256,
                f"x-amz-meta-{keys.OWNER_METADATA}": str(terms.owner_id),
            },
        )

    def put(self, terms: OriginalTerms, content: bytes) -> None:
        """Store an original once.

        Raises:
            OriginalAlreadyThere: an original of this id exists.
            OriginalsUnavailable: S3 did not take it.
        """
        with _translated():
            self.client.put_object(**terms.parameters(self.bucket_name), Body=content)

    def _save(self, name: str, content: File[Any]) -> str:
        """Store by one conditional PUT under the very name; ``FileField`` ends up here."""
        parsed = keys.parse_key(name)
        if parsed is None or parsed[0] != keys.ORIGINALS_PREFIX:
            raise ValueError(f"Not the key of an original: {name!r}")
        content.seek(0)
        data = content.read()
        terms = OriginalTerms(
            photo_id=parsed[1],
            owner_id=content.owner_id,  # type: ignore[attr-defined]
            size_bytes=len(data),
            content_type=content.content_type,  # type: ignore[attr-defined]
            sha256=base64.b64encode(hashlib.sha256(data).digest()).decode(),
        )
        self.put(terms, data)
        return name

    def look(self, photo_id: UUID) -> StoredOriginal | None:
        """Look whether the original is there (HEAD); ``None`` if it is not.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        try:
            with _translated():
                head = self.client.head_object(
                    Bucket=self.bucket_name, Key=keys.original_key(photo_id), ChecksumMode="ENABLED"
                )
        except _NotThere:
            return None
        return StoredOriginal(
            size_bytes=head["ContentLength"],
            content_type=head.get("ContentType", ""),
            owner=head.get("Metadata", {}).get(keys.OWNER_METADATA, ""),
            sha256=head.get("ChecksumSHA256", ""),
        )

    def remove(self, photo_id: UUID) -> None:
        """Delete the original; nothing happens where there is none.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with _translated():
            self.client.delete_object(Bucket=self.bucket_name, Key=keys.original_key(photo_id))

    def nudge(self, photo_id: UUID) -> None:
        """Ask the worker to reconcile this id; it may be lost or doubled.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with _translated():
            self.client.put_object(
                Bucket=self.bucket_name,
                Key=keys.nudge_key(photo_id),
                Body=b"",
                ContentType="application/octet-stream",
            )

    def request_import(self, photo_id: UUID, request: ImportRequest) -> None:
        """Ask the import worker to fetch a picture; the same request again says nothing new.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with _translated():
            self.client.put_object(
                Bucket=self.bucket_name,
                Key=keys.import_key(photo_id),
                Body=request.to_json().encode(),
                ContentType="application/json",
            )

    def forget_import(self, photo_id: UUID) -> None:
        """Take the request back, so that nobody begins with it any more.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with _translated():
            self.client.delete_object(Bucket=self.bucket_name, Key=keys.import_key(photo_id))

    def clock(self) -> datetime | None:
        """Return what time it is for S3, whose signatures depend on it; ``None`` where it does not say.

        Raises:
            OriginalsUnavailable: S3 did not answer, or there is no bucket.
        """
        try:
            with _translated():
                answer = self.client.head_bucket(Bucket=self.bucket_name)
        except _NotThere as error:
            raise OriginalsUnavailable(f"there is no bucket {self.bucket_name}") from error
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date) if date else None

    def any_rendition_left(self, photo_id: UUID) -> bool:
        """Tell whether a rendition of any size and policy is still there.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        for key in policy.every_rendition_key(photo_id):
            try:
                with _translated():
                    self.client.head_object(Bucket=settings.RENDITIONS_BUCKET, Key=key)
            except _NotThere:
                continue
            return True
        return False

    def download_url(self, photo_id: UUID, *, file_name: str) -> str:
        """Sign an address from which the owner downloads the original, for five minutes."""
        ascii_name = "".join(
            c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in file_name
        )
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket_name,
                "Key": keys.original_key(photo_id),
                "ResponseContentDisposition": f'attachment; filename="{ascii_name}"',
                # Whatever the bytes are, no browser may run or show them from here.
                "ResponseContentType": "application/octet-stream",
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )

    def ids_after(self, marker: str, *, limit: int = 1000) -> tuple[list[UUID], str]:
        """List ids of originals in key order after ``marker``; the second value continues, or is empty.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with _translated():
            answer = self.client.list_objects_v2(
                Bucket=self.bucket_name, Prefix=keys.ORIGINALS_PREFIX, StartAfter=marker, MaxKeys=limit
            )
        found = [entry["Key"] for entry in answer.get("Contents", [])]
        ids = [parsed[1] for key in found if (parsed := keys.parse_key(key))]
        return ids, found[-1] if answer.get("IsTruncated") and found else ""


def originals() -> OriginalsStorage:
    """Return the configured storage of originals."""
    return cast("OriginalsStorage", storages["default"])
