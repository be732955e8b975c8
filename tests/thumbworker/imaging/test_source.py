from __future__ import annotations

import io

import pytest

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused
from thumbworker.imaging.source import Deadline, open_pieces

# Made when the tests are collected, which may be long before they run.
FAR = Deadline(1e9, 1e9)


def test_pieces__read_as_one_file() -> None:
    file = open_pieces([b"abc", b"", memoryview(b"defgh"), b"i"], FAR)
    assert file.read() == b"abcdefghi"


@pytest.mark.parametrize(
    ("offset", "whence", "expected"), [(4, 0, b"efghi"), (-2, 2, b"hi"), (9, 0, b""), (99, 0, b"")]
)
def test_pieces__seek_anywhere(offset: int, whence: int, expected: bytes) -> None:
    file = open_pieces([b"abc", b"defgh", b"i"], FAR)
    file.read(5)
    file.seek(offset, whence)
    assert file.read() == expected


def test_pieces__seek_back_and_relative() -> None:
    file = open_pieces([b"abc", b"def"], FAR)
    assert file.read(5) == b"abcde"
    file.seek(-4, io.SEEK_CUR)
    assert (file.tell(), file.read(3)) == (1, b"bcd")


@pytest.mark.parametrize("deadline", [Deadline(-1, 60), Deadline(60, -1)])
def test_pieces__refuse_after_deadline(deadline: Deadline) -> None:
    with pytest.raises(Refused) as refused:
        open_pieces([b"abc"], deadline).read(1)
    assert refused.value.reason is Reason.TOOK_TOO_LONG
