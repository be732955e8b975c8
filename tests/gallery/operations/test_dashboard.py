"""The operations page shows correct statistics, to superusers only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.operations.dashboard import statistics
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing import campaigns, hours, matters
from gallery.processing.models import ProcessedHour, SweepRun
from gallery.storage import queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/operations/"
PAGES = (PAGE, f"{PAGE}?fragment", f"{PAGE}given-up/")


@pytest.fixture
def make_processed(make_photo: PhotoFactory) -> Callable[..., Photo]:
    """Return a maker of photos that had a thumbnail two seconds after their upload."""

    def make(owner: User, *, minutes_ago: int = 5, **fields: Any) -> Photo:
        processed_at = timezone.now() - timedelta(minutes=minutes_ago)
        created_at = processed_at - timedelta(seconds=2)
        return make_photo(owner, processed_at=processed_at, created_at=created_at, **fields)

    return make


@pytest.mark.parametrize("page", PAGES)
def test_pages__open_for_a_superuser(
    client_of: Callable[[User], Client], admin: User, dead_letter_queue: str, page: str
) -> None:
    assert client_of(admin).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_pages__refuse_everyone_else(
    client: Client, client_of: Callable[[User], Client], charlie: User, page: str
) -> None:
    assert client.get(page).status_code == 302
    assert client_of(charlie).get(page).status_code == 403


def bar_values(chart: Any) -> list[str]:
    return [bar.label.split(": ")[1] for bar in chart.bars if bar.height]


def test_statistics__ignore_photos_that_were_processed_again(
    admin: User, make_processed: Callable[..., Photo], dead_letter_queue: str
) -> None:
    again = make_processed(admin)
    make_processed(admin)
    Photo.objects.filter(pk=again.pk).update(created_at=timezone.now() - timedelta(days=400))
    found = statistics.collect()
    assert found.median_seconds == found.percentile_90_seconds == pytest.approx(2.0)
    assert found.processed == 2


def test_statistics__count_the_last_24_hours(
    admin: User, make_processed: Callable[..., Photo], dead_letter_queue: str
) -> None:
    make_processed(admin)
    make_processed(admin, minutes_ago=90)
    make_processed(admin, state=State.FAILED, reason="damaged")
    make_processed(admin, minutes_ago=60 * 30)
    found = statistics.collect()
    assert found.processed == 3
    processed, failed, waits, stored, cost = found.charts
    assert bar_values(processed) == ["1", "2"]
    assert bar_values(failed) == ["1"]
    assert set(bar_values(waits)) == {"2.0 s"}
    assert len(stored.bars) == 24
    assert len(cost.bars) == timezone.localtime().day
    assert [(failure.photos, failure.percent) for failure in found.failures] == [(1, 100.0)]
    assert found.median_seconds == pytest.approx(2.0)
    assert [(queue.title, queue.depth) for queue in found.queues] == [
        ("Thumbnails", queues.Depth(0, 0)),
        ("Dead letters: thumbnails", queues.Depth(0, 0)),
    ]


def test_statistics__take_seven_queries(
    admin: User, dead_letter_queue: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(7):
        statistics.collect()


def test_statistics__are_the_same_from_hours_that_are_kept(
    admin: User, make_processed: Callable[..., Photo], dead_letter_queue: str
) -> None:
    for minutes_ago in (5, 90, 200, 210, 60 * 30):
        make_processed(admin, minutes_ago=minutes_ago)
    make_processed(admin, minutes_ago=300, state=State.FAILED, reason="damaged")
    now = timezone.now()
    counted = statistics.collect(now)
    while hours.close(now):
        pass
    assert ProcessedHour.objects.exists()
    assert statistics.collect(now) == counted


def test_campaign__is_shown_with_its_progress(
    client_of: Callable[[User], Client],
    admin: User,
    make_processed: Callable[..., Photo],
    dead_letter_queue: str,
) -> None:
    assert "Thumbnails made again" not in client_of(admin).get(PAGE).content.decode()
    for _ in range(3):
        make_processed(admin)
    campaign = campaigns.planned(timezone.now(), per_minute=1)
    campaign.asked = 1
    campaigns.start(campaign)
    page = client_of(admin).get(PAGE).content.decode()
    assert "all photos. Running." in page
    assert '<progress max="3" value="1"' in page
    assert "1 of 3 photos asked for, 0 failed." in page
    assert "About 2 minutes left." in page
    campaigns.pause(campaign.pk)
    assert "Paused: manage.py rerender --resume continues it." in client_of(admin).get(PAGE).content.decode()


def test_statistics__are_collected_once_for_all_open_pages(
    client_of: Callable[[User], Client],
    admin: User,
    make_processed: Callable[..., Photo],
    dead_letter_queue: str,
    django_assert_num_queries: Any,
) -> None:
    client = client_of(admin)
    first = client.get(f"{PAGE}?fragment").content
    make_processed(admin)
    with django_assert_num_queries(2):  # session and user
        assert client.get(f"{PAGE}?fragment").content == first
    with django_assert_num_queries(9):
        client.get(PAGE)


def test_statistics__are_shown_when_a_queue_does_not_answer(
    client_of: Callable[[User], Client], admin: User, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    moto_aws.client("sqs").delete_queue(QueueUrl=dead_letter_queue)
    assert "not responding" in client_of(admin).get(PAGE).content.decode()


def test_sweep__is_shown_with_what_it_left(
    client_of: Callable[[User], Client], admin: User, dead_letter_queue: str
) -> None:
    assert "The sweep hasn't run yet." in client_of(admin).get(PAGE).content.decode()
    SweepRun.objects.create(
        at=timezone.now(),
        seconds=2.5,
        calls=321,
        done={"deletions": 77},
        backlog=[{"kind": "deletions", "due": 1234, "oldest_seconds": 3600.0}],
    )
    page = client_of(admin).get(PAGE).content.decode()
    assert all(text in page for text in ("321 AWS calls", "<td>1,234</td>", "<td>60</td>", "<td>77</td>"))
    SweepRun.objects.create(at=timezone.now())
    assert "It is still running, or was stopped." in client_of(admin).get(PAGE).content.decode()


def test_sweep__names_each_kind_and_knows_those_of_another_version(
    client_of: Callable[[User], Client], admin: User, dead_letter_queue: str
) -> None:
    kinds = [*matters.KINDS, "kind_of_another_version"]
    backlog = [{"kind": kind, "due": 1, "oldest_seconds": 0.0} for kind in kinds]
    SweepRun.objects.create(at=timezone.now(), seconds=1.0, backlog=backlog)
    page = client_of(admin).get(PAGE).content.decode()
    assert [kind for kind in kinds if f">{kind}<" in page] == ["kind_of_another_version"]
