"""Campaigns ask for new renditions at a pace, resume, and remove replaced renditions only afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing import campaigns
from gallery.processing.budget import Budget
from gallery.processing.models import Campaign, CampaignPhase, CampaignState
from gallery.processing.sweep import sweep
from tests.gallery.stores import Stores, failed_item, ready_item
from thumbworker.contract.policy import CURRENT, EVER

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
OLD = EVER[-2]


def started(**choices: Any) -> Campaign:
    campaign = campaigns.planned(NOW, **choices)
    campaigns.start(campaign)
    return campaign


def nudged(stores: Stores) -> set[str]:
    return {key.removeprefix("nudges/") for key in stores.keys("nudges/")}


def put_rendition(stores: Stores, photo: Photo, version: int) -> str:
    policy = EVER[version - 1]
    key = policy.key(policy.renditions[0], photo.pk)
    stores.s3.put_object(Bucket=stores.aws.outputs.renditions_bucket, Key=key, Body=b"rendition")
    return key


def renditions(stores: Stores) -> set[str]:
    answer = stores.s3.list_objects_v2(Bucket=stores.aws.outputs.renditions_bucket)
    return {entry["Key"] for entry in answer.get("Contents", [])}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, {"approved", "private", "trashed", "damaged", "bobs"}),
        ({"owner": "alice"}, {"approved", "private", "trashed", "damaged"}),
        ({"reason": "damaged"}, {"damaged"}),
        ({"owner": "bob", "reason": "damaged"}, set()),
        ({"policy": OLD.version}, {"private", "damaged", "bobs"}),
    ],
)
def test_campaign__asks_for_the_chosen_photos(
    stores: Stores,
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    choices: dict[str, Any],
    expected: set[str],
) -> None:
    photos = {
        "approved": make_photo(alice),
        "private": make_photo(alice, visibility="private"),
        "trashed": make_photo(alice, trashed_at=NOW),
        "damaged": make_photo(alice, State.FAILED, reason="damaged"),
        "bobs": make_photo(bob, State.PENDING),
        "awaiting": make_photo(alice, State.AWAITING),
        "never": make_photo(alice, State.FAILED, reason=NEVER_ARRIVED),
        "taken down": make_photo(alice, State.REJECTED, taken_down_at=NOW),
    }
    for name in ("approved", "trashed"):
        stores.put_item(ready_item(photos[name]))
    stores.put_item(ready_item(photos["private"], policy_version=OLD.version))
    if "owner" in choices:
        choices = choices | {"owner": {"alice": alice, "bob": bob}[choices["owner"]]}
    campaign = started(**choices)
    campaigns.advance(NOW, most=100)
    assert nudged(stores) == {str(photos[name].pk) for name in expected}
    campaign.refresh_from_db()
    assert (campaign.asked, campaign.asked + campaign.skipped) == (len(expected), campaign.total)


def test_campaign__keeps_its_pace(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(5):
        make_photo(alice)
    started(per_minute=2)
    instants = (NOW, NOW, NOW + MINUTE / 2, NOW + MINUTE, NOW + 10 * MINUTE)
    assert [campaigns.advance(now, most=100).photos for now in instants] == [2, 0, 1, 1, 1]


def test_campaign__waits_for_the_queue(
    stores: Stores, alice: User, make_photo: PhotoFactory, settings: Any
) -> None:
    for _ in range(3):
        make_photo(alice)
    sqs = stores.aws.client("sqs")
    url = settings.THUMBNAILS_QUEUE_URL = sqs.create_queue(QueueName="of-this-test")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="an upload")
    started(max_queue=2)
    assert campaigns.advance(NOW, most=100).photos == 1
    sqs.send_message(QueueUrl=url, MessageBody="another upload")
    assert campaigns.advance(NOW, most=100).photos == 0


def test_campaign__only_one_is_open(alice: User) -> None:
    first = started(owner=alice)
    with pytest.raises(campaigns.AnotherCampaign):
        started()
    campaigns.cancel(first.pk, NOW)
    assert started().state == CampaignState.RUNNING


def test_campaign__paused_asks_for_nothing(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    make_photo(alice)
    campaign = started()
    campaigns.pause(campaign.pk)
    assert campaigns.advance(NOW, most=100).photos == 0
    campaigns.resume(campaign.pk)
    assert campaigns.advance(NOW, most=100).photos == 1


def test_campaign__removes_replaced_renditions_when_no_address_lives(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    swapped, late, unmade = make_photo(alice), make_photo(alice), make_photo(alice)
    old = {
        name: put_rendition(stores, photo, OLD.version)
        for name, photo in (("swapped", swapped), ("late", late), ("unmade", unmade))
    }
    new = put_rendition(stores, swapped, CURRENT.version)
    campaign = started()
    campaigns.advance(NOW, most=100)
    campaigns.advance(NOW, most=100)
    stores.put_item(ready_item(swapped, processed_at=(NOW + MINUTE).isoformat()))
    stores.put_item(ready_item(late, processed_at=(NOW + 9 * MINUTE).isoformat()))
    stores.put_item(
        ready_item(unmade, policy_version=OLD.version, processed_at=(NOW - 60 * MINUTE).isoformat())
    )
    campaigns.advance(NOW + 14 * MINUTE, most=100)
    assert renditions(stores) == {*old.values(), new}
    campaigns.advance(NOW + 20 * MINUTE, most=100)
    assert renditions(stores) == {old["late"], old["unmade"], new}
    campaigns.advance(NOW + 20 * MINUTE, most=100)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.failed, campaign.slot) == (CampaignState.DONE, 1, None)


def test_campaign__settles_what_can_be_read_now(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    mended, still = (make_photo(alice, State.FAILED, reason="damaged") for _ in range(2))
    campaign = started(reason="damaged")
    for _ in range(2):
        campaigns.advance(NOW, most=100)
    stores.put_item(ready_item(mended, processed_at=NOW.isoformat()))
    stores.put_item(failed_item(still, processed_at=NOW.isoformat()))
    campaigns.advance(NOW + 20 * MINUTE, most=100)
    mended.refresh_from_db()
    campaign.refresh_from_db()
    assert (mended.state, campaign.failed) == (State.PENDING, 1)


def test_sweep__carries_a_campaign_on_with_half_of_its_calls(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    for _ in range(60):
        make_photo(alice)
    campaign = started()
    sweep(NOW, budget=Budget(calls=60))
    campaign.refresh_from_db()
    assert campaign.asked == 50
    sweep(NOW, budget=Budget(calls=60))
    campaign.refresh_from_db()
    assert (campaign.asked, campaign.phase) == (60, CampaignPhase.REMOVING)


def rerender(*arguments: str) -> str:
    output = StringIO()
    call_command("rerender", *arguments, stdout=output)
    return output.getvalue()


def test_rerender__dry_run_says_count_and_dollars(alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(3):
        make_photo(alice)
    assert json.loads(rerender("--all", "--dry-run", "--json")) == {"photos": 3, "dollars": 0.0}
    assert "all photos: 3 photos, about $0.00" in rerender("--all", "--dry-run")
    assert not Campaign.objects.exists()


def test_rerender__asks_for_all_and_leaves_the_rest_to_the_sweep(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(3)]
    output = rerender("--owner", "alice")
    assert nudged(stores) == {str(photo.pk) for photo in photos}
    assert "owner alice: running, removing. 3 asked, 0 skipped, 0 left, 0 failed." in output


def test_rerender__resumes_after_a_kill(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice) for _ in range(3)]
    started()
    campaigns.advance(NOW, most=1)
    assert json.loads(rerender("--all", "--json"))["asked"] == 3
    assert nudged(stores) == {str(photo.pk) for photo in photos}


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "Say which photos"),
        (["--owner", "nemo"], "no user named nemo"),
        (["--policy", str(CURRENT.version)], "--policy is a version"),
        (["--policy", "0"], "--policy is a version"),
        (["--failed", "bad_luck"], "bad_luck is no reason"),
        (["--all", "--per-minute", "0"], "at least 1"),
        (["--all"], "Another campaign is open: failed: damaged"),
    ],
)
def test_rerender__refuses(db: None, arguments: list[str], part: str) -> None:
    started(reason="damaged")
    with pytest.raises(CommandError, match=part):
        rerender(*arguments)


@pytest.mark.parametrize(
    ("action", "state"), [("pause", "paused"), ("cancel", "canceled"), ("status", "running")]
)
def test_rerender__controls_the_open_campaign(db: None, action: str, state: str) -> None:
    started()
    assert json.loads(rerender(f"--{action}", "--json"))["state"] == state


def test_rerender__status_without_campaign(db: None) -> None:
    with pytest.raises(CommandError, match="No campaign is open"):
        rerender("--status")
