"""Keys in S3 and DynamoDB.

>>> original_key(UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11"))
'originals/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11'
>>> parse_key("originals/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")
('originals/', UUID('6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11'))
>>> parse_key("nudges/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11/3")
('nudges/', UUID('6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11'))
>>> parse_key("nudges/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11/clean")
('nudges/', UUID('6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11'))
>>> parse_key("originals/../etc/passwd") is None
True
"""

from __future__ import annotations

from uuid import UUID

ORIGINALS_PREFIX = "originals/"
NUDGES_PREFIX = "nudges/"
IMPORTS_PREFIX = "imports/"
INBOX_PREFIX = "inbox/"

PHOTO_ITEM_PREFIX = "photo#"
IMPORT_ITEM_PREFIX = "import#"

_CLEAN = "clean"

OWNER_METADATA = "owner"
"""Name of the S3 user metadata of an original that holds its owner's id."""


def original_key(photo_id: UUID) -> str:
    """Return the key of the original in the originals bucket."""
    return f"{ORIGINALS_PREFIX}{photo_id}"


def nudge_key(photo_id: UUID, quarter_turns: int = 0) -> str:
    """Return the key of the empty object that asks the worker to reconcile this id.

    It says by how many quarter turns clockwise people have turned the picture, all in all. That is in the
    key, so it comes with the event, and no nudge takes another's place.
    """
    return f"{NUDGES_PREFIX}{photo_id}" + (f"/{quarter_turns}" if quarter_turns else "")


def clean_nudge_key(photo_id: UUID) -> str:
    """Return the key of the empty object that asks the worker for a clean copy of the original."""
    return f"{NUDGES_PREFIX}{photo_id}/{_CLEAN}"


def asks_for_clean_copy(key: str) -> bool:
    """Return whether a key asks for a clean copy.

    >>> asks_for_clean_copy(clean_nudge_key(UUID(int=1)))
    True
    """
    return key.startswith(NUDGES_PREFIX) and key.endswith(f"/{_CLEAN}")


def turns_of_nudge(key: str) -> int:
    """Return the quarter turns that a nudge asks for; 0 for any other key.

    >>> turns_of_nudge(nudge_key(UUID(int=1), 6))
    6
    """
    _, _, turns = key.removeprefix(NUDGES_PREFIX).partition("/")
    return int(turns) if turns and key.startswith(NUDGES_PREFIX) and _is_number(turns) else 0


def _is_number(text: str) -> bool:
    # As many as fit into a column of the gallery.
    return text.isascii() and text.isdecimal() and text[0] != "0" and len(text) < 10


def import_key(photo_id: UUID) -> str:
    """Return the key of the write-once request to import a photo by URL."""
    return f"{IMPORTS_PREFIX}{photo_id}"


def photo_item_key(photo_id: UUID) -> str:
    """Return the partition key of the photo's catalogue item."""
    return f"{PHOTO_ITEM_PREFIX}{photo_id}"


def parse_photo_item_key(key: str) -> UUID | None:
    """Return the photo id of a photo's partition key; ``None`` for any other key."""
    try:
        photo_id = UUID(key.removeprefix(PHOTO_ITEM_PREFIX))
    except ValueError:
        return None
    return photo_id if photo_item_key(photo_id) == key else None


def import_item_key(photo_id: UUID) -> str:
    """Return the partition key of the import's catalogue item."""
    return f"{IMPORT_ITEM_PREFIX}{photo_id}"


def parse_key(key: str) -> tuple[str, UUID] | None:
    """Split a decoded object key into its prefix and photo id; ``None`` for any other key."""
    for prefix in (ORIGINALS_PREFIX, NUDGES_PREFIX, IMPORTS_PREFIX):
        if key.startswith(prefix):
            text = key.removeprefix(prefix)
            if prefix == NUDGES_PREFIX:
                text, slash, asked = text.partition("/")
                if slash and asked != _CLEAN and not (asked and _is_number(asked)):
                    return None
            try:
                photo_id = UUID(text)
            except ValueError:
                return None
            # UUID() also accepts braces, URNs and missing hyphens; one id has one key.
            return (prefix, photo_id) if str(photo_id) == text else None
    return None
