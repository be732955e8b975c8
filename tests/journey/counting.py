"""Counts what a request costs: SQL statements and AWS calls."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel

# Opening and closing a transaction asks the database for no data.
NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
SESSION_AND_USER = ('FROM "django_session"', 'FROM "accounts_user"', 'FROM "auth_permission"')


@dataclass
class Costs:
    """``sql`` statements in order, and how often each AWS operation was called."""

    sql: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def beyond_session_and_user(self) -> list[str]:
        """Return the statements beyond session, user and permissions: what the page itself asked."""
        return [
            sql for sql in self.sql if not any(part in sql.split(" WHERE ")[0] for part in SESSION_AND_USER)
        ]


@contextmanager
def counted(*clients: Any) -> Iterator[Costs]:
    """Count what happens inside: SQL on the default database, AWS calls of these clients."""
    costs = Costs()

    def note(model: OperationModel, **_: Any) -> None:
        costs.calls[model.name] += 1

    for client in clients:
        client.meta.events.register("before-call", note, unique_id="counted")
    try:
        with CaptureQueriesContext(connection) as captured:
            yield costs
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", note, unique_id="counted")
    costs.sql = [q["sql"] for q in captured if not q["sql"].startswith(NOT_QUERIES)]
