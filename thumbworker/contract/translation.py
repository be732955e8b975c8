"""Mark texts for translation. The workers write codes; the gallery translates the sentence where it is read."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return the message as it is; ``make messages`` finds it by this function's name."""
    return message
