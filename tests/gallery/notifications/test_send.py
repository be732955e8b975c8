"""Emails are sent as often as users want, once each, and retried after a failure."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums import words
from gallery.notifications import send
from gallery.notifications.models import Notification, Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_pending
from gallery.operations import jobs
from gallery.photos import transitions
from gallery.photos.models import HistoryEntry
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
    """Return a photo of Alice that was just rejected. She wants email at once."""
    photo = make_photo(eager_alice, State.PENDING, caption="Low tide")
    transitions.rejected(photo.pk, actor=charlie, reason="Too dark.")
    return photo


@pytest.mark.usefixtures("rejected")
def test_send_due__at_once_leaves_with_the_nearest_run(run_schedule: Schedule) -> None:
    assert run_schedule(seconds=1).sent == 1
    assert run_schedule(hours=30).sent == 0
    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert message.subject == "Rejected: Low tide"


def test_send_due__after_an_email_the_next_waits_for_a_quiet_minute(
    rejected: Photo, eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    assert run_schedule(seconds=1).sent == 1
    for _ in range(3):
        transitions.approved(make_photo(eager_alice, State.PENDING).pk, actor=charlie)
    assert run_schedule(seconds=30).sent == 0
    assert run_schedule(seconds=62).sent == 1
    assert mail.outbox[1].subject == "Your photos: 3 approved"


@pytest.mark.parametrize("burst", [1, 40, 600])
def test_at_once__within_a_minute_and_in_few_emails(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, burst: int
) -> None:
    """A run each minute, and decisions every two seconds from then on: count delays and emails."""
    photo, start = make_photo(eager_alice, State.REJECTED), timezone.now()
    decided_at = [start + timedelta(seconds=7 + 2 * n) for n in range(burst)]
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            photo=photo, at=at, actor=charlie, move="rejected", to_state=State.REJECTED, owner_untold=True
        )
        for at in decided_at
    )
    waiting = set(HistoryEntry.objects.values_list("pk", flat=True))
    HistoryEntry.objects.update(owner_untold=False)
    sent_at = []
    for minute in range(1, 40):
        now = start + timedelta(minutes=minute)
        HistoryEntry.objects.filter(pk__in=waiting, at__lte=now).update(owner_untold=True)
        waiting -= set(HistoryEntry.objects.filter(at__lte=now).values_list("pk", flat=True))
        queue_pending(now)
        if send.send_due(now).sent:
            sent_at.append(now)
    assert (sent_at[0] - decided_at[0]).total_seconds() <= 60
    assert len(sent_at) == {1: 1, 40: 2, 600: 3}[burst]
    assert not Notification.objects.filter(done_at=None).exists()


def test_send_due__at_once_waits_ten_minutes_at_most(eager_alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(eager_alice, State.AWAITING) for _ in range(2)]
    for photo in photos:
        transitions.processed(photo.pk, trusted=False, facts={})
    queue_pending()
    now = timezone.now()
    told = Notification.objects.create(
        person=eager_alice, photo=photos[0], event_id=uuid4(), state="failed", at=now, not_before=now
    )
    Notification.objects.filter(pk=told.pk).update(done_at=now - timedelta(minutes=9))
    assert send.send_due(now).sent == 0
    Notification.objects.filter(photo=photos[0], done_at=None).update(at=now - send.MAX_DELAY)
    assert send.send_due(now).sent == 1
    assert mail.outbox[0].subject == "Your photos: 2 processed"


def test_send_due__daily_is_one_email(
    alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    for _ in range(3):
        transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    transitions.failed(make_photo(alice, State.AWAITING).pk, reason="damaged", facts={})
    assert run_schedule(hours=23).sent == 0
    assert run_schedule(hours=25).sent == 1
    assert run_schedule(hours=50).sent == 0
    assert mail.outbox[0].subject == "Your photos: 1 couldn't be processed, 3 approved"


def test_send_due__skips_outdated_states(rejected: Photo, charlie: User, run_schedule: Schedule) -> None:
    transitions.put_back_to_review(rejected.pk, actor=charlie)
    assert run_schedule(minutes=2).sent == 0
    transitions.rejected(rejected.pk, actor=charlie, reason="Still too dark.")
    assert run_schedule(minutes=4).sent == 1
    assert "Still too dark." in mail.outbox[0].body


def test_send_due__skips_trashed_photos(rejected: Photo, run_schedule: Schedule) -> None:
    transitions.trashed(rejected.pk, actor=rejected.owner)
    assert run_schedule(minutes=2).sent == 0


def test_send_due__uses_the_latest_state(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    photo = make_photo(eager_alice, State.AWAITING)
    transitions.processed(photo.pk, trusted=False, facts={})
    transitions.approved(photo.pk, actor=charlie)
    assert run_schedule(minutes=2).sent == 1
    assert mail.outbox[0].subject.startswith("Approved: ")


@pytest.mark.parametrize("way", ["off", "address gone"])
def test_send_due__skips_users_who_opted_out(way: str, rejected: Photo, run_schedule: Schedule) -> None:
    queue_pending()
    if way == "off":
        choose(rejected.owner, Rhythm.OFF)
    else:
        type(rejected.owner).objects.update(email="")
    assert run_schedule(days=2).sent == 0
    assert not Notification.objects.filter(done_at=None).exists()


@pytest.mark.usefixtures("rejected")
def test_send_due__retries_an_unreachable_server(settings: SettingsWrapper, run_schedule: Schedule) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert run_schedule(minutes=2).unavailable is True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_schedule(minutes=3).sent == 1


@pytest.mark.usefixtures("rejected")
def test_send_due__retries_a_dropped_connection_after_the_claim(
    settings: SettingsWrapper, run_schedule: Schedule
) -> None:
    settings.EMAIL_BACKEND = f"{BACKENDS}.HangsUp"
    assert run_schedule(minutes=2).unavailable is True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_schedule(minutes=3).sent == 0
    assert run_schedule(minutes=8).sent == 1


def test_send_due__backs_off_after_a_refusal(
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
def test_claim__excludes_another_run() -> None:
    queue_pending()
    now = timezone.now() + send.QUIET_PERIOD
    person_id = Notification.objects.get().person_id
    first, second = send._claim(person_id, now), send._claim(person_id, now)
    assert Notification.objects.filter(claim=first).count() == 1
    assert not Notification.objects.filter(claim=second).exists()
    assert send.send_due(now).sent == 0


@pytest.mark.usefixtures("rejected")
def test_send_due__deletes_rows_after_thirty_days(run_schedule: Schedule) -> None:
    run_schedule(minutes=2)
    assert run_schedule(days=29).deleted == 0
    assert run_schedule(days=31).deleted == 1
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("rejected")
def test_send_notifications__job_and_command_do_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.send_notifications() == {
        "checked": 1,
        "sent": 1,
        "refused": 0,
        "deleted": 0,
        "unavailable": False,
        "album_words": 0,
        "received": 0,
    }
    Notification.objects.update(done_at=None, not_before=timezone.now())
    call_command("send_notifications")
    assert "checked 0, sent 1, refused 0" in capsys.readouterr().out


@pytest.mark.usefixtures("rejected")
def test_send_notifications__reports_an_unavailable_server(settings: SettingsWrapper) -> None:
    queue_pending()
    Notification.objects.update(at=timezone.now() - send.QUIET_PERIOD)
    settings.EMAIL_BACKEND = f"{BACKENDS}.HangsUp"
    with pytest.raises(CommandError, match="not responding"):
        call_command("send_notifications")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="small tables have stable plans on SQLite only")
def test_send_due__reads_open_rows_only(alice: User) -> None:
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


def test_send_due__rejected_words(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    photo = make_photo(eager_alice, caption="Low tide")
    words.change_words(photo.pk, actor=eager_alice, caption="Buy now")
    photo.refresh_from_db()
    words.reject_words(photo.pk, actor=charlie, words_mark=photo.words_mark, reason="Advertising.")
    assert run_schedule(minutes=2).sent == 1
    (message,) = mail.outbox
    assert message.subject == "New caption or tags not approved: Low tide"
    assert "Others see the old ones. Reason: Advertising." in message.body
