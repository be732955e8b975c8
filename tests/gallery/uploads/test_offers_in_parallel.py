"""Parallel offers on a real PostgreSQL. SQLite has one writer at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from gallery.accounts.models import User
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.uploads.offers import MAX_OUTSTANDING_OFFERS, Offered, Refused, offer
from tests.gallery.uploads.test_offers import request

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]

CALLS, FILES_EACH = 12, 25


def test_offer__parallel_calls_use_exactly_the_limit(alice: User) -> None:
    barrier = Barrier(CALLS)

    def call(_: int) -> list[object]:
        wanted = [request(str(uuid4())) for _ in range(FILES_EACH)]
        barrier.wait(30)
        try:
            return list(offer(alice.pk, wanted, visibility="public"))
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLS) as pool:
        outcomes = [outcome for answer in pool.map(call, range(CALLS)) for outcome in answer]
    offered = [outcome for outcome in outcomes if isinstance(outcome, Offered)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(offered) == MAX_OUTSTANDING_OFFERS == Photo.objects.count()
    assert {outcome.reason for outcome in refused} == {reasons.TOO_MANY_OUTSTANDING}
    assert len(refused) == CALLS * FILES_EACH - MAX_OUTSTANDING_OFFERS
    total = Photo.objects.aggregate(total=Sum("size_bytes"))["total"]
    assert User.objects.get(pk=alice.pk).used_bytes == total


def test_repeated_offer__parallel_calls_do_not_block_each_other(alice: User) -> None:
    wanted = [request(str(uuid4())) for _ in range(FILES_EACH)]
    first = offer(alice.pk, wanted, visibility="public")
    expired = [outcome.photo_id for outcome in first[::2] if isinstance(outcome, Offered)]
    Photo.objects.filter(pk__in=expired).update(offered_until=timezone.now())
    barrier = Barrier(CALLS)

    def call(number: int) -> list[object]:
        barrier.wait(30)
        try:
            return list(offer(alice.pk, wanted[:: 1 if number % 2 else -1], visibility="public"))
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLS) as pool:
        outcomes = [outcome for answer in pool.map(call, range(CALLS)) for outcome in answer]
    assert {type(outcome) for outcome in outcomes} == {Offered}
    assert not Photo.objects.filter(offered_until__lte=timezone.now()).exists()
