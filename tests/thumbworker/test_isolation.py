from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.thumbworker.decoders import GOOD, KILLER, paint
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused
from thumbworker.isolated import read_answer, write_answer, write_refusal
from thumbworker.isolation import ChildLimits, IsolatedDecoder

TARGET = "tests.thumbworker.decoders:paint_or_die"
LIMITS = ChildLimits(cpu_seconds=1, wall_seconds=20)


def refusal_of(data: bytes, limits: ChildLimits = LIMITS) -> Refused:
    with pytest.raises(Refused) as caught:
        IsolatedDecoder(TARGET, limits)(data)
    return caught.value


def test_child_returns_what_the_decoder_made() -> None:
    assert IsolatedDecoder(TARGET, LIMITS)(GOOD) == paint(GOOD)


def test_child_passes_a_refusal_on() -> None:
    assert refusal_of(b"damaged").reason is Reason.DAMAGED


def test_killed_decoder_is_an_outcome() -> None:
    refusal = refusal_of(KILLER)
    assert refusal.reason is Reason.DECODER_DIED
    assert refusal.detail.startswith("signal 6")


def test_decoder_that_breaks_its_promise_is_an_outcome() -> None:
    refusal = refusal_of(b"fail")
    assert refusal.reason is Reason.DECODER_DIED
    assert "a decoder's own mistake" in refusal.detail


def test_decoder_without_end_is_stopped_by_its_cpu_time() -> None:
    assert refusal_of(b"burn").reason is Reason.TOOK_TOO_LONG


def test_decoder_that_sleeps_is_stopped_by_the_wall_clock() -> None:
    began = time.monotonic()
    assert refusal_of(b"hang", replace(LIMITS, wall_seconds=1.5)).reason is Reason.TOOK_TOO_LONG
    assert time.monotonic() - began < 20


def test_decoder_that_eats_memory_is_too_costly() -> None:
    assert refusal_of(b"eat").reason is Reason.TOO_COSTLY


def test_noise_on_standard_output_does_not_spoil_the_answer() -> None:
    assert IsolatedDecoder(TARGET, LIMITS)(b"babble") == paint(b"babble")


def test_answer_larger_than_allowed_is_the_decoders_end() -> None:
    assert refusal_of(GOOD, replace(LIMITS, output_bytes=100)).reason is Reason.DECODER_DIED


def test_child_gets_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    names = refusal_of(b"credentials").detail.split(",")
    assert "PYTHONPATH" in names
    assert not [name for name in names if name.startswith("AWS")]


def test_picture_larger_than_a_pipe_arrives() -> None:
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
def test_answer_that_makes_no_sense_is_the_decoders_end(answer: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_answer(answer)
    assert caught.value.reason is Reason.DECODER_DIED


def test_answers_survive_the_way() -> None:
    assert read_answer(write_answer(paint(GOOD))) == paint(GOOD)
    with pytest.raises(Refused) as caught:
        read_answer(write_refusal(Refused(Reason.TRUNCATED, "after 7 bytes")))
    assert (caught.value.reason, caught.value.detail) == (Reason.TRUNCATED, "after 7 bytes")
