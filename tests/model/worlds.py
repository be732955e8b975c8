"""The worlds that are explored, and what is left out of each to show that it is needed."""

from __future__ import annotations

from dataclasses import replace

from tests.model.lifecycle import Faults, Rules

ALL_RULES = Rules()
LOSSY = Faults()
LOSSY_AND_DOUBLED = Faults(doubled_events=1)

WORKER_ALONE = Rules(records=False, nudges=False)
"""No record and no sweep: what the worker makes right by itself."""
ENDLESS_RECEIVES = Faults(uploads=1, lost_events=0, doubled_events=1, deaths=2, receives=0)
"""The world in which the worker alone suffices: nothing lost or replayed, deaths are repeated."""

NEEDED = ("second_look", "nudges", "expiry", "quiet_time", "spaced_looks")


def without(rule: str, rules: Rules = ALL_RULES) -> Rules:
    """Return the mutant that lacks this rule."""
    return replace(rules, **{rule: False})
