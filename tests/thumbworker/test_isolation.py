from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.thumbworker.decoders import GOOD, KILLER, paint
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused
from thumbworker.isolated import read_answer, write_answer, write_refusal
from thumbworker.isolation import ChildLimits, IsolatedDecoder

if TYPE_CHECKING:
    from pathlib import Path

TARGET = "tests.thumbworker.decoders:paint_or_die"
LIMITS = ChildLimits(cpu_seconds=1, wall_seconds=20)


def refusal_of(data: bytes, limits: ChildLimits = LIMITS) -> Refused:
    with pytest.raises(Refused) as caught:
        IsolatedDecoder(TARGET, limits)(data)
    return caught.value


def test_isolated_decoder__returns_picture() -> None:
    assert IsolatedDecoder(TARGET, LIMITS)(GOOD) == paint(GOOD)


def test_isolated_decoder__passes_refusal() -> None:
    assert refusal_of(b"damaged").reason is Reason.DAMAGED


def test_isolated_decoder__killed_by_signal() -> None:
    refusal = refusal_of(KILLER)
    assert refusal.reason is Reason.DECODER_DIED
    assert refusal.detail.startswith("signal 6")


def test_isolated_decoder__exception() -> None:
    refusal = refusal_of(b"fail")
    assert refusal.reason is Reason.DECODER_DIED
    assert "a decoder's own mistake" in refusal.detail


def test_isolated_decoder__cpu_limit() -> None:
    assert refusal_of(b"burn").reason is Reason.TOOK_TOO_LONG


def test_isolated_decoder__wall_limit() -> None:
    began = time.monotonic()
    assert refusal_of(b"hang", replace(LIMITS, wall_seconds=1.5)).reason is Reason.TOOK_TOO_LONG
    assert time.monotonic() - began < 20


def test_isolated_decoder__memory_limit() -> None:
    assert refusal_of(b"eat").reason is Reason.TOO_COSTLY


def test_isolated_decoder__file_limit_spares_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fresh_module.py").write_text(
        "import fresh_other\nfrom tests.thumbworker.decoders import paint\n"
    )
    (tmp_path / "fresh_other.py").write_text("text = 'long' * 1000\n")
    monkeypatch.syspath_prepend(tmp_path)
    for limits in (replace(LIMITS, output_bytes=100), LIMITS):
        decoder = IsolatedDecoder("fresh_module:paint", limits)
        with suppress(Refused):
            decoder(GOOD)
    assert decoder(GOOD) == paint(GOOD)


def test_isolated_decoder__ignores_other_output() -> None:
    assert IsolatedDecoder(TARGET, LIMITS)(b"babble") == paint(b"babble")


def test_isolated_decoder__output_limit() -> None:
    assert refusal_of(GOOD, replace(LIMITS, output_bytes=100)).reason is Reason.DECODER_DIED


def test_isolated_decoder__no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    names = refusal_of(b"credentials").detail.split(",")
    assert "PYTHONPATH" in names
    assert not [name for name in names if name.startswith("AWS")]


def test_isolated_decoder__input_larger_than_pipe() -> None:
    data = b"x" * 3_000_000
    assert IsolatedDecoder(TARGET, LIMITS)(data).sha256 == paint(data).sha256


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]\n",
        b'{"picture": {}}\n',
        b'{"picture": "no picture"}\n',
        b'{"picture": {"renditions": ["none"]}}\n',
        b'{"picture": {"renditions": [{"data": 1e999}]}}\n',
        b"[" * 200_000,
        b'{"refused": {"reason": "no such reason", "detail": ""}}\n',
        write_answer(paint(GOOD))[:-1],
        write_answer(paint(GOOD)) + b"x",
    ],
)
def test_read_answer__invalid(answer: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_answer(answer)
    assert caught.value.reason is Reason.DECODER_DIED


def test_answer__round_trip() -> None:
    assert read_answer(write_answer(paint(GOOD))) == paint(GOOD)
    with pytest.raises(Refused) as caught:
        read_answer(write_refusal(Refused(Reason.TRUNCATED, "after 7 bytes")))
    assert (caught.value.reason, caught.value.detail) == (Reason.TRUNCATED, "after 7 bytes")
