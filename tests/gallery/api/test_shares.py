"""Shares of albums through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from gallery.albums.models import Album
from gallery.api.models import RememberedAnswer
from gallery.api.tokens import Scope
from gallery.sharing.models import Grant

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory

pytestmark = pytest.mark.usefixtures("empty_aws")


@pytest.fixture
def path(alice: User) -> str:
    """Return where shares of Alice's album are made."""
    return f"/albums/{Album.objects.create(owner=alice, title='Sea').pk}/shares"


def test_share__make_list_and_end(alice: User, bob: User, program_of: ProgramFactory, path: str) -> None:
    program = program_of(alice)
    entry = {"label": "Grandma", "password": "harbor at dawn", "maxViews": 3, "neverEnds": True}
    made = program.post(path, entry).json()
    assert (made["hasPassword"], made["maxViews"], made["expiresAt"], made["person"]) == (True, 3, None, None)
    link = made["linkAddress"].removeprefix("http://127.0.0.1:8000")
    assert Client().get(link).headers["Location"] in made["pageAddress"]
    person = program.post(path, {"person": "bob", "role": "download"}).json()
    assert (person["person"], person["role"], person["linkAddress"]) == ("bob", "download", None)
    listed = program.get("/shares").json()["shares"]
    assert [share["id"] for share in listed] == [person["id"], made["id"]]
    assert "linkAddress" not in listed[0]
    assert program_of(bob).get("/shares").json() == {"shares": []}
    assert program_of(bob).delete(f"/shares/{made['id']}").status_code == 404
    assert program.delete(f"/shares/{made['id']}").status_code == 204
    assert Client().get(link).status_code == 404
    assert len(program.get("/shares").json()["shares"]) == 1


@pytest.mark.parametrize(
    ("entry", "status", "reason"),
    [
        ({"person": "nosuchone"}, 422, "no_such_person"),
        ({"person": "alice"}, 422, "share_with_self"),
        ({"person": "not@an address"}, 422, "invalid"),
        ({"person": "bob", "password": "harbor at dawn"}, 422, "invalid"),
        ({"person": "bob", "maxViews": 2}, 422, "invalid"),
        ({"days": 0}, 422, "invalid"),
        ({"role": "owner"}, 422, "invalid"),
        ({"maxViews": 2**40}, 422, "invalid"),
    ],
)
def test_share__says_why_not(
    entry: dict[str, Any],
    status: int,
    reason: str,
    alice: User,
    bob: User,
    program_of: ProgramFactory,
    path: str,
) -> None:
    answer = program_of(alice).post(path, entry)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert not Grant.objects.exists()


def test_share__by_a_token_that_may_read(alice: User, program_of: ProgramFactory, path: str) -> None:
    answer = program_of(alice, Scope.UPLOAD).post(path, {})
    assert (answer.status_code, answer.json()["reason"]) == (403, "scope_missing")
    assert not Grant.objects.exists()


def test_share__link_is_stored_nowhere(alice: User, program_of: ProgramFactory, path: str) -> None:
    program = program_of(alice)
    links = {program.post(path, {}, Idempotency_Key="one").json()["linkAddress"] for _ in range(2)}
    assert len(links) == 2
    assert not RememberedAnswer.objects.exists()
