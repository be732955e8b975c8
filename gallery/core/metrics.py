"""Measures for CloudWatch: one line of JSON in the embedded metric format, no call.

Reference: Amazon CloudWatch, "Specification: Embedded metric format".
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "Contactsheet"


def measure_line(
    stage: str, values: Mapping[str, float], *, unit: str = "Count", now: float | None = None
) -> str:
    """Return the line that makes CloudWatch count these values for the stage."""
    instant = int((time.time() if now is None else now) * 1000)
    metrics = [{"Name": name, "Unit": unit} for name in values]
    description = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": metrics}
    return json.dumps(
        {"_aws": {"Timestamp": instant, "CloudWatchMetrics": [description]}, "Stage": stage, **values}
    )


def measure(stage: str, values: Mapping[str, float], *, unit: str = "Count") -> None:
    """Write the line where Lambda takes it to CloudWatch Logs."""
    sys.stdout.write(measure_line(stage, values, unit=unit) + "\n")
    sys.stdout.flush()
