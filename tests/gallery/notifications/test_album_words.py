"""Owners are told by email what was decided about the titles of their albums."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from gallery.accounts.emails import send_queued
from gallery.albums import actions, review
from gallery.albums.models import Album, WordsDecision
from gallery.notifications.album_words import tell_owners
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose

if TYPE_CHECKING:
    from gallery.accounts.models import User


def rejected(owner: User, by: User, title: str) -> Album:
    """Return an album whose words were rejected."""
    album = actions.create_album(owner, title=title, description="", visibility="public")
    review.reject(album.pk, actor=by, words_mark=album.words_mark, reason="Ads")
    return album


@pytest.mark.parametrize(
    ("rhythm", "later", "told"),
    [
        (Rhythm.AT_ONCE, timedelta(), 1),
        (Rhythm.DAILY, timedelta(hours=1), 0),
        (Rhythm.DAILY, timedelta(hours=25), 1),
        (Rhythm.OFF, timedelta(hours=25), 0),
    ],
)
def test_owner__is_told_as_often_as_they_chose(
    rhythm: Rhythm, later: timedelta, told: int, alice: User, charlie: User
) -> None:
    choose(alice, rhythm)
    rejected(alice, charlie, "Sea")
    assert tell_owners(timezone.now() + later) == told
    assert tell_owners(timezone.now() + later) == 0


def test_email__one_for_all_with_the_last_decision_of_each(alice: User, charlie: User) -> None:
    choose(alice, Rhythm.AT_ONCE)
    sea, _sun = rejected(alice, charlie, "Sea"), rejected(alice, charlie, "Sun")
    review.approve(sea.pk, actor=charlie, words_mark=sea.words_mark)
    assert tell_owners(timezone.now() + timedelta(hours=1)) == 1
    send_queued()
    [email] = mail.outbox
    assert email.to == [alice.email]
    assert "Approved: Sea" in email.body
    assert "Rejected: Sun\nReason: Ads" in email.body
    assert "Rejected: Sea" not in email.body
    assert f"/albums/{sea.pk}/" in email.body
    assert not WordsDecision.objects.filter(owner_untold=True).exists()
