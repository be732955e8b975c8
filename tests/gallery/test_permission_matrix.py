"""The response of every route to each person: a table that must have every route.

Each line is a route, then for GET and for POST (the API: also PATCH and DELETE) the status for six people: a
visitor, a visitor with an open invitation to a gallery that needs one, another user, the owner of the object
in the path, a moderator and an admin. The API's lines go on with a token of each single scope: read, upload,
delete and purge of the owner, moderate of a moderator with the right to take photos down. Lines of what
grants show go on with their holders: of a link to view, of one to download without metadata, of one to
download, of an expired and a revoked link that was open before, of a link whose password was mistyped, a
member, a former member, of a link to add photos (a guest who sends some), and a member who may add photos of
their own. The objects belong to Alice: a photo awaiting review, an album, which Bob lends a photo to, a token
and so on. A star means that the request changed her data. ``FILLED_IN`` has the data of requests that need
some. Other requests have none, so 422 and most 200s of POST mean "allowed, but fill in the form". A visitor's
302 leads to the sign-in page. Pages get a session, the API a token with all scopes.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from gallery.accounts import invitations
from gallery.accounts.models import AccountEvent, Invitation, User
from gallery.albums.models import Album, AlbumEntry, SmartAlbum, Tag
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope, issue
from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.blocks.models import Block
from gallery.notifications.models import NotificationPreference
from gallery.photos.models import DeletionRecord, Photo, TakenDown, words_mark
from gallery.photos.states import State
from gallery.sharing import access
from gallery.sharing.actions import change, end, share_by_link, share_with
from gallery.sharing.models import Contribution, Grant, Lent
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.cookies import SimpleCookie

    from django.db.models import QuerySet

    from tests.gallery.conftest import PhotoFactory

PHOTO = "the photo's id"
RECEIVED = "the id of a photo that a guest sent"
LENT = "the id of a photo that Bob lends to the album"
LENDABLE = "the id of a photo of the member who may add some"
CHOSEN = f"{PHOTO}:pending:{words_mark('', ['sea'], 'alice')}"
FILLED_IN: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "photos/<uuid:photo_id>/edit/"): {"caption": "Mine now", "visibility": "public"},
    ("POST", "photos/<uuid:photo_id>/favorite/"): {"favorite": "yes"},
    ("POST", "photos/<uuid:photo_id>/archive/"): {"archived": "yes"},
    ("POST", "me/password/"): {
        "oldpassword": PASSWORD,
        "password1": "harbor-violet-engine",
        "password2": "harbor-violet-engine",
    },
    ("POST", "me/delete/"): {"password": PASSWORD},
    ("POST", "me/notifications/"): {"rhythm": "off"},
    ("POST", "me/invitations/"): {"note": "for a friend"},
    ("POST", "albums/<uuid:album_id>/place/"): {"photo": PHOTO},
    ("POST", "albums/smart/new/"): {"title": "Sea", "q": "sea"},
    ("POST", "albums/<uuid:album_id>/cover/"): {"photo": PHOTO},
    ("POST", "api/v1/albums/<uuidstr:album_id>/place"): {"id": PHOTO},
    ("POST", "api/v1/albums/<uuidstr:album_id>/cover"): {"id": PHOTO},
    ("POST", "albums/<uuid:album_id>/edit/"): {"title": "Mine now", "visibility": "private"},
    ("PATCH", "api/v1/photos/<uuidstr:photo_id>"): {"caption": "Mine now"},
    ("POST", "api/v1/photos/<uuidstr:photo_id>/review"): {
        "decision": "approve",
        "wordsMark": words_mark("", ["sea"], "alice"),
    },
    ("POST", "api/v1/albums/<uuidstr:album_id>/review"): {"decision": "approve", "wordsMark": "0" * 32},
    ("POST", "api/v1/photos/<uuidstr:photo_id>/takedown"): {"reason": "Not theirs"},
    ("POST", "admin/photos/photo/<uuid:photo_id>/take-down/"): {"reason": "Not theirs"},
    ("POST", "me/name/"): {"display_name": "Alice Bergström"},
    ("POST", "admin/accounts/user/<int:user_id>/block/"): {"reason": "Not theirs"},
    ("POST", "api/v1/photos/delete"): {"ids": [PHOTO]},
    ("POST", "photos/<uuid:photo_id>/date/"): {"wall": "1974-07-01T08:30"},
    ("POST", "photos/<uuid:photo_id>/rotate/"): {"to": "left"},
    ("POST", "me/photos/batch/"): {"act": "hide", "photo": [PHOTO]},
    ("POST", "api/v1/photos/batch"): {"ids": [PHOTO], "visibility": "private"},
    ("PATCH", "api/v1/albums/<uuidstr:album_id>"): {"title": "Mine now"},
    ("POST", "api/v1/albums/<uuidstr:album_id>/photos"): {"remove": [PHOTO]},
    ("POST", "admin/photos/photo/"): {"decision": "approve", "chosen": [CHOSEN]},
    ("POST", "admin/accounts/user/<path:object_id>/change/"): {"username": "mine-now", "quota_bytes": "1"},
    ("POST", "admin/accounts/user/<path:object_id>/delete/"): {"post": "yes"},
    ("POST", "admin/accounts/user/<id>/password/"): {
        "usable_password": "true",
        "password1": "harbor-violet-engine",
        "password2": "harbor-violet-engine",
    },
    ("POST", "admin/api/apitoken/<path:object_id>/delete/"): {"post": "yes"},
    ("POST", "albums/<uuid:album_id>/share/"): {"link-role": "view", "link-ends": "30"},
    ("POST", "me/sharing/<uuid:grant_id>/"): {"ends": "7"},
    ("POST", "me/photos/share/"): {"photo": [PHOTO]},
    ("POST", "api/v1/received"): {"accept": [RECEIVED]},
    ("POST", "me/received/"): {"act": "accept", "photo": [RECEIVED]},
    ("POST", "shared/<uuid:grant_id>/send/take-back/"): {"photo": [RECEIVED]},
    ("POST", "shared/<uuid:grant_id>/lend/"): {"photo": [LENDABLE]},
    ("POST", "me/lent/"): {"photo": [LENT]},
    ("POST", "api/v1/lent/take-back"): {"ids": [LENT]},
    ("POST", "api/v1/lent/decide"): {"accept": [LENT]},
    ("POST", "albums/<uuid:album_id>/added/"): {"photo": [LENT]},
}

PEOPLE = ("anonymous", "invited", "bob", "alice", "charlie", "admin")
SCOPE_OWNERS = {
    Scope.READ: "alice",
    Scope.UPLOAD: "alice",
    Scope.DELETE: "alice",
    Scope.PURGE: "alice",
    Scope.MODERATE: "charlie",
}

HOLDERS = ("view", "clean", "download", "expired", "revoked", "wrong", "member", "former", "adds", "lends")
MEMBERS = {"member", "former", "lends"}
OF_GRANTS = ("s/<str:token>/", "shared/", "albums/<uuid:album_id>/")
"""What depends on grants. Elsewhere, holders of links are visitors, and members are other users."""

WITHOUT_CSRF_TOKEN = {"mail/stop/<str:token>/", "upload/share/"}
"""Pages that a program may post to: by the signed token in the address (RFC 8058), or without any effect."""

HEADING = 2
TABLE = Path(__file__).with_name("permission_matrix.txt")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Return every route, as the resolver spells it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern, route)


def rows() -> dict[str, tuple[str, ...]]:
    """Return the table: for each route the statuses of each method."""
    found = {}
    for line in TABLE.read_text().splitlines()[HEADING:]:
        # A route may contain | but not " | ".
        route, *answers = line.split(" | ")
        found[route.strip().removeprefix("/")] = tuple(" ".join(answer.split()) for answer in answers)
    return found


def methods_of(route: str) -> tuple[str, ...]:
    """Return the methods that are tried."""
    return ("GET", "POST", "PATCH", "DELETE") if route.startswith("api/") else ("GET", "POST")


def is_of_grants(route: str) -> bool:
    """Return whether the route shows something by a grant."""
    return route == OF_GRANTS[-1] or route.startswith(OF_GRANTS[:2])


@dataclass
class Holder:
    """A browser that came in by a grant, or tried to."""

    grant: Grant
    token: str
    cookies: SimpleCookie


@dataclass
class World:
    """The people, and the objects that the routes name."""

    people: dict[str, User | None]
    names: dict[str, Any]
    objects: dict[str, Any]
    invitation: str
    album: Album
    received: UUID
    lent: UUID
    lendable: UUID

    @cached_property
    def holders(self) -> dict[str, Holder]:
        """Return the holders of grants on the album, as they are after all that the line says of them."""
        found = {}
        for name in HOLDERS:
            client, token = Client(), ""
            if name in MEMBERS:
                person = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
                client.force_login(person)
                request = RequestFactory().post("/")
                role = "add" if name == "lends" else "view"
                grant = share_with(request, self.album, name=name, role=role, expires_at=None).grant
            else:
                shared = share_by_link(
                    None,
                    self.album,
                    expires_at=None,
                    role={"clean": "clean", "download": "download", "adds": "add"}.get(name, "view"),
                    password="harbor at dawn" if name == "wrong" else "",
                )
                grant, token = shared.grant, shared.token
                client.get(f"/s/{token}/")
            client.get(grant.get_absolute_url())
            if name == "lends":
                Photo.objects.filter(pk=self.lendable).update(owner=person)
            if name == "adds":
                client.post(f"{grant.get_absolute_url()}send/", {"name": "Aunt Vera"})
                salt = f"{access.GUEST}:{grant.pk}"
                sender, _name = signing.loads(client.cookies[access.GUEST].value, salt=salt)
                Contribution.objects.create(
                    photo_id=self.received, album=self.album, grant=grant, sender=sender, name="Aunt Vera"
                )
            if name == "wrong":
                client.post(f"{grant.get_absolute_url()}open/", {"password": "harbor at dusk"})
            if name == "expired":
                change(None, grant, expires_at=timezone.now())
            if name in {"revoked", "former"}:
                end(None, grant)
            found[name] = Holder(grant, token, client.cookies)
        return found

    def answer_to_holder(self, name: str, method: str, route: str) -> str:
        """Return the status for this holder. What the request changed is rolled back."""
        holder = self.holders[name]
        path = self.path_of(
            route.replace("<uuid:grant_id>", str(holder.grant.pk)).replace(
                "s/<str:token>/", f"s/{holder.token or 'made-up'}/"
            )
        )
        client = Client()
        client.cookies = deepcopy(holder.cookies)
        # django-allauth counts there who asks for a passkey, and no transaction rolls that back.
        cache.clear()
        with transaction.atomic():
            before = self.what_is_alices()
            status = client.generic(method, path, **self.body(method, route)).status_code
            star = "" if before == self.what_is_alices() else "*"
            transaction.set_rollback(True)
        return f"{status}{star}"

    def answers_to_holders(self, route: str, method: str) -> str:
        """Return the statuses for all holders."""
        return " ".join(self.answer_to_holder(name, method, route) for name in HOLDERS)

    def path_of(self, route: str) -> str:
        """Return the path with the objects' ids."""
        path = "/" + re.sub(r"\^\(\?P<app_label>.*", "photos/", route).replace("(?P<url>.*)$", "nowhere")
        for model, pk in self.objects.items():
            if path.startswith(f"/admin/{model}/"):
                path = path.replace("<path:object_id>", str(pk)).replace("<id>", str(pk))
        for name, value in self.names.items():
            path = path.replace(f"<{name}>", str(value))
        assert "<" not in path, f"Add a value for {path} to world()"
        return path

    def answer(self, name: str, method: str, route: str) -> str:
        """Return the status for this person. What the request changed is rolled back."""
        path, scopes = self.path_of(route), [name] if name in SCOPE_OWNERS else list(Scope)
        person = self.people[SCOPE_OWNERS.get(name, name)]
        client, headers = Client(), {}
        if name == "invited":
            path = path.replace(f"/{self.names['str:invitation']}/", f"/{self.invitation}/")
        mode = override_settings(SIGN_UP="invitation" if name == "invited" else "open")
        with mode, transaction.atomic():
            if person and name in SCOPE_OWNERS:
                person.user_permissions.add(
                    *Permission.objects.filter(codename="take_down")[: name == "moderate"]
                )
            if person and route.startswith("api/"):
                token = issue(person, name="matrix", scopes=scopes, days=30)
                headers = {"Authorization": f"Bearer {token.secret}"}
            elif person:
                client.force_login(person)
            before = self.what_is_alices()
            status = client.generic(method, path, headers=headers, **self.body(method, route)).status_code
            star = "" if before == self.what_is_alices() else "*"
            transaction.set_rollback(True)
        return f"{status}{star}"

    def body(self, method: str, route: str) -> dict[str, str]:
        """Return the request's data: JSON for the API, a form for pages."""
        photo_id = str(self.names["uuid:photo_id"])
        text = json.dumps(FILLED_IN.get((method, route), {})).replace(PHOTO, photo_id)
        for name in ("received", "lent", "lendable"):
            text = text.replace(globals()[name.upper()], str(getattr(self, name)))
        if route.startswith("api/"):
            return {"data": text, "content_type": "application/json"}
        fields = urlencode(json.loads(text), doseq=True)
        return {"data": fields, "content_type": "application/x-www-form-urlencoded"}

    def answers(self, route: str) -> tuple[str, ...]:
        """Return the statuses of all people and methods."""
        who = PEOPLE + tuple(SCOPE_OWNERS) if route.startswith("api/") else PEOPLE
        answers = [" ".join(self.answer(name, method, route) for name in who) for method in methods_of(route)]
        if is_of_grants(route):
            answers = [
                f"{answer} {self.answers_to_holders(route, method)}"
                for answer, method in zip(answers, methods_of(route), strict=True)
            ]
        return tuple(answers)

    def what_is_alices(self) -> list[Any]:
        """Return all of Alice's data."""
        found = []
        with connection.cursor() as cursor:
            for sql, parameters in self.statements:
                cursor.execute(sql, parameters)
                found.append(cursor.fetchall())
        return found

    @cached_property
    def statements(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return the SQL of all that is Alice's, once: it is read twice for each try."""
        alice = self.people["alice"]
        assert alice
        querysets: list[QuerySet[Any, Any]] = [
            User.objects.filter(pk=alice.pk).values(
                "username", "email", "password", "is_active", "display_name"
            ),
            Block.objects.filter(person=alice).values(),
            Photo.objects.filter(owner=alice).order_by("pk").values(),
            Album.objects.filter(owner=alice).order_by("pk").values(),
            AlbumEntry.objects.filter(album__owner=alice).order_by("pk").values(),
            SmartAlbum.objects.filter(owner=alice).order_by("pk").values(),
            NotificationPreference.objects.filter(person=alice).values(),
            Grant.objects.filter(album__owner=alice)
            .order_by("pk")
            .values("pk", "role", "password", "expires_at", "ended_at"),
            Lent.objects.filter(album__owner=alice).order_by("pk").values(),
            ApiToken.objects.filter(user=alice).order_by("pk").values("pk", "revoked_at", "scopes"),
        ]
        return [queryset.query.sql_with_params() for queryset in querysets]


@pytest.fixture
def world(
    alice: User, bob: User, charlie: User, admin: User, make_photo: PhotoFactory, empty_aws: None
) -> World:
    photo = make_photo(alice, State.PENDING, origin_url="https://example.org/sea.jpg")
    album = Album.objects.create(owner=alice, title="Sea")
    AlbumEntry.objects.create(album=album, photo=photo)
    # Of the same id, because their addresses name it in the same way.
    SmartAlbum.objects.create(pk=album.pk, owner=alice, title="Sea", query="sea")
    grant = share_by_link(None, album, expires_at=None).grant
    tag = Tag.objects.create(name="sea")
    tag.photos.add(photo)
    issue(alice, name="program", scopes=[Scope.READ], days=30)
    token = ApiToken.objects.get()
    invitation = invitations.create(charlie)
    batch = batches.start(alice, Kind.SET_VISIBILITY, [photo.pk], visibility="private")
    now = timezone.now()
    record = DeletionRecord.objects.create(photo_id=uuid4(), purged_at=now, offered_until=now)
    TakenDown.objects.create(photo_id=record.pk, at=now, reason="Not theirs", sha256="", finished_at=now)
    lent = make_photo(bob, visibility="private")
    Lent.objects.create(photo=lent, album=album)
    return World(
        people={
            "anonymous": None,
            "invited": None,
            "bob": bob,
            "alice": alice,
            "charlie": charlie,
            "admin": admin,
        },
        names={
            "uuid:photo_id": photo.pk,
            "uuidstr:photo_id": photo.pk,
            "uuidstr:request_id": photo.pk,
            "uuid:album_id": album.pk,
            "uuidstr:album_id": album.pk,
            "uuid:grant_id": grant.pk,
            "uuidstr:share_id": grant.pk,
            "uuid:batch_id": batch.pk,
            "uuidstr:batch_id": batch.pk,
            "int:side": 320,
            "int:token_id": token.pk,
            "int:user_id": alice.pk,
            "str:name": tag.name,
            "str:username": alice.username,
            "name": photo.pk,
            "str:invitation": "made-up",
            "str:uidb64": "made-up",
            "base36:uidb36": "1",
            "str:key": "made-up",
            "int:session_id": 1,
            "int:pk": 1,
            "str:token": "made-up",
            "path:object_id": 1,
        },
        objects={
            "photos/photo": photo.pk,
            "photos/deletionrecord": record.pk,
            "photos/takendown": record.pk,
            "accounts/user": alice.pk,
            "accounts/accountevent": AccountEvent.objects.create(user=alice, kind="signed_in").pk,
            "accounts/invitation": Invitation.objects.get().pk,
            "api/apitoken": token.pk,
        },
        invitation=invitation,
        album=album,
        received=make_photo(
            alice, State.PENDING, visibility="private", is_received=True, trashed_at=timezone.now()
        ).pk,
        lent=lent.pk,
        lendable=make_photo(charlie, visibility="private").pk,
    )


def test_table__has_every_route() -> None:
    assert set(rows()) == set(routes())


def tried(names: set[str]) -> list[Any]:
    """Return the routes to try, of which Django's own pages of the admin are left to the slow tests."""
    return [
        pytest.param(
            route,
            marks=pytest.mark.slow
            if route.startswith("admin/") and not route.startswith("admin/photos/photo/")
            else (),
            id=route,
        )
        for route in sorted(names)
    ]


@pytest.mark.parametrize("route", tried(set(routes())))
def test_route__answers_each_person_as_in_the_table(route: str, world: World) -> None:
    answers = world.answers(route)
    line = " | ".join([f"/{route}", *answers])
    assert answers == rows().get(route), f"If this is intended, write into {TABLE.name}:\n{line}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "route", sorted(route for route in routes() if not (route.startswith("api/") or is_of_grants(route)))
)
def test_holders__of_grants_see_nothing_else(route: str, world: World) -> None:
    for method in methods_of(route):
        others = {name: world.answer(name, method, route) for name in ("anonymous", "bob")}
        for name in HOLDERS:
            same = others["bob" if name in MEMBERS else "anonymous"]
            answer = world.answer_to_holder(name, method, route)
            if route in {"me/delete/", "me/lent/"}:
                # What was shared with someone ends as they leave, and Bob takes back what he lends.
                answer, same = answer.rstrip("*"), same.rstrip("*")
            assert answer == same, name


@pytest.mark.parametrize("route", tried({route for route in routes() if not route.startswith("api/")}))
def test_post__without_csrf_token_is_refused(route: str, world: World) -> None:
    admin = world.people["admin"]
    assert admin
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    response = client.post(world.path_of(route), "{}", content_type="application/json")
    refused = response.status_code == 403 and response.json()["reason"] == "csrf"
    assert refused is (route not in WITHOUT_CSRF_TOKEN)
