"""Measures for CloudWatch: one line of JSON in the embedded metric format, no call."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from thumbworker.contract import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping


def measure(stage: str, values: Mapping[str, float]) -> None:
    """Write the line that makes CloudWatch count these values where Lambda takes it to CloudWatch Logs."""
    directive = metrics.directive([metrics.STAGE], dict.fromkeys(values, "Count"))
    line = json.dumps(metrics.metadata(directive) | {metrics.STAGE: stage, **values})
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
