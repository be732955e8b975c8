"""The child's side of isolation: bytes in, one answer out.

The answer is a line of JSON, then the bytes of the renditions. It is not a pickle, because a compromised
decoder could make that run code in the parent.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from thumbworker.contract.policy import RenditionSpec
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Picture, Refused, Rendered

if TYPE_CHECKING:
    from collections.abc import Callable


def write_answer(picture: Picture) -> bytes:
    """Return the answer for a rendered picture."""
    fields = asdict(picture)
    for rendered in fields["renditions"]:
        rendered["data"] = len(rendered["data"])
    head = json.dumps({"picture": fields}).encode()
    return b"\n".join((head, b"".join(rendered.data for rendered in picture.renditions)))


def write_refusal(refusal: Refused) -> bytes:
    """Return the answer for a refused original."""
    head = {"refused": {"reason": str(refusal.reason), "detail": refusal.detail}}
    return json.dumps(head).encode() + b"\n"


def read_answer(answer: bytes) -> Picture:
    """Return the picture that the child wrote.

    Raises:
        Refused: the child refused, or its answer is invalid (``decoder_died``).
    """
    head, _, data = answer.partition(b"\n")
    try:
        answered = json.loads(head)
        if "refused" in answered:
            refused = answered["refused"]
            raise Refused(Reason(refused["reason"]), str(refused["detail"]))
        return _read_picture(answered["picture"], memoryview(data))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Refused(Reason.DECODER_DIED, f"invalid answer: {error!r}") from error


def _read_picture(fields: dict[str, object], data: memoryview) -> Picture:
    renditions = []
    position = 0
    for made in fields.pop("renditions"):  # type: ignore[attr-defined]
        size_bytes = int(made.pop("data"))
        chunk = bytes(data[position : position + size_bytes])
        renditions.append(Rendered(spec=RenditionSpec(**made.pop("spec")), data=chunk, **made))
        position += size_bytes
    if position != len(data):
        raise ValueError("renditions cut short")
    return Picture(renditions=tuple(renditions), **fields)  # type: ignore[arg-type]


def _load(target: str) -> Callable[[bytes, int], Picture]:
    module_name, _, function_name = target.partition(":")
    decoder: Callable[[bytes, int], Picture] = getattr(importlib.import_module(module_name), function_name)
    return decoder


def _answer(decode: Callable[[bytes, int], Picture], data: bytes, quarter_turns: int) -> bytes:
    try:
        return write_answer(decode(data, quarter_turns))
    except Refused as refusal:
        return write_refusal(refusal)
    except MemoryError:
        return write_refusal(Refused(Reason.TOO_COSTLY, "over the child's address space"))


def main(arguments: list[str]) -> None:
    """Decode standard input by ``module:function``, turned, within the limits (bytes, seconds, bytes)."""
    target, quarter_turns, address_space_bytes, cpu_seconds, output_bytes = arguments
    # Output of C libraries must not get into the answer.
    answer_file = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A stop is meant for the parent, which finishes its batch first; it must not count against the picture.
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    decode = _load(target)
    # A file limit would cut bytecode short, and Python keeps it so: every later child would fail.
    sys.dont_write_bytecode = True
    for kind, limit in (
        (resource.RLIMIT_AS, int(address_space_bytes)),
        (resource.RLIMIT_CPU, int(cpu_seconds)),
        (resource.RLIMIT_FSIZE, int(output_bytes)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit + 5 if kind == resource.RLIMIT_CPU else limit))
    data = sys.stdin.buffer.read()
    with answer_file:
        answer_file.write(_answer(decode, data, int(quarter_turns)))


if __name__ == "__main__":
    main(sys.argv[1:])
