"""``Refused``, and the translation of what decoders raise into it."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.contract.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator


class Refused(Exception):
    """The original can't be rendered.

    ``reason`` is the code that is stored; ``detail`` is for the log and never shown to people.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@contextmanager
def decoder_errors() -> Iterator[None]:
    """Turn any exception of a decoder into a refusal, and ignore its warnings.

    The list is what Pillow and pi-heif raised in use and under fuzzing. It does not contain ``Exception``:
    a defect in our own code must not look like a bad file.

    Raises:
        Refused: with ``DAMAGED``, ``TRUNCATED``, ``TOO_MANY_PIXELS`` or ``TOO_COSTLY``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise Refused(Reason.TOO_MANY_PIXELS, str(error)) from error
    except MemoryError as error:
        raise Refused(Reason.TOO_COSTLY, "out of memory") from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        RuntimeError,
        EOFError,
        LookupError,
        ArithmeticError,
        AttributeError,
        AssertionError,
    ) as error:
        raise Refused(_reason_of(str(error).lower()), f"{type(error).__name__}: {error}") from error


def _reason_of(message: str) -> Reason:
    """Return the reason by the message: decoders use one exception type for different causes."""
    if "memory" in message:
        return Reason.TOO_COSTLY
    return Reason.TRUNCATED if "truncated" in message else Reason.DAMAGED
