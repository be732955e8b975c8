"""Each word is found by an index, also one of two signs, and so are people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from gallery.accounts.models import User
from gallery.moderation.people import PersonAdmin
from gallery.photos.models import Photo
from gallery.search import index
from gallery.search.querysets import containing

if TYPE_CHECKING:
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("harbor", "trigrams"),
        ("タワー", "trigrams"),
        ("at", "bigrams"),
        ("東京", "bigrams"),
        ("c+", "bigrams"),
    ],
)
def test_plan__takes_an_index(alice: User, make_photo: PhotoFactory, text: str, kind: str) -> None:
    make_photo(alice, caption="Harbor at 東京タワー C++")
    plans = []
    for viewer in (AnonymousUser(), alice):
        photos = Photo.objects.filter(containing([text], viewer)).order_by()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A table of one row is read faster than any index.
                for way in ("seqscan", "indexscan", "nestloop", "mergejoin"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
                plans.append(photos.explain())
        else:
            plans.append(photos.explain())
    is_postgresql = connection.vendor == "postgresql"
    name = "search_public_trigrams" if is_postgresql and kind == "trigrams" else f"search_{kind}"
    assert all(name in plan for plan in plans)
    assert not any("Seq Scan on search_searchtext" in plan for plan in plans)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no index of parts of words")
def test_plan__people_are_found_by_an_index() -> None:
    wanted = Q()
    for column in PersonAdmin.search_fields:
        wanted |= Q(**{f"{column}__icontains": "alice"})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = User.objects.filter(wanted).explain()
    assert all(f"accounts_user_{column}_trigrams" in plan for column in PersonAdmin.search_fields)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts no pairs of signs")
@pytest.mark.parametrize(("few", "collects"), [(3, True), (2, False)])
def test_plan__knows_common_pairs_without_counting(
    few: int, collects: bool, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FEW", few)
    for _ in range(3):
        make_photo(alice, caption="at")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_searchtext")
    with CaptureQueriesContext(connection) as queries:
        found = Photo.objects.filter(containing(["at"], AnonymousUser()))
    assert not [query for query in queries.captured_queries if "count(*)" in query["sql"]]
    assert ("string_to_array" in str(found.query)) == collects
    assert found.count() == 3
