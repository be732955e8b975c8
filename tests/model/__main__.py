"""Print the counts of every combination."""

from __future__ import annotations

import sys

from tests.model.lifecycle import explore
from tests.model.worlds import (
    ALL_RULES,
    ENDLESS_RECEIVES,
    LOSSY,
    LOSSY_AND_DOUBLED,
    NEEDED,
    WORKER_ALONE,
    without,
)

WORLDS = {
    "worker alone": (WORKER_ALONE, ENDLESS_RECEIVES),
    "worker alone, no second_read": (without("second_read", WORKER_ALONE), ENDLESS_RECEIVES),
    "all rules": (ALL_RULES, LOSSY),
    "all rules, events doubled": (ALL_RULES, LOSSY_AND_DOUBLED),
    **{f"no {rule}": (without(rule), LOSSY) for rule in NEEDED},
}

for name, (rules, faults) in WORLDS.items():
    sys.stdout.write(f"{name:30} {explore(rules, faults)}\n")
