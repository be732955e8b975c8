"""Responses that operations share."""

from gallery.api.schemas.shapes import ProblemDocument

COMMON = (401, 403, 422, 429, 503)
"""Statuses with which every operation can refuse."""


def refusals(*others: int) -> dict[int, type[ProblemDocument]]:
    """Return the response table of the common refusals and the others."""
    return dict.fromkeys((*COMMON, *others), ProblemDocument)
