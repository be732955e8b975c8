"""Import by URL: the gallery's request and the import worker's item.

The gallery writes the request once to ``imports/<photo_id>``; the worker keeps one catalogue item
``import#<photo_id>`` with status, attempts and reason.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from thumbworker.contract import correlation, keys
from thumbworker.contract.items import PARTITION_KEY
from thumbworker.contract.translation import gettext_noop

MAX_IMPORT_BYTES = 20 * 1024 * 1024
MAX_TRIES = 3
EXPIRES_ATTRIBUTE = "expires_at"
"""The table's TTL attribute: seconds since the epoch, after which DynamoDB deletes the item."""


class ImportStatus(StrEnum):
    """The status of an import; no item yet means that it has not begun."""

    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ImportReason(StrEnum):
    """Why an image could not be imported: a stable code; the sentence is in ``SENTENCES``."""

    ADDRESS_NOT_ALLOWED = "import_address_not_allowed"
    URL_NOT_ALLOWED = "import_url_not_allowed"
    NO_SUCH_HOST = "import_no_such_host"
    UNREACHABLE = "import_unreachable"
    CERTIFICATE = "import_certificate"
    TOO_MANY_REDIRECTS = "import_too_many_redirects"
    NOT_THERE = "import_not_there"
    REFUSED_BY_SERVER = "import_refused_by_server"
    SERVER_TROUBLE = "import_server_trouble"
    TOO_SLOW = "import_too_slow"
    CUT_OFF = "import_cut_off"
    TOO_LARGE = "import_too_large"
    EMPTY = "import_empty"
    ENCODING = "import_encoding"
    NOT_A_PICTURE = "import_not_a_picture"
    ANSWER_MALFORMED = "import_answer_malformed"
    EXPIRED = "import_expired"
    GAVE_UP = "import_gave_up"


SENTENCES: dict[ImportReason, str] = {
    ImportReason.ADDRESS_NOT_ALLOWED: gettext_noop(
        "This URL isn't on the public internet. Use a public URL."
    ),
    ImportReason.URL_NOT_ALLOWED: gettext_noop(
        "This URL isn't supported. Use one that starts with http:// or https:// and has no port."
    ),
    ImportReason.NO_SUCH_HOST: gettext_noop("We couldn't find this server. Check the URL."),
    ImportReason.UNREACHABLE: gettext_noop("The server didn't respond. Try again later."),
    ImportReason.CERTIFICATE: gettext_noop(
        "The server's certificate isn't valid. Download the image and upload it here."
    ),
    ImportReason.TOO_MANY_REDIRECTS: gettext_noop(
        "This URL redirects more than twice. Use the image's own URL."
    ),
    ImportReason.NOT_THERE: gettext_noop("There is no image at this URL. Check the URL."),
    ImportReason.REFUSED_BY_SERVER: gettext_noop(
        "The server denied access. Download the image and upload it here."
    ),
    ImportReason.SERVER_TROUBLE: gettext_noop("The server returned an error. Try again later."),
    ImportReason.TOO_SLOW: gettext_noop(
        "The server took longer than 10 seconds. Download the image and upload it here."
    ),
    ImportReason.CUT_OFF: gettext_noop("The download was interrupted. Try again later."),
    ImportReason.TOO_LARGE: gettext_noop("This image is larger than 20 MB. Download it and upload it here."),
    ImportReason.EMPTY: gettext_noop("This URL returned an empty file. Check the URL."),
    ImportReason.ENCODING: gettext_noop(
        "The server uses an unsupported content encoding. Download the image and upload it here."
    ),
    ImportReason.NOT_A_PICTURE: gettext_noop("This URL isn't an image. Use the image's own URL."),
    ImportReason.ANSWER_MALFORMED: gettext_noop("The server sent an invalid response. Check the URL."),
    ImportReason.EXPIRED: gettext_noop("We couldn't import this image within 24 hours. Import it again."),
    ImportReason.GAVE_UP: gettext_noop("We couldn't import this image in 3 tries. Try again later."),
}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """The gallery's request. No try begins after ``begin_before`` (ISO 8601 in UTC)."""

    url: str
    owner: str
    begin_before: str
    correlation_id: str = ""

    def to_json(self) -> str:
        """Return the body of the object ``imports/<photo_id>``."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> ImportRequest:
        """Read a body.

        Raises:
            KeyError, TypeError, ValueError: the body is not of this version.
        """
        body = json.loads(text)
        return cls(
            url=str(body["url"]),
            owner=str(body["owner"]),
            begin_before=str(body["begin_before"]),
            correlation_id=correlation.accepted(body.get("correlation_id")),
        )


@dataclass(frozen=True, slots=True)
class ImportItem:
    """The import worker's item. ``updated_at`` is ISO 8601 in UTC."""

    photo_id: UUID
    status: ImportStatus
    attempts: int
    updated_at: str
    reason: str = ""
    correlation_id: str = ""

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> ImportItem:
        """Read an item.

        Raises:
            KeyError, ValueError: the item is not of this version.
        """
        return cls(
            photo_id=UUID(str(item[PARTITION_KEY]).removeprefix(keys.IMPORT_ITEM_PREFIX)),
            status=ImportStatus(item["status"]),
            attempts=int(item["attempts"]),
            updated_at=str(item["updated_at"]),
            reason=str(item.get("reason", "")),
            correlation_id=str(item.get("correlation_id", "")),
        )


def sentence(code: str) -> str | None:
    """Return the sentence for a reason code of an import; ``None`` for any other code."""
    try:
        return SENTENCES[ImportReason(code)]
    except ValueError:
        return None
