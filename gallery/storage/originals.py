"""Own the S3 client: originals, nudges, import requests, and which renditions remain.

The transfer manager of django-storages refuses conditional requests, so a write-once PUT is a plain
``put_object``.

Errors::

    OriginalsUnavailable   S3 did not answer, or refused for a reason that is not the caller's
    OriginalExists         the conditional PUT was refused: an original with this id exists
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from gallery.core.outages import StoreUnavailable
from gallery.storage import time_limits
from gallery.storage.attachment import attachment
from gallery.storage.aws import client_config, make_client, session
from gallery.storage.upload_terms import OFFER_SECONDS, Offer, OriginalTerms, StoredOriginal
from thumbworker.contract import keys, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from thumbworker.contract.imports import ImportRequest

DOWNLOAD_SECONDS = 5 * 60
"""How long a signed download URL can be used to start a download."""

CALLS_AT_ONCE = 10
T = TypeVar("T")

_CLIENT_LOCK = threading.Lock()

MOST_DELETED = 1000
"""Keys that one DeleteObjects takes."""
DATABASE_MARK_KEY = "marks/database"


_SIGNATURES = {
    "image/webp": (8, b"WEBP"),
    "image/avif": (4, b"ftypavif"),
    "image/jpeg": (0, b"\xff\xd8\xff"),
}
"""Where the formats of renditions are told, by their specifications."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a listing; ``name`` is its key without the prefix."""

    name: str
    size_bytes: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class InboxObject:
    """A file that a person put into an inbox. Its ETag changes with its bytes."""

    key: str
    etag: str
    size_bytes: int
    stored_at: datetime


class OriginalsUnavailable(StoreUnavailable):
    """S3 did not answer, or refused for a reason that is not the caller's."""


class OriginalExists(Exception):
    """The conditional PUT was refused: an original with this id exists."""


class _NotFound(Exception):
    pass


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404 and error.response["Error"].get("Code") != "NoSuchBucket":
            raise _NotFound from error
        if status == 412:
            raise OriginalExists from error
        raise OriginalsUnavailable(str(error)) from error
    except BotoCoreError as error:
        raise OriginalsUnavailable(str(error)) from error


def _s3_config(**timeouts: float) -> Config:
    return client_config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if settings.S3_ENDPOINT_URL else "virtual"},
        **timeouts,
    )


class OriginalsStorage(S3Storage):  # type: ignore[misc]  # django-storages is untyped
    """django-storages' S3 storage, limited to the originals bucket and to write-once uploads.

    Every method that makes a call raises ``OriginalsUnavailable`` if S3 does not respond.
    """

    _client: S3Client | None = None
    _bytes_client: tuple[S3Client, S3Client] | None = None
    """The client that this one belongs to, and the one with time for originals."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return django-storages' settings, overridden by ours."""
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {
            "bucket_name": settings.ORIGINALS_BUCKET,
            "region_name": settings.AWS_REGION,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": DOWNLOAD_SECONDS,
            "client_config": _s3_config(),
        }

    def _create_session(self) -> Session:
        # One session for all threads, so that they sign with the same temporary credentials.
        return session()

    @property
    def client(self) -> S3Client:
        """Return the client that all threads share; clients are thread-safe, resources are not."""
        with _CLIENT_LOCK:
            if self._client is None:
                self._client = make_client("s3", _s3_config())
        return self._client

    @property
    def bytes_client(self) -> S3Client:
        """Return the client with time for an original's bytes. It is as old as ``client``."""
        client = self.client
        seconds = settings.STORE_SECONDS
        with _CLIENT_LOCK:
            if self._bytes_client is None or self._bytes_client[0] is not client:
                config = _s3_config(
                    connect_timeout=seconds["bytes_connect"], read_timeout=seconds["bytes_answer"]
                )
                self._bytes_client = client, make_client("s3", config)
            return self._bytes_client[1]

    def _save(self, name: str, content: object) -> NoReturn:  # noqa: ARG002 - Django's signature
        # The inherited method would overwrite an original and store it without its owner.
        raise TypeError("Originals are stored by OriginalsStorage.put only.")

    def offer(self, terms: OriginalTerms) -> Offer:
        """Return a presigned write-once PUT, valid for 15 minutes. Signing is local: no call is made."""
        url = self.client.generate_presigned_url(
            "put_object", Params=terms.parameters(self.bucket_name), ExpiresIn=OFFER_SECONDS
        )
        return Offer(url, terms)

    def put(self, terms: OriginalTerms, content: bytes) -> None:
        """Store an original once. Raise ``OriginalExists`` if the id has one."""
        with _translated_errors(), time_limits.at_most(settings.STORE_SECONDS["request_longest"]):
            self.bytes_client.put_object(**terms.parameters(self.bucket_name), Body=content)

    def head(self, photo_id: UUID) -> StoredOriginal | None:
        """Return what S3 says about the original, or ``None`` if there is none."""
        try:
            with _translated_errors():
                head = self.client.head_object(
                    Bucket=self.bucket_name, Key=keys.original_key(photo_id), ChecksumMode="ENABLED"
                )
        except _NotFound:
            return None
        return StoredOriginal.from_head(head)

    def remove(self, photo_id: UUID) -> None:
        """Delete the original, if there is one."""
        self._delete_key(keys.original_key(photo_id))

    def seal(self, photo_id: UUID) -> None:
        """Replace the original by an empty object, so that no signed PUT stores it again: all are write-once.

        The worker treats it as no original. Remove it once the signature is dead.
        """
        self._put(keys.original_key(photo_id), b"", "application/octet-stream")

    def listed(self, *, after: str = "", page_size: int = 1000) -> Iterator[list[Listed]]:
        """Yield all that lies where originals do, in the order of names: a LIST a page."""
        return self._listed(self.bucket_name, keys.ORIGINALS_PREFIX, after, page_size)

    def listed_renditions(
        self, size: str, *, after: str = "", page_size: int = 1000
    ) -> Iterator[list[Listed]]:
        """Yield all that lies where renditions of this size do, in the order of names: a LIST a page."""
        return self._listed(settings.RENDITIONS_BUCKET, f"{size}/", after, page_size)

    def _listed(self, bucket: str, prefix: str, after: str, page_size: int) -> Iterator[list[Listed]]:
        marker = prefix + after
        while marker:
            with _translated_errors():
                answer = self.client.list_objects_v2(
                    Bucket=bucket, Prefix=prefix, StartAfter=marker, MaxKeys=page_size
                )
            found = answer.get("Contents", [])
            yield [
                Listed(entry["Key"].removeprefix(prefix), entry["Size"], entry["LastModified"])
                for entry in found
            ]
            marker = found[-1]["Key"] if answer.get("IsTruncated") and found else ""

    def folders(self) -> tuple[set[str], set[str]]:
        """Return what lies at the top of the buckets of originals and of renditions: prefixes and keys."""
        return self._top(self.bucket_name), self._top(settings.RENDITIONS_BUCKET)

    def _top(self, bucket: str, prefix: str = "") -> set[str]:
        found: set[str] = set()
        marker = ""
        while True:
            with _translated_errors():
                answer = self.client.list_objects_v2(
                    Bucket=bucket, Prefix=prefix, Delimiter="/", StartAfter=marker
                )
            prefixes = [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]
            names = [*prefixes, *(entry["Key"] for entry in answer.get("Contents", []))]
            found |= set(names)
            if not (names and answer.get("IsTruncated")):
                return found
            marker = max(names)

    def inbox_folders(self) -> list[str]:
        """Return the names of the folders in the inbox: a LIST for each thousand."""
        prefixes = self._top(self.bucket_name, keys.INBOX_PREFIX)
        names = (
            found.removeprefix(keys.INBOX_PREFIX).removesuffix("/") for found in prefixes if found[-1] == "/"
        )
        # No name of a person has them, and PostgreSQL stores no NUL.
        return sorted(name for name in names if name and "\x00" not in name)

    def inbox_page(self, folder: str, *, after: str, most: int) -> tuple[list[InboxObject], bool]:
        """Return files of an inbox behind a key, in the order of keys, and whether more follow: a LIST."""
        prefix = f"{keys.INBOX_PREFIX}{folder}/"
        with _translated_errors():
            answer = self.client.list_objects_v2(
                Bucket=self.bucket_name, Prefix=prefix, StartAfter=after or prefix, MaxKeys=most
            )
        found = [
            InboxObject(entry["Key"], entry["ETag"], entry["Size"], entry["LastModified"])
            for entry in answer.get("Contents", [])
            if "\x00" not in entry["Key"]
        ]
        return found, bool(answer.get("IsTruncated"))

    def read_inbox(self, file: InboxObject, *, most: int) -> bytes | None:
        """Return a file's bytes, at most so many; ``None`` if it is gone or was replaced."""
        try:
            with _translated_errors(), time_limits.at_most(settings.STORE_SECONDS["request_longest"]):
                answer = self.bytes_client.get_object(
                    Bucket=self.bucket_name, Key=file.key, IfMatch=file.etag
                )
                return answer["Body"].read(most)
        except (_NotFound, OriginalExists):
            return None

    def copy_from_inbox(self, file: InboxObject, terms: OriginalTerms) -> bool:
        """Store a file of an inbox as an original, within S3. Return whether it was still the same file."""
        try:
            with _translated_errors(), time_limits.at_most(settings.STORE_SECONDS["request_longest"]):
                self.bytes_client.copy_object(
                    Bucket=self.bucket_name,
                    Key=keys.original_key(terms.photo_id),
                    CopySource={"Bucket": self.bucket_name, "Key": file.key},
                    CopySourceIfMatch=file.etag,
                    # As any upload: what a takedown sealed stays sealed.
                    IfNoneMatch="*",
                    ChecksumAlgorithm="SHA256",
                    ContentType=terms.content_type,
                    Metadata=terms.metadata(),
                    MetadataDirective="REPLACE",
                    TaggingDirective="REPLACE",
                )
        except (_NotFound, OriginalExists):
            return False
        return True

    def remove_from_inbox(self, file: InboxObject) -> None:
        """Delete a file of an inbox, unless it was replaced meanwhile."""
        with suppress(_NotFound, OriginalExists), _translated_errors():
            self.client.delete_object(Bucket=self.bucket_name, Key=file.key, IfMatch=file.etag)

    def begins_as_picture(self, key: str, content_type: str) -> bool:
        """Return whether a rendition's first bytes are those of its format. Costs a GET of 32 bytes."""
        try:
            with _translated_errors():
                answer = self.client.get_object(
                    Bucket=settings.RENDITIONS_BUCKET, Key=key, Range="bytes=0-31"
                )
                head = answer["Body"].read()
        except _NotFound:
            return False
        offset, signature = _SIGNATURES.get(content_type, (0, b""))
        return head[offset : offset + len(signature)] == signature

    def download_url(self, photo_id: UUID, *, file_name: str) -> str:
        """Return a signed URL for downloading the original, valid for five minutes."""
        return self._download_url(self.bucket_name, keys.original_key(photo_id), file_name)

    def clean_copy_url(self, photo_id: UUID, *, file_name: str) -> str:
        """Return a signed URL for downloading the clean copy, valid for five minutes."""
        return self._download_url(settings.RENDITIONS_BUCKET, policy.clean_copy_key(photo_id), file_name)

    def rendition_url(self, key: str, *, file_name: str) -> str:
        """Return a signed URL for downloading a rendition, valid for five minutes."""
        return self._download_url(settings.RENDITIONS_BUCKET, key, file_name)

    def _download_url(self, bucket: str, key: str, file_name: str) -> str:
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": bucket,
                "Key": key,
                # S3 stores these headers as the uploader sends them, so each is replaced.
                "ResponseCacheControl": "private, no-store",
                "ResponseContentDisposition": attachment(file_name),
                "ResponseContentEncoding": "identity",
                "ResponseContentLanguage": "und",
                # The bytes are untrusted: browsers must not run or display them on this origin.
                "ResponseContentType": "application/octet-stream",
                "ResponseExpires": datetime.fromtimestamp(0, UTC),
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )

    def clean_copies(self, photo_ids: Sequence[UUID]) -> dict[UUID, int | None]:
        """Return the sizes of clean copies: 0 if an original can have none, ``None`` if none is made yet.

        A HEAD for each, some at once.
        """
        return dict(zip(photo_ids, self._each(self._clean_copy_bytes, photo_ids), strict=True))

    def _clean_copy_bytes(self, photo_id: UUID) -> int | None:
        try:
            with _translated_errors():
                head = self.client.head_object(
                    Bucket=settings.RENDITIONS_BUCKET, Key=policy.clean_copy_key(photo_id)
                )
        except _NotFound:
            return None
        return head["ContentLength"]

    def request_clean_copies(self, photo_ids: Sequence[UUID]) -> None:
        """Ask the worker for clean copies. A request may be lost or delivered twice."""
        self._each(
            lambda photo_id: self._put(keys.clean_nudge_key(photo_id), b"", "application/octet-stream"),
            photo_ids,
        )

    def _each(self, call: Callable[[UUID], T], photo_ids: Sequence[UUID]) -> list[T]:
        with ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="copies") as pool:
            return list(pool.map(time_limits.carried(call), photo_ids))

    def read_database_mark(self) -> bytes | None:
        """Return the mark of the database that the sweep ran with last, or ``None``."""
        try:
            with _translated_errors():
                answer = self.client.get_object(Bucket=self.bucket_name, Key=DATABASE_MARK_KEY)
                return answer["Body"].read()
        except _NotFound:
            return None

    def write_database_mark(self, data: bytes) -> None:
        """Store the mark of the database that the sweep runs with."""
        self._put(DATABASE_MARK_KEY, data, "application/json")

    def nudge(self, photo_id: UUID, *, quarter_turns: int = 0) -> None:
        """Ask the worker to reconcile this id. The request may be lost or delivered twice.

        It may say how the picture is turned. Without, the worker keeps what the photo's item says.
        """
        self._put(keys.nudge_key(photo_id, quarter_turns), b"", "application/octet-stream")

    def request_import(self, photo_id: UUID, request: ImportRequest) -> None:
        """Ask the import worker to fetch a picture. Repeating the request changes nothing."""
        self._put(keys.import_key(photo_id), request.to_json().encode(), "application/json")

    def delete_import_request(self, photo_id: UUID) -> None:
        """Delete the import request, so that no worker starts it later."""
        self._delete_key(keys.import_key(photo_id))

    def remove_renditions(self, photo_id: UUID) -> None:
        """Delete every rendition the photo may have, for a takedown. The worker does the same later."""
        self._remove_renditions(policy.every_rendition_key(photo_id))

    def remove_replaced_renditions(self, photo_ids: Iterable[UUID]) -> None:
        """Delete the renditions of up to 100 photos that no item of the current policy names.

        Costs at most three calls.
        """
        self._remove_renditions(
            [key for photo_id in photo_ids for key in policy.replaced_rendition_keys(photo_id)]
        )

    def _remove_renditions(self, found: Sequence[str]) -> None:
        for start in range(0, len(found), MOST_DELETED):
            objects: list[ObjectIdentifierTypeDef] = [
                {"Key": key} for key in found[start : start + MOST_DELETED]
            ]
            with _translated_errors():
                answer = self.client.delete_objects(
                    Bucket=settings.RENDITIONS_BUCKET, Delete={"Objects": objects, "Quiet": True}
                )
            if answer.get("Errors"):
                raise OriginalsUnavailable(answer["Errors"][0].get("Code", "unknown"))

    def any_rendition_exists(self, photo_id: UUID) -> bool:
        """Return whether the renditions bucket holds a rendition of any size and policy: a LIST per size."""
        return any(map(self._has_rendition_under, policy.rendition_prefixes(photo_id)))

    def _has_rendition_under(self, prefix: str) -> bool:
        with _translated_errors():
            answer = self.client.list_objects_v2(Bucket=settings.RENDITIONS_BUCKET, Prefix=prefix, MaxKeys=1)
        return bool(answer.get("Contents"))

    def clock(self) -> datetime | None:
        """Return S3's current time, which signatures depend on, or ``None`` if it does not send one.

        A refusal has it, too, such as the one of a signature by a clock that is more than 15 minutes off.
        Raise ``OriginalsUnavailable`` if the bucket does not exist.
        """
        try:
            with _translated_errors():
                answer: Any = self.client.head_bucket(Bucket=self.bucket_name)
        except _NotFound as error:
            raise OriginalsUnavailable(f"The bucket {self.bucket_name} does not exist.") from error
        except OriginalsUnavailable as error:
            if not isinstance(error.__cause__, ClientError):
                raise
            answer = error.__cause__.response
        date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
        return parsedate_to_datetime(date) if date else None

    def _put(self, key: str, body: bytes, content_type: str) -> None:
        with _translated_errors():
            self.client.put_object(Bucket=self.bucket_name, Key=key, Body=body, ContentType=content_type)

    def _delete_key(self, key: str) -> None:
        with _translated_errors():
            self.client.delete_object(Bucket=self.bucket_name, Key=key)


def originals() -> OriginalsStorage:
    """Return the configured storage of originals."""
    return cast("OriginalsStorage", storages["default"])
