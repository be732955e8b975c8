from __future__ import annotations

import pytest

from tests.model.lifecycle import Faults, State, explore
from tests.model.worlds import (
    ALL_RULES,
    ENDLESS_RECEIVES,
    LOSSY,
    LOSSY_AND_DOUBLED,
    NEEDED,
    WORKER_ALONE,
    without,
)


@pytest.mark.parametrize("faults", [LOSSY, LOSSY_AND_DOUBLED], ids=["lossy", "lossy and doubled"])
def test_with_all_rules_every_path_leads_to_a_good_end(faults: Faults) -> None:
    found = explore(ALL_RULES, faults)
    assert found.is_right, f"{found}: {found.bad_ends[:3]}"
    assert found.states > 50_000


@pytest.mark.parametrize("rule", NEEDED)
def test_without_a_rule_some_path_ends_badly_or_never(rule: str) -> None:
    found = explore(without(rule), LOSSY)
    assert found.bad_ends or found.endless, str(found)


def test_without_the_second_look_a_record_stays_open_for_ever() -> None:
    # What is already complete is not read again: only the second look sees that its original is gone.
    assert explore(without("second_look"), LOSSY).endless


def test_worker_alone_is_right_where_nothing_is_lost_and_receives_are_endless() -> None:
    found = explore(WORKER_ALONE, ENDLESS_RECEIVES)
    assert found.is_right, f"{found}: {found.bad_ends[:3]}"


def test_worker_alone_leaves_orphans_without_the_second_look() -> None:
    found = explore(without("second_look", WORKER_ALONE), ENDLESS_RECEIVES)
    assert [end for end in found.bad_ends if end.row == "closed" and not end.original and end.derived]


def test_both_lives_come_to_a_good_end_of_their_own() -> None:
    kept = State("kept", original=True, renditions=True, item=True)
    assert kept.is_good_end
    assert State("kept").is_good_end
    assert State("closed").is_good_end
    assert not State("recorded").is_good_end
    assert not kept._replace(item=False).is_good_end
    assert not State("closed", original=True).is_good_end
    assert not State("closed", renditions=True).is_good_end
