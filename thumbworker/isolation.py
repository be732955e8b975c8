"""Decode in a limited child process: a picture that kills its decoder kills nothing else.

A message that was received before may be the one that killed the function. The child gets the bytes but no
credentials, and its memory, time and output are limited. Its death is an outcome of the picture. It uses
pipes and files, because Lambda has no shared memory for ``multiprocessing``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused
from thumbworker.isolated import read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thumbworker.imaging import Picture

DETAIL_BYTES = 500
INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""The child's environment; it excludes the credentials of the function's role."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """Limits of one child.

    Address space is not resident memory (an AVIF that needs 82 MB maps 244 MB), so ``address_space_bytes``
    is generous, yet below the function's 1769 MB. ``output_bytes`` limits each file it writes.
    """

    address_space_bytes: int = 1_300_000_000
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    output_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class IsolatedDecoder:
    """Decodes by ``module:function`` in a limited child process."""

    target: str = "thumbworker.imaging:render"
    limits: ChildLimits = ChildLimits()

    def __call__(self, data: bytes, quarter_turns: int = 0) -> Picture:
        """Return the picture.

        Raises:
            Refused: the decoder refused it, took too long (``took_too_long``) or died (``decoder_died``).
        """
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            return_code = self._run(data, quarter_turns, output, errors)
            if return_code == 0:
                output.seek(0)
                return read_answer(output.read())
            raise _refusal(return_code, _tail(errors))

    def _run(self, data: bytes, quarter_turns: int, output: BinaryIO, errors: BinaryIO) -> int:
        limits = self.limits
        command = [
            sys.executable,
            "-m",
            "thumbworker.isolated",
            self.target,
            str(quarter_turns),
            str(limits.address_space_bytes),
            str(limits.cpu_seconds),
            str(limits.output_bytes),
        ]
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no outside input
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            env=_child_environment(os.environ),
            start_new_session=True,  # an interrupt meant for us must not count against the picture
        )
        try:
            child.communicate(data, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise Refused(Reason.TOOK_TOO_LONG, f"over {limits.wall_seconds} s") from error
        return child.returncode


def _child_environment(variables: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: variables[name] for name in INHERITED if name in variables}
    return inherited | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _refusal(return_code: int, detail: str) -> Refused:
    if return_code == -signal.SIGXCPU:
        return Refused(Reason.TOOK_TOO_LONG, "over its CPU time")
    if return_code < 0:
        return Refused(Reason.DECODER_DIED, f"signal {-return_code}: {detail}")
    return Refused(Reason.DECODER_DIED, f"exit {return_code}: {detail}")


def _tail(errors: BinaryIO) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - DETAIL_BYTES))
    return errors.read().decode("utf-8", "replace").strip()
