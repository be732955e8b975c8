from __future__ import annotations

import pytest

from tests.model import worlds
from tests.model.lifecycle import Faults, State, explore


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(worlds.LOSSY, id="lossy"),
        pytest.param(worlds.LOSSY_AND_DOUBLED, id="lossy and doubled", marks=pytest.mark.slow),
    ],
)
def test_lifecycle__all_rules_reach_good_end(faults: Faults) -> None:
    found = explore(worlds.ALL_RULES, faults)
    assert found.is_correct, f"{found}: {found.bad_ends[:3]}"
    assert found.states > 50_000


@pytest.mark.parametrize("rule", worlds.NEEDED)
def test_lifecycle__each_rule_is_needed(rule: str) -> None:
    found = explore(worlds.without(rule), worlds.LOSSY)
    assert found.bad_ends or found.endless, str(found)


def test_lifecycle__without_second_read_record_stays_open() -> None:
    # What is already complete is not read again: only the second read shows that its original is gone.
    assert explore(worlds.without("second_read"), worlds.LOSSY).endless


def test_worker__correct_with_unlimited_receives() -> None:
    found = explore(worlds.WORKER_ALONE, worlds.ENDLESS_RECEIVES)
    assert found.is_correct, f"{found}: {found.bad_ends[:3]}"


def test_worker__leaves_orphans_without_second_read() -> None:
    found = explore(worlds.without("second_read", worlds.WORKER_ALONE), worlds.ENDLESS_RECEIVES)
    assert [end for end in found.bad_ends if end.row == "closed" and not end.original and end.derived]


def test_is_good_end__of_kept_and_purged_photos() -> None:
    kept = State("kept", original=True, renditions=True, item=True)
    assert kept.is_good_end
    assert State("kept").is_good_end
    assert State("closed").is_good_end
    assert not State("recorded").is_good_end
    assert not kept._replace(item=False).is_good_end
    assert not State("closed", original=True).is_good_end
    assert not State("closed", renditions=True).is_good_end
