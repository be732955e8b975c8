"""Deletion records in the admin are read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.photos.models import DeletionRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/admin/photos/deletionrecord/"


def record(**fields) -> DeletionRecord:
    now = timezone.now()
    return DeletionRecord.objects.create(photo_id=uuid4(), purged_at=now, offered_until=now, **fields)


def test_list__open_records_and_closed_by_id(admin: User, client_of: Callable[[User], Client]) -> None:
    browser = client_of(admin)
    still_open, closed = record(), record(closed_at=timezone.now())
    listed = browser.get(URL).content.decode()
    assert str(still_open.pk) in listed
    assert str(closed.pk) not in listed
    assert str(closed.pk) in browser.get(URL, {"q": str(closed.pk)}).content.decode()
    assert browser.get(URL, {"q": "not an id"}).context_data["cl"].result_count == 0


def test_record__read_only(admin: User, client_of: Callable[[User], Client]) -> None:
    browser, kept = client_of(admin), record()
    assert browser.get(f"{URL}{kept.pk}/change/").status_code == 200
    assert browser.post(f"{URL}{kept.pk}/change/", {"closed_at": "2026-01-01"}).status_code == 403
    assert browser.post(f"{URL}{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.get(f"{URL}add/").status_code == 403
    assert DeletionRecord.objects.get().closed_at is None
