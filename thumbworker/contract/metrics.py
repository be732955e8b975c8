"""CloudWatch metrics inside log lines: no call, no library.

CloudWatch reads metrics and dimensions from the top level of a JSON line; ``_aws`` describes them.
Reference: Amazon CloudWatch User Guide, "Specification: Embedded metric format". Limits: a metric is a
number, a dimension is text; 100 metrics and 30 dimensions in each directive.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACE = "Contactsheet"
STAGE = "Stage"
"""The dimension that every metric has."""
UNAVAILABLE = "Unavailable"
"""Messages and requests for which a store did not answer, or refused. One alarm covers all programs."""


def directive(dimensions: Iterable[str], units: Mapping[str, str]) -> dict[str, Any]:
    """Return the directive that makes CloudWatch count these metrics (name to unit) for these dimensions."""
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }


def metadata(*directives: dict[str, Any], now: float | None = None) -> dict[str, Any]:
    """Return the ``_aws`` field of a line; ``now`` is in seconds since the epoch."""
    instant = time.time() if now is None else now
    return {"_aws": {"Timestamp": int(instant * 1000), "CloudWatchMetrics": list(directives)}}
