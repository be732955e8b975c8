"""Everything that a decoder may raise for a bad file, as one refusal."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def decoder_failures() -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal, and its warnings into silence.

    The list is what Pillow, pi-heif and their fuzzers were seen to raise; it has no ``Exception`` in it,
    so that a fault of our own still shows as one.

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
        raise Refused(_reason_in(str(error).lower()), f"{type(error).__name__}: {error}") from error


def _reason_in(message: str) -> Reason:
    """Return what a decoder means: its exceptions' types tell less than their words."""
    if "memory" in message:
        return Reason.TOO_COSTLY
    return Reason.TRUNCATED if "truncated" in message else Reason.DAMAGED
