from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.items import failed_item, ready_item
from thumbworker.contract.items import PhotoItem
from thumbworker.contract.policy import EVER, FULL_TURN, clean_copy_key, every_rendition_key, rendition_names
from thumbworker.contract.reasons import SENTENCES, UNKNOWN_REASON, Reason, sentence


def test_photo_item__round_trip() -> None:
    item = ready_item()
    assert PhotoItem.from_item(json.loads(json.dumps(item.to_item()))) == item


def test_photo_item__with_the_attribute_of_an_older_release_is_read() -> None:
    item = failed_item(ready_item())
    # The key of an index that releases before had and no program read.
    assert PhotoItem.from_item(item.to_item() | {"attention": "FAILED"}) == item
    assert "attention" not in item.to_item()


@pytest.mark.parametrize("broken", [{}, {"status": "ODD"}, {"pk": "photo#no-id"}])
def test_photo_item__invalid_raises(broken: dict[str, str]) -> None:
    item = ready_item().to_item() | broken if broken else {}
    with pytest.raises((KeyError, ValueError)):
        PhotoItem.from_item(item)


def test_every_rendition_key__covers_all_policies() -> None:
    item = replace(ready_item(), renditions=())
    keys = every_rendition_key(item.photo_id)
    assert len(keys) == len(set(keys)) == FULL_TURN * sum(len(policy.renditions) for policy in EVER) + 2
    assert clean_copy_key(item.photo_id) in keys
    assert {key.partition("/")[0] for key in keys} == set(rendition_names())
    assert [policy.version for policy in EVER] == list(range(1, len(EVER) + 1))


def test_sentence__every_code_and_unknown_code() -> None:
    assert set(SENTENCES) == set(Reason)
    assert sentence("from the future") == UNKNOWN_REASON


def test_photo_item__without_correlation_id() -> None:
    old = replace(ready_item(), correlation_id="")
    assert "correlation_id" not in old.to_item()
    assert PhotoItem.from_item(old.to_item()) == old
