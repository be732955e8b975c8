"""Which words of a photo each reader gets, by every page and operation, while new ones wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from gallery.albums import words
from gallery.albums.models import Album
from gallery.albums.tagging import set_tags
from gallery.api.tokens import Scope
from gallery.photos.models import Photo
from gallery.photos.states import Visibility, WordsState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db

OLD, NEW = ("Harbor", ["boats"]), ("Grandmother", ["boats", "family"])
WHY = "Says something private about someone."


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return an approved photo with new words that wait."""
    found = make_photo(alice, caption=OLD[0], alt_text="Two piers")
    set_tags(found.pk, OLD[1])
    words.change_words(found.pk, actor=alice, caption=NEW[0], alt_text="Ophelia asleep", tags=NEW[1])
    found.refresh_from_db()
    return found


def test_doors__show_others_the_approved_words_only(
    photo: Photo,
    alice: User,
    bob: User,
    client: Client,
    client_of: Callable[[User], Client],
    program_of: ProgramFactory,
    charlie: User,
    stores: Stores,
) -> None:
    album = Album.objects.create(owner=alice, title="All", public_title="All", visibility=Visibility.PUBLIC)
    album.photos.add(photo)
    photos = ["/", "/?order=timeline", f"/people/{alice.username}/", album.get_absolute_url()]
    pages = [*photos, photo.get_absolute_url(), "/tags/boats/", "/search/?q=harbor", "/albums/"]
    for state in (WordsState.WAITING, WordsState.REJECTED):
        Photo.objects.update(words_state=state)
        for browser in (client, client_of(bob)):
            for page in pages:
                answer = browser.get(page)
                assert answer.status_code == 200, page
                assert not any(word in answer.text for word in ("Grandmother", "Ophelia", "family")), page
            shown = browser.get(photo.get_absolute_url()).text
            assert "<h1>Harbor</h1>" in shown
            assert 'data-alt="Two piers"' in shown
            assert photo.get_absolute_url() in browser.get("/search/?q=piers").text
            assert photo.get_absolute_url() not in browser.get("/search/?q=ophelia").text
            assert browser.get("/tags/family/").status_code == 404
            assert photo.get_absolute_url() not in browser.get("/search/?q=grandmother").text
            assert "family" not in browser.get("/search/suggest/?q=fam").text
        # A moderator's token without that scope reads no more than anyone's.
        for program in (program_of(bob), program_of(charlie, Scope.READ)):
            one = program.get(f"/photos/{photo.pk}").json()
            listed = program.get("/photos?view=public").json()["photos"][0]
            for found in (one, listed):
                assert (found["caption"], found["tags"], found["newWords"]) == (*OLD, None)
                assert found["altText"] == "Two piers"
                assert found["wordsMark"] != photo.new_words_mark
            assert [tag["name"] for tag in program.get("/tags").json()["tags"]] == ["boats"]
            assert program.get("/photos?view=public&tag=family").json()["photos"] == []
            assert program.get("/photos?view=public&q=grandmother").json()["photos"] == []


def test_owner_and_moderators__read_the_new_words(
    photo: Photo,
    alice: User,
    charlie: User,
    client_of: Callable[[User], Client],
    program_of: ProgramFactory,
    stores: Stores,
) -> None:
    for person in (alice, charlie):
        page = client_of(person).get(photo.get_absolute_url()).text
        assert "waiting for review. Until then, others see the old ones." in page
        assert all(word in page for word in ("Harbor", "Grandmother", "Ophelia", "boats, family"))
    assert "New words in review" in client_of(alice).get(reverse("my-photos")).text
    for program in (program_of(alice), program_of(charlie, *Scope)):
        found = program.get(f"/photos/{photo.pk}").json()
        assert (found["caption"], found["tags"]) == OLD
        new = {"caption": NEW[0], "altText": "Ophelia asleep", "tags": NEW[1]}
        new |= {"state": "waiting", "reason": ""}
        assert (found["newWords"], found["wordsMark"]) == (new, photo.new_words_mark)


def test_api__decides_about_new_words(
    photo: Photo, alice: User, charlie: User, program_of: ProgramFactory, stores: Stores
) -> None:
    moderator = program_of(charlie, *Scope)
    (listed,) = moderator.get("/photos?view=review").json()["photos"]
    body = {"decision": "rejectWords", "reason": WHY}
    assert moderator.post(f"/photos/{photo.pk}/review", body).status_code == 422
    answer = moderator.post(f"/photos/{photo.pk}/review", body | {"wordsMark": listed["wordsMark"]}).json()
    assert (answer["state"], answer["newWords"]["state"]) == ("approved", "rejected")
    assert program_of(alice).get(f"/photos/{photo.pk}").json()["newWords"]["reason"] == WHY
    program_of(alice).patch(f"/photos/{photo.pk}", {"caption": "Quay", "altText": "A quay"})
    mark = moderator.get(f"/photos/{photo.pk}").json()["wordsMark"]
    body = {"decision": "approve", "wordsMark": mark}
    answer = moderator.post(f"/photos/{photo.pk}/review", body).json()
    assert (answer["caption"], answer["tags"], answer["newWords"]) == ("Quay", NEW[1], None)
    assert answer["altText"] == "A quay"
