"""Measures for CloudWatch: one line of JSON in the embedded metric format, no call."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from thumbworker.contract import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping


def measure_line(
    stage: str, values: Mapping[str, float], *, unit: str = "Count", now: float | None = None
) -> str:
    """Return the line that makes CloudWatch count these values for the stage."""
    directive = metrics.directive([metrics.STAGE], dict.fromkeys(values, unit))
    return json.dumps(metrics.metadata(directive, now=now) | {metrics.STAGE: stage, **values})


def measure(stage: str, values: Mapping[str, float], *, unit: str = "Count") -> None:
    """Write the line where Lambda takes it to CloudWatch Logs."""
    sys.stdout.write(measure_line(stage, values, unit=unit) + "\n")
    sys.stdout.flush()
