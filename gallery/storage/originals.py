"""Owns S3: the gallery's only door to originals and nudges.

django-storages does what it can; where a conditional request is needed, which its transfer manager
refuses, one plain ``put_object`` is sent.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from gallery.core import correlation
from gallery.storage.aws import client_config, make_client, session
from gallery.storage.upload_terms import OFFER_SECONDS, Offer, OriginalTerms, StoredOriginal
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from boto3.session import Session
    from django.core.files.base import File
    from mypy_boto3_s3.client import S3Client

DOWNLOAD_SECONDS = 5 * 60
# A form's 4 MB take longer than the small questions that pages ask.
READ_TIMEOUT_SECONDS = 10.0

_CLIENT_LOCK = threading.Lock()


class OriginalsUnavailable(Exception):
    """S3 did not answer, or refused for a reason that is not the caller's."""


class NotThere(Exception):
    """The object asked for does not exist."""


class OriginalAlreadyThere(Exception):
    """The conditional PUT was refused: an original of this id exists."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the SDK raises into this module's errors."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404 and error.response["Error"].get("Code") != "NoSuchBucket":
            raise NotThere from error
        if status == 412:
            raise OriginalAlreadyThere from error
        raise OriginalsUnavailable(str(error)) from error
    except BotoCoreError as error:
        raise OriginalsUnavailable(str(error)) from error


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
        return Offer(url, terms.headers())

    def put(self, terms: OriginalTerms, content: bytes) -> None:
        """Store an original once.

        Raises:
            OriginalAlreadyThere: an original of this id exists.
            OriginalsUnavailable: S3 did not take it.
        """
        with translated():
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
            correlation_id=correlation.current(),
        )
        self.put(terms, data)
        return name

    def look(self, photo_id: UUID) -> StoredOriginal | None:
        """Look whether the original is there (HEAD); ``None`` if it is not.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        try:
            with translated():
                head = self.client.head_object(
                    Bucket=self.bucket_name, Key=keys.original_key(photo_id), ChecksumMode="ENABLED"
                )
        except NotThere:
            return None
        return StoredOriginal.from_head(head)

    def remove(self, photo_id: UUID) -> None:
        """Delete the original; nothing happens where there is none.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with translated():
            self.client.delete_object(Bucket=self.bucket_name, Key=keys.original_key(photo_id))

    def nudge(self, photo_id: UUID) -> None:
        """Ask the worker to reconcile this id; it may be lost or doubled.

        Raises:
            OriginalsUnavailable: S3 did not answer.
        """
        with translated():
            self.client.put_object(
                Bucket=self.bucket_name,
                Key=keys.nudge_key(photo_id),
                Body=b"",
                ContentType="application/octet-stream",
            )

    def clock(self) -> datetime | None:
        """Return what time it is for S3, whose signatures depend on it; ``None`` where it does not say.

        Raises:
            OriginalsUnavailable: S3 did not answer, or there is no bucket.
        """
        try:
            with translated():
                answer = self.client.head_bucket(Bucket=self.bucket_name)
        except NotThere as error:
            raise OriginalsUnavailable(f"there is no bucket {self.bucket_name}") from error
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date) if date else None


def originals() -> OriginalsStorage:
    """Return the configured storage of originals."""
    return cast("OriginalsStorage", storages["default"])
