"""Sign-up: open, by invitation or closed; it reveals no existing account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.urls import reverse

from gallery.accounts import rate_limits
from gallery.accounts.models import User
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

URL = "/sign-up/"


def filled_in(**changes: str) -> dict[str, str]:
    return {
        "username": "dora",
        "email": "dora@example.org",
        "password1": PASSWORD,
    } | changes


def follow(client: Client, message: mail.EmailMessage) -> str:
    """Return the path of the first link of a mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", str(message.body))
    assert found
    return found[1]


def test_sign_up__signs_in(client: Client) -> None:
    response = client.post(URL, filled_in(), follow=True)
    assert response.redirect_chain == [(reverse("my-photos"), 302)]
    assert response.context["user"].username == "dora"
    dora = User.objects.get()
    assert dora.check_password(PASSWORD)
    assert not dora.is_staff
    assert not dora.is_superuser


def test_sign_up__email_needs_confirmation(client: Client) -> None:
    client.post(URL, filled_in())
    assert User.objects.get().email == ""
    [message] = mail.outbox
    assert message.to == ["dora@example.org"]
    link = follow(client, message)
    client.get(link)
    assert User.objects.get().email == "", "looking at a link must change nothing"
    client.post(link)
    assert User.objects.get().email == "dora@example.org"
    assert client.post(link).status_code == 404, "a link works once"


def test_sign_up__address_taken(alice: User, client: Client) -> None:
    free = client.post(URL, filled_in(username="free", email="free@example.org"), follow=True)
    client.logout()
    taken = client.post(URL, filled_in(username="takn", email="ALICE@example.org"), follow=True)
    assert taken.redirect_chain == free.redirect_chain

    def without_tokens(page: bytes) -> str:
        return re.sub(r'(csrf[\w-]*" (value|content)="|data-person=")[^"]+', r"\1", page.decode())

    assert without_tokens(taken.content) == without_tokens(free.content)
    for_the_owner = mail.outbox[-1]
    assert for_the_owner.to == ["alice@example.org"]
    assert "alice" in str(for_the_owner.body)
    assert "confirm" not in str(for_the_owner.body)
    assert User.objects.get(username="takn").email == ""


def test_sign_up__address_confirmed_by_another_first(client: Client) -> None:
    client.post(URL, filled_in())
    link = follow(client, mail.outbox[0])
    User.objects.create_user("eve", "dora@example.org", PASSWORD)
    assert client.post(link).status_code == 404
    assert User.objects.get(username="dora").email == ""


@pytest.mark.parametrize("name", ["alice", "Alice"])
def test_sign_up__username_taken(alice: User, client: Client, name: str) -> None:
    response = client.post(URL, filled_in(username=name))
    assert response.status_code == 422
    assert "This username is taken. Choose another." in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "dora@example.org"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"email": ""}, "email"),
        ({"password1": "short"}, "password1"),
        (
            {"email": "kingfisher@example.org", "password1": "kingfisher"},
            "password1",
        ),
    ],
)
def test_sign_up__field_refused(client: Client, changes, field: str) -> None:
    response = client.post(URL, filled_in(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not User.objects.exists()


@pytest.mark.parametrize("mode", ["invitation", "closed"])
def test_sign_up__needs_invitation(client: Client, settings: SettingsWrapper, mode: str) -> None:
    settings.SIGN_UP = mode
    assert client.get(URL).status_code == 403
    assert client.post(URL, filled_in()).status_code == 403
    assert not User.objects.exists()


def test_sign_up__already_signed_in(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get(URL).url == reverse("my-photos")


def test_sign_up__limited_per_address(client: Client) -> None:
    for _ in range(rate_limits.SIGN_UPS_PER_ADDRESS.burst):
        assert rate_limits.is_allowed(rate_limits.SIGN_UPS_PER_ADDRESS, "127.0.0.1")
    response = client.post(URL, filled_in())
    assert response.status_code == 429
    assert not User.objects.exists()


def test_sign_up__email_server_unavailable(client: Client, settings: SettingsWrapper) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert client.post(URL, filled_in()).status_code == 302
    assert User.objects.filter(username="dora").exists()


WEAK = "This password is too easy to guess. Use three or four unrelated words."


def test_sign_up__says_rules_only_when_they_are_broken(client: Client) -> None:
    page = client.get(URL).text
    assert "unrelated words" not in page
    assert page.count('type="password"') == 1
    assert WEAK in client.post(URL, filled_in(password1="short")).text


@pytest.mark.parametrize("changes", [{"password1": "short"}, {"email": "nowhere"}, {"username": "a@b"}])
def test_sign_up__keeps_what_was_typed(client: Client, changes: dict[str, str]) -> None:
    sent = filled_in(**changes)
    response = client.post(URL, sent)
    assert response.status_code == 422
    for value in sent.values():
        assert f'value="{value}"' in response.text
    assert "no-store" in response["Cache-Control"]


def test_sign_up__password_is_in_no_other_page(client: Client) -> None:
    client.post(URL, filled_in(password1="short"))
    assert 'value="short"' not in client.get(URL).text
    response = client.post("/sign-in/", {"username": "dora", "password": "short"})
    assert 'value="short"' not in response.text


def test_sign_up__display_name_with_spaces_waits_for_review(client: Client) -> None:
    client.post(URL, filled_in(display_name="  Maria \u202e K. "))
    dora = User.objects.get()
    assert (dora.display_name, dora.shown_name, dora.name_at is None) == ("Maria K.", "dora", False)
    assert "Maria K." not in str(mail.outbox[0].body), "anyone can enter another person's address"


@pytest.mark.parametrize("name", ["", "dora"])
def test_sign_up__without_another_name(name: str, client: Client) -> None:
    client.post(URL, filled_in(display_name=name))
    dora = User.objects.get()
    assert (dora.display_name, dora.name_at) == ("", None)


def test_sign_up__refused_display_name_keeps_what_was_typed(client: Client, alice: User) -> None:
    response = client.post(URL, filled_in(display_name="Alice"))
    assert response.status_code == 422
    assert "This is someone&#x27;s username." in response.text
    for typed in ("Alice", "dora", "dora@example.org", PASSWORD):
        assert f'value="{typed}"' in response.text
    assert not User.objects.exclude(pk=alice.pk).exists()


def test_sign_up__tells_one_rule_in_our_own_words(client: Client) -> None:
    page = client.post(URL, filled_in(username="do ra", password1="123")).text
    assert "Usernames have letters, digits and . - _ + only, and no spaces." in page
    assert "Enter a valid username" not in page
    assert WEAK in page
    assert "too short" not in page
    assert "too common" not in page
