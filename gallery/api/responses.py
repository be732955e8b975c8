"""The answers that operations share."""

from gallery.api.schemas.shapes import ProblemDocument


def refusals(*statuses: int) -> dict[int, type[ProblemDocument]]:
    """Return the response table of the refusals with these statuses."""
    return dict.fromkeys(statuses, ProblemDocument)
