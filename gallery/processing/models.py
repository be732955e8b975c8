"""What each run of the sweep did."""

from __future__ import annotations

from django.db import models


class SweepRun(models.Model):
    """One run. ``done`` counts, by kind, what it brought forward. ``backlog`` is what remained.

    The row is made when the run begins. ``seconds`` is empty if it was ended before its end.
    """

    at = models.DateTimeField(db_index=True)
    seconds = models.FloatField(null=True)
    calls = models.PositiveIntegerField(default=0)
    done = models.JSONField(default=dict)
    backlog = models.JSONField(default=list)

    def __str__(self) -> str:
        """Return when it began."""
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
