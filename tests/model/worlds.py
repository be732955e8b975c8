"""The combinations of rules and faults that are explored."""

from __future__ import annotations

from dataclasses import replace

from tests.model.lifecycle import Faults, Rules

ALL_RULES = Rules()
LOSSY = Faults()
LOSSY_AND_DOUBLED = Faults(doubled_events=1)

WORKER_ALONE = Rules(records=False, nudges=False)
"""No record and no sweep: what the worker corrects by itself."""
ENDLESS_RECEIVES = Faults(uploads=1, lost_events=0, doubled_events=1, deaths=2, receives=0)
"""Faults that the worker alone can handle: no lost events, no replays, every death is retried."""

NEEDED = ("second_read", "nudges", "expiry", "quiet_time", "spaced_checks")


def without(rule: str, rules: Rules = ALL_RULES) -> Rules:
    """Return the rules without this one."""
    return replace(rules, **{rule: False})
