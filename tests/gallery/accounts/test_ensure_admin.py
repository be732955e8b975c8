"""The first admin, made where nobody can type."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gallery.accounts.models import User
from tests.gallery.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("ensure_admin", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_one_and_only_one() -> None:
    run("--username", "ada", "--email", "ada@example.org", "--password", PASSWORD)
    assert "There is an admin: ada" in run("--username", "eve", "--password", PASSWORD)
    ada = User.objects.get()
    assert ada.is_superuser
    assert ada.check_password(PASSWORD)


def test_without_a_password_it_prints_one_that_works() -> None:
    made_up = re.search(r"password (\S+)", run("--username", "ada"))
    assert made_up
    assert User.objects.get().check_password(made_up[1])


def test_it_takes_values_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_USERNAME", "grace")
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    assert PASSWORD not in run()
    assert User.objects.get(username="grace").check_password(PASSWORD)


def test_it_raises_nobody_who_exists(alice: User) -> None:
    with pytest.raises(CommandError, match="exists and is no admin"):
        run("--username", "Alice", "--password", PASSWORD)
    alice.refresh_from_db()
    assert not alice.is_superuser


def test_it_takes_no_weak_password() -> None:
    with pytest.raises(CommandError, match="too short"):
        run("--password", "short")
    assert not User.objects.exists()
