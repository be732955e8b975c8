"""API clients with tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.test import Client

from gallery.api.tokens import Scope, issue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gallery.accounts.models import User


class Program:
    """An API client with a user's token."""

    def __init__(self, user: User, scopes: Iterable[Scope]) -> None:
        self.user = user
        self.issued = issue(user, name="test", scopes=scopes, days=30)
        self.client = Client(headers={"Authorization": f"Bearer {self.issued.secret}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=_names(headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=_names(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        send = getattr(self.client, method)
        data = "" if body is None else json.dumps(body)
        return send(f"/api/v1{path}", data, content_type="application/json", headers=_names(headers))


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class ProgramFactory(Protocol):
    """Creates an API client for a user."""

    def __call__(self, user: User, *scopes: Scope) -> Program: ...


@pytest.fixture
def program_of(db: None) -> ProgramFactory:
    """Return a factory of API clients with the scopes read and upload by default."""

    def make(user: User, *scopes: Scope) -> Program:
        return Program(user, scopes or (Scope.READ, Scope.UPLOAD, Scope.DELETE, Scope.PURGE))

    return make
