"""No list, limit or count tells whether someone else has a name in private.

A person fills a list up to its limit with own names. What it shows must not depend on names of others that
come in between.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest

from gallery.albums.actions import change_photos
from gallery.albums.models import Album, Tag
from gallery.albums.tagging import set_tags
from gallery.blocks.models import Block
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.search.find import MOST_NAMES, matching
from gallery.search.models import Name, NameKind, SearchText
from gallery.search.query import parse
from gallery.search.suggest import MOST_CANDIDATES, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def name_photo(photo: Photo, kind: NameKind, name: str) -> None:
    """Give the photo a tag, a camera or a lens, and keep the name as a refresh of its text does."""
    if kind == NameKind.TAG:
        Tag.objects.get_or_create(name=name)[0].photos.add(photo)
    else:
        SearchText.objects.filter(photo=photo).update(**{str(kind): name})
    Name.objects.get_or_create(kind=kind, name=name, defaults={"folded": name.casefold()})


def hide(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(visibility=Visibility.PRIVATE)


def send_to_review(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(state=State.PENDING)


def trash(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(trashed_at=datetime.now(UTC))


def block(photo: Photo) -> None:
    Block.objects.create(person=photo.owner, at=datetime.now(UTC), reason="Spam")


def leave(photo: Photo) -> None:
    photo.owner.left_at = datetime.now(UTC)
    photo.owner.save(update_fields=["left_at"])


UNSEEN = [hide, send_to_review, trash, block, leave]


@pytest.mark.parametrize(
    ("kind", "make_unseen"),
    [*((NameKind.TAG, act) for act in UNSEEN), (NameKind.CAMERA, hide), (NameKind.LENS, hide)],
)
@pytest.mark.parametrize("beginning", ["", "a"])
def test_suggestions__are_the_same_with_a_name_unseen(
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    kind: NameKind,
    beginning: str,
    make_unseen: Callable[[Photo], None],
) -> None:
    own = [f"{beginning}vx{number:02}" for number in range(MOST_CANDIDATES)]
    for name in [*own, own[-1]]:
        # The last one has most photos, so it comes first if it is there.
        name_photo(make_photo(bob), kind, name)
    before = suggest(f"{kind}:vx", bob)
    assert before[0].name == own[-1]
    hidden = make_photo(alice)
    name_photo(hidden, kind, f"{beginning}vx")
    assert suggest(f"{kind}:vx", bob) != before, "while it is public"
    make_unseen(hidden)
    assert suggest(f"{kind}:vx", bob) == before


def found(viewer: User, query: str) -> int:
    return matching(Photo.objects.visible_to(viewer), parse(query), viewer).count()


@pytest.mark.parametrize("kind", [NameKind.CAMERA, NameKind.LENS])
def test_filter__finds_the_same_with_a_name_unseen(
    alice: User, bob: User, make_photo: PhotoFactory, kind: NameKind
) -> None:
    for number in range(MOST_NAMES):
        name_photo(make_photo(bob), kind, f"vx{number:02}")
    name_photo(make_photo(alice, visibility=Visibility.PRIVATE), kind, "vx")
    assert found(bob, f"{kind}:vx") == MOST_NAMES


def test_filter__finds_the_same_with_a_tag_unseen(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    spellings = sorted("".join(letters) for letters in product("eéèêë", repeat=3))[: MOST_NAMES + 1]
    unseen, *own = spellings
    hidden = make_photo(alice, visibility=Visibility.PRIVATE)
    set_tags(hidden.pk, [unseen])
    Name.objects.filter(name=unseen).update(folded="eee")
    for tag in own:
        set_tags(make_photo(bob).pk, [tag])
    assert found(bob, "tag:eee") == MOST_NAMES


def test_filter__finds_the_same_with_an_album_unseen(
    alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    for owner, name, visibility in (
        *((alice, f"vx {number:02}", Visibility.PRIVATE) for number in range(MOST_NAMES)),
        (alice, "vx last", Visibility.PUBLIC),
        (alice, "vx without a public photo", Visibility.PUBLIC),
    ):
        album = Album.objects.create(owner=owner, title=name, public_title=name, visibility=visibility)
        Name.objects.create(kind=NameKind.ALBUM, name=name, folded=name)
        seen = Visibility.PRIVATE if "without" in name else Visibility.PUBLIC
        change_photos(album, add=[make_photo(owner, visibility=seen).pk], remove=[])
    assert found(bob, "album:vx") == 1
    assert [one.name for one in suggest("album:vx", bob)] == ["vx last"]
