"""The page of a search: its order, its chips, what it says, and its limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import OperationalError, connection
from django.test import Client

from gallery.accounts.rate_limits import Limit
from gallery.albums import actions
from gallery.albums.models import Album, Tag
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.search.models import SearchText
from gallery.search.query import parse
from gallery.search.suggest import suggest
from gallery.search.time_limit import TooBroad, within_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]
MAY = datetime(2019, 5, 20, 23, 30)  # noqa: DTZ001 - a wall clock


def captions(client: Client, query: str, **more: str) -> list[str]:
    page = client.get("/search/", {"q": query, **more})
    assert page.status_code == 200
    return [tile.caption for tile in page.context["tiles"]]


def test_search__latest_capture_first_over_pages(alice: User, make_photo: PhotoFactory) -> None:
    for number in range(130):
        make_photo(alice, caption=f"sea {number}", taken_local=MAY + timedelta(minutes=number * 7 % 130))
    uploaded = make_photo(alice, caption="sea new")
    client, found, url = Client(), [], "/search/?q=sea"
    while url:
        page = client.get(url)
        found += [tile.photo_id for tile in page.context["tiles"]]
        url = page.context["next_url"]
    expected = Photo.objects.exclude(pk=uploaded.pk).order_by("-taken_local").values_list("pk", flat=True)
    assert found == [uploaded.pk, *expected]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("img_7.jpg", "IMG_7.JPG"),
        ("img\N{LATIN SMALL LETTER TURNED A}7", "IMG\N{LATIN SMALL LETTER TURNED A}7.JPG"),
        ("g-7", "IMG-7.JPG"),
        ("7.jp", "all"),
        ("img_7%", "none"),
    ],
)
def test_search__file_names_are_compared_sign_by_sign(
    query: str, found: str, alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    names = ["IMG_7.JPG", "IMG\N{LATIN SMALL LETTER TURNED A}7.JPG", "IMG-7.JPG"]
    for name in names:
        make_photo(alice, caption=name, file_name=name)
    expected = {"all": set(names), "none": set()}.get(found, {found})
    assert set(captions(client_of(alice), query)) == expected


@pytest.mark.parametrize("query", ["sea", "sea is:favorite"])
def test_photo__leads_on_within_the_search(
    query: str, alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    clocks = [MAY, MAY + timedelta(days=1), MAY + timedelta(days=2), MAY + timedelta(days=2)]
    for clock in clocks:
        make_photo(alice, caption="sea", taken_local=clock, is_favorite=True)
        make_photo(alice, caption="mountain", taken_local=clock, is_favorite=True)
    make_photo(alice, caption="sea", taken_local=MAY, trashed_at=datetime.now(UTC))
    browser = client_of(alice)
    results = browser.get("/search/", {"q": query})
    shown = [f"/photos/{tile.photo_id}/?{urlencode({'q': query})}" for tile in results.context["tiles"]]
    assert len(shown) == 4
    for url in shown:
        assert f'<a href="{url}"' in results.content.decode()
    pages = [browser.get(url).context for url in shown]
    assert [page["previous_url"] for page in pages] == ["", *shown[:-1]]
    assert [page["next_url"] for page in pages] == [*shown[1:], ""]


def test_photo__that_is_found_no_more_leads_back_into_the_search(
    alice: User, make_photo: PhotoFactory
) -> None:
    early, changed, late = (
        make_photo(alice, caption=caption, taken_local=MAY + timedelta(days=day))
        for day, caption in enumerate(("sea", "mountain", "sea"))
    )
    page = Client().get(f"{changed.get_absolute_url()}?q=sea").context
    assert page["previous_url"] == f"{late.get_absolute_url()}?q=sea"
    assert page["next_url"] == f"{early.get_absolute_url()}?q=sea"


def test_photo__leads_to_what_its_reader_finds(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    early, private, late = (
        make_photo(alice, caption="sea", taken_local=MAY + timedelta(days=day), visibility=visibility)
        for day, visibility in enumerate((Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PUBLIC))
    )
    following = [
        client_of(person).get(f"{late.get_absolute_url()}?q=sea").context["next_url"]
        for person in (alice, bob)
    ]
    assert following == [f"{photo.get_absolute_url()}?q=sea" for photo in (private, early)]


def test_photo__is_shown_where_a_neighbor_is_too_far(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    early, middle, _late = (
        make_photo(alice, caption="sea", taken_local=MAY + timedelta(days=day)) for day in range(3)
    )

    def interrupt() -> None:
        raise OperationalError("interrupted")

    with just_before("search_searchtext", interrupt):
        page = Client().get(f"{middle.get_absolute_url()}?q=sea")
    assert page.context["previous_url"] == ""
    assert page.context["next_url"] == f"{early.get_absolute_url()}?q=sea"


@pytest.mark.parametrize("query", ["", "a", "x" * 201])
def test_photo__without_a_search_leads_on_as_before(
    query: str, alice: User, make_photo: PhotoFactory
) -> None:
    older, newer = make_photo(alice), make_photo(alice)
    page = Client().get(newer.get_absolute_url(), {"q": query}).context
    assert page["next_url"] == older.get_absolute_url()


def test_photo__searches_no_more_often_than_the_box(
    alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(alice, caption="sea")
    newer = make_photo(alice, caption="sea")
    monkeypatch.setattr("gallery.web.photos.SEARCHES", Limit("few", 1, timedelta(minutes=1), burst=1))
    pages = [Client().get(newer.get_absolute_url(), {"q": "sea"}) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert [bool(page.context["next_url"]) for page in pages] == [True, False]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("from:2019-05 until:2019-05", ["may", "raw"]),
        ("until:2019", ["may", "raw"]),
        ("from:2019-06", ["upright", "square", ""]),
        ("from:2019-05-21", ["upright", "square", ""]),
        ("until:2019-05-20", ["may", "raw"]),
        ("uploaded:2026-03-03", ["upright"]),
        ("uploaded:2026", ["upright", "square", "", "may", "raw"]),
        ("orientation:portrait", ["upright"]),
        ("orientation:landscape", ["may"]),
        ("orientation:square", ["square"]),
        ("format:jpg", ["may"]),
        ("format:raw", ["raw"]),
        ("format:CR3", ["raw"]),
        ("no:caption", [""]),
        ("-caption", [""]),
        ("owner:alice", ["upright", "square", "", "may", "raw"]),
        ("owner:absent", []),
        ("tag:cafe", ["may"]),
        ("tag:CAFÉ may", ["may"]),
        ("tag:caf", []),
        ("album:plitvice", ["square"]),
        ("camera:x100", ["may"]),
        ("camera:X100V tag:café", ["may"]),
        ("lens:23", ["may"]),
        ("tag:cafe orientation:portrait", []),
        ("from:never may", ["may"]),
    ],
)
def test_search__filters(alice: User, make_photo: PhotoFactory, query: str, found: list[str]) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    make = {"created_at": noon}
    may = make_photo(alice, caption="may", taken_local=MAY, format="JPEG", width=3, height=2, **make)
    make_photo(alice, caption="raw", taken_local=MAY - timedelta(hours=1), format="CR3", **make)
    make_photo(alice, caption="", **make)
    square = make_photo(alice, caption="square", width=2, height=2, created_at=noon + timedelta(seconds=1))
    day = datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    make_photo(alice, caption="upright", width=2, height=3, created_at=day)
    album = Album.objects.create(owner=alice, title="Plitvice", visibility=Visibility.PRIVATE)
    actions.change_photos(album, add=[square.pk], remove=[])
    SearchText.objects.filter(photo=may).update(camera="FUJIFILM X100V", lens="XF 23mm")
    may.tags.create(name="café")
    client = Client()
    client.force_login(alice)
    assert captions(client, query) == found


def test_search__says_what_was_understood(alice: User, make_photo: PhotoFactory) -> None:
    page = Client().get("/search/", {"q": 'sea "old town" tag:x from:2019-05 from:may place:y'})
    chips = [(chip.words, chip.without_url) for chip in page.context["chips"]]
    assert chips[0] == ("sea", "/search/?q=%22old+town%22+tag%3Ax+from%3A2019-05+place%3Ay")
    assert [words for words, _ in chips] == ["sea", "“old town”", "tag x", "from May 2019", "place:y"]
    html = page.content.decode()
    assert [code for code in ("search_date_invalid", "search_filter_unknown") if code not in html] == []
    assert "No photos found." in html


@pytest.mark.parametrize(
    ("query", "code"), [("a", "search_too_short"), ("海", "search_too_short"), ("x" * 201, "search_too_long")]
)
def test_search__refuses_with_a_sentence(query: str, code: str) -> None:
    page = Client().get("/search/", {"q": query})
    assert page.status_code == 200
    assert f'data-reason="{code}"' in page.content.decode()


def test_search__form_of_filters_becomes_the_address() -> None:
    chosen = {"q": "sea", "tag": "blue hour", "from": "2019-05-01", "album": "", "no": "caption"}
    answer = Client().get("/search/", chosen)
    assert answer.status_code == 302
    assert parse(parse_qs(urlsplit(answer["Location"]).query)["q"][0]) == parse(
        'sea tag:"blue hour" from:2019-05-01 no:caption'
    )


def test_search__of_nothing_shows_how(alice: User, make_photo: PhotoFactory) -> None:
    make_photo(alice, caption="sea")
    page = Client().get("/search/")
    assert page.context["tiles"] == []
    assert "Find photos by any word." in page.content.decode()


@pytest.mark.parametrize(
    ("state", "visibility", "everyone", "owner"),
    [
        (State.APPROVED, Visibility.PUBLIC, True, True),
        (State.APPROVED, Visibility.PRIVATE, False, True),
        (State.PENDING, Visibility.PUBLIC, False, True),
        (State.REJECTED, Visibility.PUBLIC, False, True),
    ],
)
def test_search__shows_what_the_person_may_see(
    alice: User,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    state: State,
    visibility: Visibility,
    everyone: bool,
    owner: bool,
) -> None:
    make_photo(alice, state, caption="sea", visibility=visibility)
    make_photo(alice, caption="sea in the trash", trashed_at=datetime.now(UTC))
    readers = (Client(), client_of(bob), client_of(charlie), client_of(alice))
    answers = [captions(reader, "sea") == ["sea"] for reader in readers]
    assert answers == [everyone, everyone, everyone, owner]


def test_search__ends_when_it_takes_too_long(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    make_photo(alice, caption="sea")
    slow = (
        "SELECT pg_sleep(5)"
        if connection.vendor == "postgresql"
        else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    with pytest.raises(TooBroad), within_seconds(0.05), connection.cursor() as cursor:
        cursor.execute(slow)
    # The connection works again, without a limit.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert captions(Client(), "sea") == ["sea"]

    def interrupt() -> None:
        raise OperationalError("interrupted")

    with just_before("search_searchtext", interrupt):
        page = Client().get("/search/", {"q": "sea"})
    assert 'data-reason="search_too_broad"' in page.content.decode()


def test_suggestions__count_what_the_person_sees(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    seaside = Tag.objects.create(name="séaside")
    for visibility in (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PRIVATE):
        make_photo(alice, visibility=visibility).tags.add(seaside)
    hidden = make_photo(alice, visibility=Visibility.PRIVATE)
    hidden.tags.create(name="secret sea")
    album = Album.objects.create(
        owner=alice, title="Own sea", public_title="Sea for all", visibility=Visibility.PUBLIC
    )
    actions.change_photos(album, add=Photo.objects.values_list("pk", flat=True), remove=[])

    def offered(viewer: User) -> list[tuple[str, str, int, str]]:
        return [(str(one.kind), one.name, one.count, one.query) for one in suggest("blue SEA", viewer)]

    assert offered(bob) == [
        ("tag", "séaside", 1, "blue tag:séaside"),
        ("album", "Sea for all", 1, 'blue album:"Sea for all"'),
    ]
    assert offered(alice) == [
        ("tag", "séaside", 3, "blue tag:séaside"),
        ("tag", "secret sea", 1, 'blue tag:"secret sea"'),
        ("album", "Own sea", 4, 'blue album:"Own sea"'),
    ]
