"""Import by URL: what the gallery asks for, and what the import worker says of it.

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

MAX_IMPORT_BYTES = 20 * 1024 * 1024
MAX_TRIES = 3
MAX_URL_LENGTH = 2048
EXPIRES_ATTRIBUTE = "expires_at"
"""Seconds since the epoch, after which DynamoDB removes the item by itself."""


class ImportStatus(StrEnum):
    """How far an import is; no item yet means that nobody has begun."""

    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ImportReason(StrEnum):
    """Why a picture could not be fetched: a stable code; the sentence is in ``SENTENCES``."""

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
    ImportReason.ADDRESS_NOT_ALLOWED: "This address is not on the public internet. Use a public one.",
    ImportReason.URL_NOT_ALLOWED: "Use an address that begins with http:// or https://, without a port.",
    ImportReason.NO_SUCH_HOST: "There is no server of that name. Check the address.",
    ImportReason.UNREACHABLE: "The server did not answer. Try it again later.",
    ImportReason.CERTIFICATE: "The server's certificate is not valid. Download the picture and upload it.",
    ImportReason.TOO_MANY_REDIRECTS: "The address leads on more than twice. Use the picture's own address.",
    ImportReason.NOT_THERE: "There is no picture at this address any more. Check the address.",
    ImportReason.REFUSED_BY_SERVER: "The server does not give this picture away. Download it and upload it.",
    ImportReason.SERVER_TROUBLE: "The server is in trouble. Try it again later.",
    ImportReason.TOO_SLOW: "The server took longer than 10 seconds. Download the picture and upload it.",
    ImportReason.CUT_OFF: "The server sent only part of the picture. Try it again later.",
    ImportReason.TOO_LARGE: "This picture is larger than 20 MB. Download it and upload it.",
    ImportReason.EMPTY: "There is nothing at this address. Check it.",
    ImportReason.ENCODING: "The server packs this picture in an unknown way. Download it and upload it.",
    ImportReason.NOT_A_PICTURE: "What lies at this address is not a picture. Use the picture's own address.",
    ImportReason.ANSWER_MALFORMED: "The server's answer makes no sense. Check the address.",
    ImportReason.EXPIRED: "The picture could not be fetched within a day. Ask for it again.",
    ImportReason.GAVE_UP: "The picture could not be fetched in three tries. Ask for it again later.",
}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What the gallery asks for. No try begins after ``begin_before`` (ISO 8601 in UTC)."""

    url: str
    owner: str
    begin_before: str
    correlation_id: str = ""

    def to_json(self) -> str:
        """Return the body of the object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> ImportRequest:
        """Read a body back.

        Raises:
            KeyError, TypeError, ValueError: it is none that a gallery of this version wrote.
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
    """What the import worker says. ``updated_at`` is ISO 8601 in UTC."""

    photo_id: UUID
    status: ImportStatus
    attempts: int
    updated_at: str
    reason: str = ""
    correlation_id: str = ""

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> ImportItem:
        """Read an item back.

        Raises:
            KeyError, ValueError: the item is not one that a worker of this version wrote.
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
    """Return the sentence for a reason code of an import; ``None`` if it is none."""
    try:
        return SENTENCES[ImportReason(code)]
    except ValueError:
        return None
