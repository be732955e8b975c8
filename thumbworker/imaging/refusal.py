"""The one way in which a picture is turned down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thumbworker.contract.reasons import Reason


class Refused(Exception):
    """Say that an original cannot be shown, and why.

    ``reason`` is the stable code that is stored; ``detail`` is for the log and never shown.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
