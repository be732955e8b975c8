"""Hand-made HEIC files: no encoder of HEVC is installed.

One tile of 64 x 64 pixels with four colored quarters, encoded once, stands alone or is repeated as a
grid, as iPhones store their photos. Boxes: ISO/IEC 14496-12 and 23008-12.
"""

from __future__ import annotations

import base64
import struct

TILE_SIDE = 64

_HVCC = base64.b64decode(
    "AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAe"
    "oCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQA=="
)
_TILE = base64.b64decode(
    "AAAAPCgBrw7gNIMBydf7XcT//0YdyH82lpHeP9zMv/ukX//b7TkdP4xi8fx89H/9TO4mCv/uwn//vqDf/xFf8A=="
)


def heic(
    columns: int = 1,
    rows: int = 1,
    *,
    quarter_turns: int = 0,
    mirror_axis: int | None = None,
    exif: bytes = b"",
    exif_offset: int = 0,
    exif_type: bytes = b"Exif",
    claimed: tuple[int, int] | None = None,
    colr: bytes = b"",
    colr_of_tiles: bytes = b"",
    gain_map: bool = False,
    xmp: bytes = b"",
    own_data: bool = False,
    handler_name: bytes = b"",
) -> bytes:
    """A HEIC of one tile, or of a grid of ``columns`` by ``rows`` of it.

    ``quarter_turns`` are anticlockwise (irot); ``mirror_axis`` 0 is vertical (imir); ``exif`` is the
    content of an item of ``exif_type`` behind the offset of its TIFF header; ``xmp`` is a packet;
    ``claimed`` is written where the size of the whole picture belongs. ``colr`` is the content of a box of
    that name, for the picture or for its tiles. ``own_data``: each tile has data of its own, else all have
    the same. ``gain_map`` adds an auxiliary picture as iPhones do: the
    first tile again.
    """
    size = claimed or (columns * TILE_SIDE, rows * TILE_SIDE)
    tiles = list(range(2, 2 + columns * rows))
    exif_id = 2 + len(tiles)
    items = [(1, b"grid"), *((tile, b"hvc1") for tile in tiles)]
    references = _box(b"dimg", struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *tiles))
    gain_map_id = exif_id + 1
    if gain_map:
        items.append((gain_map_id, b"hvc1"))
        references += _box(b"auxl", struct.pack(">HHH", gain_map_id, 1, 1))
    if exif:
        items.append((exif_id, exif_type))
        references += _box(b"cdsc", struct.pack(">HHH", exif_id, 1, 1))
    if xmp:
        items.append((exif_id + 2, b"mime"))
        references += _box(b"cdsc", struct.pack(">HHH", exif_id + 2, 1, 1))
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *size)
    exif_item = struct.pack(">I", exif_offset) + exif if exif else b""

    # The address of the tile's bytes is known once everything before them has been built.
    copies = len(tiles) - 1 if own_data else 0
    appendix = exif_item + xmp

    def build(media_at: int) -> bytes:
        places = [media_at] * len(tiles)
        if own_data:
            behind = media_at + len(_TILE + appendix)
            places[1:] = range(behind, behind + copies * len(_TILE), len(_TILE))
        located = [
            _located(1, 1, 0, len(grid)),
            *(_located(tile, 0, place, len(_TILE)) for tile, place in zip(tiles, places, strict=True)),
        ]
        if gain_map:
            located.append(_located(gain_map_id, 0, media_at, len(_TILE)))
        if exif:
            located.append(_located(exif_id, 0, media_at + len(_TILE), len(exif_item)))
        if xmp:
            located.append(_located(exif_id + 2, 0, media_at + len(_TILE + exif_item), len(xmp)))
        meta = (
            _full(b"hdlr", 0, struct.pack(">I4s12x", 0, b"pict") + handler_name + b"\x00")
            + _full(b"pitm", 0, struct.pack(">H", 1))
            + _full(b"iinf", 0, struct.pack(">H", len(items)) + b"".join(_info(*item) for item in items))
            + _full(b"iref", 0, references)
            + _properties(
                tiles,
                size,
                quarter_turns,
                mirror_axis,
                colr=colr,
                colr_of_tiles=colr_of_tiles,
                gain_map_id=gain_map_id if gain_map else 0,
            )
            + _full(b"iloc", 1, struct.pack(">BBH", 0x44, 0, len(located)) + b"".join(located))
            + _box(b"idat", grid)
        )
        return _box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic") + _full(b"meta", 0, meta)

    head = build(len(build(0)) + 8)
    return head + _box(b"mdat", _TILE + appendix + _TILE * copies)


def _properties(
    tiles: list[int],
    size: tuple[int, int],
    quarter_turns: int,
    mirror_axis: int | None,
    *,
    colr: bytes,
    colr_of_tiles: bytes,
    gain_map_id: int,
) -> bytes:
    boxes = [
        _box(b"hvcC", _HVCC),
        _full(b"ispe", 0, struct.pack(">II", TILE_SIDE, TILE_SIDE)),
        _full(b"ispe", 0, struct.pack(">II", *size)),
        _box(b"irot", bytes([quarter_turns])),
        _box(b"imir", bytes([mirror_axis or 0])),
        _full(b"auxC", 0, b"urn:com:apple:photo:2020:aux:hdrgainmap\x00"),
    ]
    whole, of_tile = [3], [0x81, 2]
    for content, places in ((colr, whole), (colr_of_tiles, of_tile)):
        if content:
            boxes.append(_box(b"colr", content))
            places.append(len(boxes))
    whole += [4] * (quarter_turns > 0) + [5] * (mirror_axis is not None)
    associated = {1: whole, **dict.fromkeys(tiles, of_tile)}
    if gain_map_id:
        associated[gain_map_id] = [0x81, 2, 6]
    entries = (struct.pack(">HB", item, len(places)) + bytes(places) for item, places in associated.items())
    return _box(
        b"iprp",
        _box(b"ipco", b"".join(boxes))
        + _full(b"ipma", 0, struct.pack(">I", len(associated)) + b"".join(entries)),
    )


def _info(item: int, kind: bytes) -> bytes:
    media_type = b"application/rdf+xml\x00" if kind == b"mime" else b""
    return _full(b"infe", 2, struct.pack(">HH4sB", item, 0, kind, 0) + media_type)


def _located(item: int, method: int, offset: int, length: int) -> bytes:
    return struct.pack(">HHHHII", item, method, 0, 1, offset, length)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, body: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + body)
