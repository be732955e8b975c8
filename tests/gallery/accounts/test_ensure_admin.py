"""The command that creates the first admin without prompts."""

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


def test_ensure_admin__creates_only_one() -> None:
    run("--username", "ada", "--email", "ada@example.org", "--password", PASSWORD)
    assert "Admin exists: ada" in run("--username", "eve", "--password", PASSWORD)
    ada = User.objects.get()
    assert ada.is_superuser
    assert ada.check_password(PASSWORD)


def test_ensure_admin__prints_a_generated_password_that_works() -> None:
    generated = re.search(r"password (\S+)", run("--username", "ada"))
    assert generated
    assert User.objects.get().check_password(generated[1])


def test_ensure_admin__reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_USERNAME", "grace")
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    assert PASSWORD not in run()
    assert User.objects.get(username="grace").check_password(PASSWORD)


def test_ensure_admin__does_not_promote_an_existing_user(alice: User) -> None:
    with pytest.raises(CommandError, match="exists and is not an admin"):
        run("--username", "Alice", "--password", PASSWORD)
    alice.refresh_from_db()
    assert not alice.is_superuser


def test_ensure_admin__refuses_a_weak_password() -> None:
    with pytest.raises(CommandError, match="too short"):
        run("--password", "short")
    assert not User.objects.exists()
