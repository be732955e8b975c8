"""The counts by month follow every move of a photo."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.photos import actions, month_counts, transitions
from gallery.photos.models import MonthCount, Photo
from gallery.photos.months import Difference, recount_months
from gallery.photos.purge import purge_photo
from gallery.photos.states import WITHOUT_PICTURE, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = pytest.mark.django_db

MAY = datetime(2019, 5, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - a wall clock
SCAN = datetime(1958, 1, 1)  # noqa: DTZ001


def counts(owner: User) -> dict[str, int]:
    found = MonthCount.objects.filter(owner=owner).exclude(photos=0)
    return dict(found.values_list("month", "photos"))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(
    "move",
    [
        pytest.param(lambda photo, actor: transitions.trashed(photo.pk, actor=actor), id="trashed"),
        pytest.param(
            lambda photo, actor: transitions.rejected(photo.pk, actor=actor, reason="r"), id="rejected"
        ),
        pytest.param(lambda photo, actor: transitions.approved(photo.pk, actor=actor), id="approved"),
        pytest.param(
            lambda photo, actor: transitions.taken_down(photo.pk, actor=actor, reason="r"), id="taken"
        ),
        pytest.param(lambda photo, _: transitions.failed(photo.pk, reason="r", facts={}), id="failed"),
        pytest.param(lambda photo, actor: transitions.tried_again(photo.pk, actor=actor), id="tried"),
        pytest.param(
            lambda photo, _: transitions.processed(photo.pk, trusted=True, facts={"taken_local": SCAN}),
            id="made",
        ),
        pytest.param(lambda photo, _: purge_photo(photo.pk), id="purged"),
        pytest.param(
            lambda photo, actor: actions.set_archived(actor, [photo.pk], archived=True), id="archived"
        ),
    ],
)
def test_counts__follow_every_move_from_every_state(
    move: Callable[[Photo, User], bool], state: State, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, state, taken_local=MAY)
    make_photo(alice, taken_local=MAY)
    move(photo, alice)
    assert recount_months(alice, repair=False) == []


def test_counts__trash_and_restore(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY)
    assert counts(alice) == {"2019-05": 1}
    actions.trash(photo.pk, actor=alice)
    assert counts(alice) == {}
    actions.restore(photo.pk, actor=alice)
    assert counts(alice) == {"2019-05": 1}


def test_counts__leave_out_the_archive(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, taken_local=MAY) for _ in range(3)] + [make_photo(alice, taken_local=SCAN)]
    ids = [photo.pk for photo in photos]
    actions.set_archived(alice, [*ids[1:], ids[1]], archived=True)
    assert counts(alice) == {"2019-05": 1}
    # What happens to an archived photo counts in no month, and it comes back as it is then.
    actions.trash(ids[1], actor=alice)
    actions.restore(ids[1], actor=alice)
    transitions.rejected(ids[2], actor=alice, reason="r")
    assert counts(alice) == {"2019-05": 1}
    actions.trash(ids[3], actor=alice)
    assert actions.set_archived(alice, ids, archived=False) == set(ids[1:])
    assert counts(alice) == {"2019-05": 3}
    assert recount_months(alice, repair=False) == []


def test_counts__a_move_that_meets_the_archive_is_not_made(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    photo = make_photo(alice, taken_local=MAY)
    with just_before('UPDATE "photos_photo"', lambda: actions.set_archived(alice, [photo.pk], archived=True)):
        actions.trash(photo.pk, actor=alice)
    assert recount_months(alice, repair=False) == []


def test_counts__one_statement_for_two_months(alice: User) -> None:
    with CaptureQueriesContext(
        connection,
    ) as ran:
        month_counts.count(alice.pk, before="2019-05", after="1958-01")
        month_counts.count(alice.pk, before="2019-05", after="2019-05")
        month_counts.count(alice.pk, before="", after="")
    assert len(ran) == 1
    assert dict(MonthCount.objects.values_list("month", "photos")) == {"2019-05": -1, "1958-01": 1}


def test_recount__reports_and_repairs(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    for state in State:
        make_photo(alice, state, taken_local=SCAN)
    make_photo(alice, taken_local=SCAN, is_archived=True)
    assert counts(alice) == {"1958-01": len(State) - len(WITHOUT_PICTURE)}
    MonthCount.objects.all().delete()
    MonthCount.objects.create(owner=alice, month="2001-01", photos=7)
    MonthCount.objects.create(owner=bob, month="2001-01", photos=1)
    differing = [Difference("1958-01", 0, len(State) - len(WITHOUT_PICTURE)), Difference("2001-01", 7, 0)]
    assert recount_months(alice, repair=False) == differing
    assert recount_months(alice) == differing
    assert recount_months(alice) == []
    assert counts(alice) == {"1958-01": 3}
    assert counts(bob) == {"2001-01": 1}


def test_recount__what_comes_between_the_reads_does_not_differ(
    alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look reads the counts before an upload and the photos after it."""
    make_photo(alice, taken_local=MAY)
    MonthCount.objects.create(owner=alice, month="2001-01", photos=7)
    upload = iter([lambda: make_photo(alice, taken_local=MAY)])

    def and_then_upload(execute: Any, sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if "photos_monthcount" in sql:
            for come in upload:
                come()
        return answer

    with connection.execute_wrapper(and_then_upload):
        assert recount_months(alice, repair=False) == [Difference("2001-01", 7, 0)]
    assert counts(alice) == {"2001-01": 7, "2019-05": 2}


def test_command__says_what_differed(alice: User, make_photo: PhotoFactory) -> None:
    make_photo(alice, taken_local=MAY)
    MonthCount.objects.all().delete()
    said = StringIO()
    call_command("recount_months", "--dry-run", stdout=said)
    call_command("recount_months", alice.username, stdout=said)
    call_command("recount_months", stdout=said)
    line = f"{alice.username} 2019-05: counted 0, has 1"
    assert said.getvalue().splitlines() == [
        line,
        "1 months differed.",
        line,
        "1 months differed.",
        "0 months differed.",
    ]
    with pytest.raises(CommandError):
        call_command("recount_months", "no-one")
