"""Mails go out as often as people want them, once each, and again where a server did not take them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.notifications import send
from gallery.notifications.models import Notification, Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_untold
from gallery.operations import jobs
from gallery.photos import transitions
from gallery.photos.states import State

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.notifications.conftest import Schedule

pytestmark = pytest.mark.django_db

BACKENDS = "tests.gallery.notifications.mail_servers"


@pytest.fixture
def rejected(eager_alice: User, charlie: User, make_photo: PhotoFactory) -> Photo:
    """Return a photo of Alice's, who wants to hear at once, that was just rejected."""
    photo = make_photo(eager_alice, State.PENDING, caption="Low tide")
    transitions.rejected(photo.pk, actor=charlie, reason="Too dark.")
    return photo


@pytest.mark.usefixtures("rejected")
def test_at_once_is_after_a_calm_minute_and_only_once(run_schedule: Schedule) -> None:
    assert run_schedule(seconds=30).sent == 0
    assert run_schedule(seconds=61).sent == 1
    assert run_schedule(hours=30).sent == 0
    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert message.subject == "Not approved: Low tide"


def test_a_long_burst_is_told_after_ten_minutes(eager_alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(eager_alice, State.AWAITING) for _ in range(2)]
    for photo in photos:
        transitions.processed(photo.pk, trusted=False, facts={})
    queue_untold()
    now = timezone.now()
    Notification.objects.filter(photo=photos[0]).update(at=now - send.CALM_AT_MOST)
    assert send.send_due(now).sent == 1
    assert mail.outbox[0].subject == "Your photos: 2 processed"


def test_a_day_s_news_are_one_mail(
    alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    for _ in range(3):
        transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    transitions.failed(make_photo(alice, State.AWAITING).pk, reason="damaged", facts={})
    assert run_schedule(hours=23).sent == 0
    assert run_schedule(hours=25).sent == 1
    assert run_schedule(hours=50).sent == 0
    assert mail.outbox[0].subject == "Your photos: 1 not processed, 3 approved"


def test_what_is_no_longer_true_is_not_told(rejected: Photo, charlie: User, run_schedule: Schedule) -> None:
    transitions.put_back_to_review(rejected.pk, actor=charlie)
    assert run_schedule(minutes=2).sent == 0
    transitions.rejected(rejected.pk, actor=charlie, reason="Still too dark.")
    assert run_schedule(minutes=4).sent == 1
    assert "Still too dark." in mail.outbox[0].body


def test_what_its_owner_has_put_into_the_trash_is_not_told(rejected: Photo, run_schedule: Schedule) -> None:
    transitions.trashed(rejected.pk, actor=rejected.owner)
    assert run_schedule(minutes=2).sent == 0


def test_a_photo_is_told_as_it_stands_at_last(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    photo = make_photo(eager_alice, State.AWAITING)
    transitions.processed(photo.pk, trusted=False, facts={})
    transitions.approved(photo.pk, actor=charlie)
    assert run_schedule(minutes=2).sent == 1
    assert mail.outbox[0].subject.startswith("Approved: ")


@pytest.mark.parametrize("way", ["off", "address gone"])
def test_who_changed_their_mind_gets_none_of_what_was_queued(
    way: str, rejected: Photo, run_schedule: Schedule
) -> None:
    queue_untold()
    if way == "off":
        choose(rejected.owner, Rhythm.OFF)
    else:
        type(rejected.owner).objects.update(email="")
    assert run_schedule(days=2).sent == 0
    assert not Notification.objects.filter(done_at=None).exists()


@pytest.mark.usefixtures("rejected")
def test_a_dead_server_loses_nothing(settings: SettingsWrapper, run_schedule: Schedule) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert run_schedule(minutes=2).unavailable is True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_schedule(minutes=3).sent == 1


@pytest.mark.usefixtures("rejected")
def test_a_server_that_hangs_up_is_tried_again_when_the_claim_has_run_out(
    settings: SettingsWrapper, run_schedule: Schedule
) -> None:
    settings.EMAIL_BACKEND = f"{BACKENDS}.HangsUp"
    assert run_schedule(minutes=2).unavailable is True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_schedule(minutes=3).sent == 0
    assert run_schedule(minutes=8).sent == 1


def test_a_refused_mail_holds_up_nobody_else_and_is_tried_again_ever_more_rarely(
    rejected: Photo,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    settings: SettingsWrapper,
    run_schedule: Schedule,
) -> None:
    choose(bob, Rhythm.AT_ONCE)
    transitions.approved(make_photo(bob, State.PENDING).pk, actor=charlie)
    Notification.objects.update(at=rejected.created_at)
    settings.EMAIL_BACKEND = f"{BACKENDS}.RefusesBob"
    report = run_schedule(minutes=2)
    assert (report.sent, report.refused) == (1, 1)
    assert run_schedule(hours=1).refused == 0
    assert run_schedule(hours=2, minutes=3).refused == 1
    assert run_schedule(hours=6).refused == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_schedule(hours=7).sent == 1
    assert [message.to for message in mail.outbox] == [["alice@example.org"], ["bob@example.org"]]


@pytest.mark.usefixtures("rejected")
def test_another_run_takes_nothing_that_is_claimed() -> None:
    queue_untold()
    now = timezone.now() + send.CALM
    person_id = Notification.objects.get().person_id
    first, second = send._claim(person_id, now), send._claim(person_id, now)
    assert Notification.objects.filter(claim=first).count() == 1
    assert not Notification.objects.filter(claim=second).exists()
    assert send.send_due(now).sent == 0


@pytest.mark.usefixtures("rejected")
def test_the_queue_forgets_after_thirty_days(run_schedule: Schedule) -> None:
    run_schedule(minutes=2)
    assert run_schedule(days=29).forgotten == 0
    assert run_schedule(days=31).forgotten == 1
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("rejected")
def test_the_schedule_and_the_command_do_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.send_notifications() == {
        "looked_at": 1,
        "sent": 0,
        "refused": 0,
        "forgotten": 0,
        "unavailable": False,
    }
    Notification.objects.update(at=timezone.now() - send.CALM)
    call_command("send_notifications")
    assert "looked_at 0, sent 1, refused 0" in capsys.readouterr().out


@pytest.mark.usefixtures("rejected")
def test_the_command_says_that_the_server_is_silent(settings: SettingsWrapper) -> None:
    queue_untold()
    Notification.objects.update(at=timezone.now() - send.CALM)
    settings.EMAIL_BACKEND = f"{BACKENDS}.HangsUp"
    with pytest.raises(CommandError, match="does not answer"):
        call_command("send_notifications")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="small tables have stable plans on SQLite only")
def test_a_run_reads_open_rows_only(alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        send.send_due()
        send._claim(alice.pk, timezone.now())
    plans = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans.append(" ".join(str(row[-1]) for row in cursor.fetchall()))
    assert ["notifications_by_age" in plans[0], *("notifications_open" in plan for plan in plans[1:])] == [
        True,
        True,
        True,
    ], plans
