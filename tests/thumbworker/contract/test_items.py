from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.contract.test_stores import failed, ready_item
from thumbworker.contract.items import ATTENTION_INDEX, PhotoItem
from thumbworker.contract.policy import EVER, every_rendition_key
from thumbworker.contract.reasons import SENTENCES, UNKNOWN_REASON, Reason, sentence


def test_item_survives_the_way_to_plain_python_and_back() -> None:
    item = ready_item()
    assert PhotoItem.from_item(json.loads(json.dumps(item.to_item()))) == item


def test_only_what_needs_attention_is_in_the_index() -> None:
    assert ATTENTION_INDEX not in ready_item().to_item()
    assert failed(ready_item()).to_item()[ATTENTION_INDEX] == "FAILED"


@pytest.mark.parametrize("broken", [{}, {"status": "ODD"}, {"pk": "photo#no-id"}])
def test_item_of_a_foreign_shape_is_refused(broken: dict[str, str]) -> None:
    item = ready_item().to_item() | broken if broken else {}
    with pytest.raises((KeyError, ValueError)):
        PhotoItem.from_item(item)


def test_deletion_reaches_every_policy_ever() -> None:
    item = replace(ready_item(), renditions=())
    keys = every_rendition_key(item.photo_id)
    assert len(keys) == len(set(keys)) == sum(len(policy.renditions) for policy in EVER)
    assert [policy.version for policy in EVER] == list(range(1, len(EVER) + 1))


def test_every_reason_has_its_sentence_and_so_has_one_that_is_not_known_yet() -> None:
    assert set(SENTENCES) == set(Reason)
    assert sentence("from the future") == UNKNOWN_REASON


def test_item_from_before_there_was_a_correlation_id_is_read() -> None:
    old = replace(ready_item(), correlation_id="")
    assert "correlation_id" not in old.to_item()
    assert PhotoItem.from_item(old.to_item()) == old
