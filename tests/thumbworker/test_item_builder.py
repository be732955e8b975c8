"""The item of a file that says as much as it may."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.thumbworker.imaging.exif_blocks import exif_block, ratios, short, text
from tests.thumbworker.imaging.metadata_files import jpeg, listed, packet
from thumbworker.contract.policy import CURRENT
from thumbworker.imaging import render
from thumbworker.interfaces import Original
from thumbworker.item_builder import ready_item

PHOTO_ID = UUID(int=1)
LONG, OTHER = ("とても長い値 " * 40, "Eine andere Länge " * 40)
MAX_ITEM_BYTES = 4000


def dynamodb_bytes(value: Any) -> int:
    """Return the size that DynamoDB counts: names, texts, half a byte per digit, 3 and 1 each for lists."""
    if isinstance(value, dict):
        return 3 + sum(len(name.encode()) + dynamodb_bytes(part) + 1 for name, part in value.items())
    if isinstance(value, list):
        return 3 + sum(dynamodb_bytes(part) + 1 for part in value)
    return len(str(value)) // 2 + 2 if isinstance(value, int) else len(value.encode())


def test_ready_item__longest_metadata_fits() -> None:
    texts = [text(tag, LONG.encode()) for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298)]
    exif = [
        *(text(tag, LONG.encode()) for tag in (0xA433, 0xA434)),
        *(short(tag, 2) for tag in (0x8822, 0x9207, 0xA001)),
        *(ratios(tag, (1, 250)) for tag in (0x829A, 0x829D, 0x920A)),
        *(
            text(0x9003, b"2007:06:30 18:45:17"),
            text(0x9011, b"+02:00"),
            text(0x9291, b"123"),
            short(0x8827, 400),
        ),
    ]
    gps = [
        text(1, b"S"),
        ratios(2, (33, 1), (1, 3), (0, 1)),
        text(3, b"W"),
        ratios(4, (151, 1), (1, 3), (0, 1)),
    ]
    said = "".join(
        listed(f"dc:{name}", "Alt", OTHER) for name in ("title", "description", "creator", "rights")
    )
    said += listed("dc:subject", "Bag", *(f"{number} {OTHER[:40]}" for number in range(30)))
    data = jpeg(exif=exif_block(texts, exif, gps), xmp=packet('xmp:Rating="4"', said))
    original = Original("1" * 10, "2026-11-01T10:00:00.000+00:00", len(data), data)
    picture = render(data)
    assert set(picture.words) == {"title", "description", "artist", "copyright", "keywords", "rating"}
    item = ready_item(PHOTO_ID, original, picture, CURRENT, "2026-11-01T10:00:00.000+00:00").to_item()
    assert dynamodb_bytes(item) < MAX_ITEM_BYTES
