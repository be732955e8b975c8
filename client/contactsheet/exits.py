"""The command's exit statuses."""

from enum import IntEnum

from contactsheet.engine.interfaces import Problem


class Exit(IntEnum):
    """Exit statuses, for scripts."""

    DONE = 0
    """Everything is done; photos that were already in the gallery count as done."""
    INCOMPLETE = 1
    """Some files or photos failed; each is listed with a reason."""
    USAGE_ERROR = 2
    """The command line is not valid; nothing was done."""
    NOT_SIGNED_IN = 3
    """The token is missing, not valid, or lacks a scope."""
    UNAVAILABLE = 4
    """The gallery or its store does not respond. Running the same command again resumes."""
    STOPPED = 130
    """Stopped by Ctrl-C. Running the same command again resumes."""


class NotSignedIn(Problem):
    """The token is missing or not valid."""
