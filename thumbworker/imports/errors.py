"""The error of a failed download."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thumbworker.contract.imports import ImportReason


class NotFetched(Exception):
    """The image could not be downloaded; a later try may succeed if ``is_transient``."""

    def __init__(self, reason: ImportReason, detail: str = "", *, is_transient: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.is_transient = is_transient
