"""How the command ends."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses, for scripts."""

    DONE = 0
    """All that was asked for is done; what the gallery had already counts as done."""
    NOT_ALL = 1
    """Some files or photos were refused or not reached; each is named with its reason."""
    NOT_UNDERSTOOD = 2
    """The command line is not understood; nothing was done."""
    NOT_SIGNED_IN = 3
    """There is no token, or the gallery does not take it, or it lacks a scope."""
    UNAVAILABLE = 4
    """The gallery or its store does not answer. Nothing is lost: run the same command again."""
    STOPPED = 130
    """Stopped by Ctrl-C. Nothing is lost: run the same command again."""


class NotSignedIn(Exception):
    """There is no token, or the gallery does not take it."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
