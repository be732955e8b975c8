"""Downloads redirect to signed URLs, by id or by file name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.utils import timezone

from gallery.photos.states import State
from tests.gallery.stores import failed_item, ready_item
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")

NOW = timezone.now()


def test_download__owner_only(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo))
    answer = program_of(alice).get(f"/download/{photo.pk}")
    assert answer.status_code == 302
    assert f"/originals/{photo.pk}?" in answer["Location"]
    assert answer["Cache-Control"] == "private, no-store"
    assert program_of(bob).get(f"/download/{photo.pk}").status_code == 404


def test_download_thumbnail__visible_photo(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo))
    program = program_of(bob)
    small, large = CURRENT.renditions[0].name, CURRENT.renditions[-1].name
    assert f"/{small}/{photo.pk}-" in program.get(f"/download-thumbnail/{photo.pk}")["Location"]
    assert f"/{large}/{photo.pk}-" in program.get(f"/download-thumbnail/{photo.pk}?size={large}")["Location"]
    assert program.get(f"/download-thumbnail/{photo.pk}?size=5").status_code == 422


def test_downloads__file_name_finds_the_newest(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    name = "sea & sand #1.jpg"
    make_photo(alice, file_name=name)
    newest = make_photo(alice, file_name=name)
    make_photo(bob, file_name=name)
    stores.put_item(ready_item(newest))
    for path in ("download", "download-thumbnail"):
        answer = program_of(alice).get(f"/{path}/{quote(name)}")
        assert str(newest.pk) in answer["Location"]


@pytest.mark.parametrize("path", ["download", "download-thumbnail"])
def test_downloads__awaiting_photo(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores, path: str
) -> None:
    photo = make_photo(alice, State.AWAITING)
    program = program_of(alice)
    waiting = program.get(f"/{path}/{photo.pk}")
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "2")
    assert waiting.json()["state"] == "awaiting"
    stores.put_item(ready_item(photo))
    assert program.get(f"/{path}/{photo.pk}").status_code == 302


@pytest.mark.parametrize("path", ["download", "download-thumbnail"])
def test_downloads__interrupted_upload(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, path: str
) -> None:
    photo = make_photo(alice, State.AWAITING, offered_until=NOW, missing_at=NOW)
    answer = program_of(alice).get(f"/{path}/{photo.pk}")
    assert answer.status_code == 409
    assert answer.json()["reason"] == "upload_interrupted"


@pytest.mark.parametrize("path", ["download", "download-thumbnail"])
def test_downloads__failed_photo(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores, path: str
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(failed_item(photo, "truncated"))
    answer = program_of(alice).get(f"/{path}/{photo.pk}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "truncated")


def test_download__unknown_name(alice: User, program_of: ProgramFactory) -> None:
    assert program_of(alice).get("/download/nothing.jpg").status_code == 404
