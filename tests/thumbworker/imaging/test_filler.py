from __future__ import annotations

import hashlib

import pytest

from thumbworker.imaging.filler import fillers

NOISE = hashlib.shake_128(b"coded").digest(4000)
FLAT = bytes.fromhex(
    "7e4d145145145145145145145145145146262514514606060606262626262626262514626262626060606060606060"
    "62626062626262626262606262626262515b"
)
"""What an encoder wrote for the dark corner of a photograph, enlarged."""


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        pytest.param(bytes(200), 1, id="zeros"),
        pytest.param(b"\xff" * 200, 1, id="ones"),
        pytest.param(b"<html><body>503 Service Unavailable, try again</body></html>\n" * 4, 1, id="text"),
        pytest.param(FLAT, 0, id="flat part of a photograph"),
        pytest.param(bytes.fromhex("28a20a") * 60, 0, id="pattern of three bytes"),
        pytest.param(NOISE[:200], 0, id="noise"),
    ],
)
def test_fillers__are_told_from_coded_data(inside: bytes, found: int) -> None:
    data = NOISE[:1984] + inside + NOISE[1984:]  # of every 64 bytes, a sample is taken
    stretches = list(fillers(data, 0, len(data)))
    assert len(stretches) == found
    for start, end in stretches:
        assert 1974 <= start <= 1984
        assert 1984 + len(inside) <= end <= 1994 + len(inside)
