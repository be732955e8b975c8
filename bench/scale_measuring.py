"""Make requests in this process, and tell what each cost the database and the web."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.stage import SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.scale_routes import Route

BIG_TABLE_ROWS = 5_000
"""A table that is small in a library of any size, such as that of groups, is best read as a whole."""
LONGEST_MS = 20_000
"""As a request's statement may take, so that a bad plan ends."""
SLOW_MS = 1_000
"""A request that takes so long is not planned again, and made once for its time."""
HOST = {"host": SITE_ORIGIN.partition("://")[2]}


@dataclass(slots=True)
class Plan:
    """What the plans of one request said together."""

    rows_read: int = 0
    rows_given: int = 0
    rows_counted: int = 0
    """Rows that the shown numbers count: a list that says 10,000 shows more than one that says 10."""
    whole_tables: set[str] = field(default_factory=set)

    def add(self, node: dict[str, Any], sizes: dict[str, int]) -> None:
        """Add a node and those below it."""
        loops = node["Actual Loops"]
        kind = node["Node Type"]
        if kind.endswith("Scan") and ("Relation Name" in node or "Index Name" in node):
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            read = round((rows + node.get("Rows Removed by Index Recheck", 0)) * loops)
            self.rows_read += read
            table = node.get("Relation Name", "")
            # One that a limit ends at its first rows reads no table.
            if kind == "Seq Scan" and sizes.get(table, 0) >= BIG_TABLE_ROWS and read > sizes[table] / 10:
                self.whole_tables.add(table)
        below_it = node.get("Plans", ())
        if kind == "Aggregate" and node.get("Parent Relationship") == "SubPlan":
            self.rows_counted += round(sum(below["Actual Rows"] for below in below_it) * loops)
        for below in below_it:
            self.add(below, sizes)


class Measuring:
    """Makes requests in this process. What it returns of each is told by the names of the keys."""

    def __init__(self) -> None:
        from django.db import connection  # noqa: PLC0415 - the settings come first

        answer_reads()
        self._callers = Callers()
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {LONGEST_MS}")
            cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'")
            self._sizes = dict(cursor.fetchall())

    def look(self, route: Route) -> dict[str, Any]:
        """Make a request twice. Return what the second spent and said, its statements, and what they read."""
        from django.db import connection  # noqa: PLC0415

        call = self._call(route)
        statements: list[tuple[str, Any]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append((sql, params))
            return execute(sql, params, many, context)

        call()  # reads once what later requests of the process have
        before, begun = _database_ms(), time.thread_time()
        with connection.execute_wrapper(note):
            status = call()
        spent = {"web_ms": 1000 * (time.thread_time() - begun), "database_ms": _database_ms() - before}
        # By the CPU: other load on the machine makes no request slow.
        is_slow = sum(spent.values()) > SLOW_MS
        reads = [(sql, params) for sql, params in statements if sql.startswith(("SELECT", "(SELECT"))]
        plan = Plan() if is_slow else _planned(reads, self._sizes)
        return {
            **spent,
            "name": route.name,
            "status": status,
            "is_slow": is_slow,
            "statements": len([sql for sql, _ in statements if not sql.startswith(("SAVEPOINT", "RELEASE"))]),
            "rows_read": plan.rows_read,
            "rows_given": plan.rows_given,
            "rows_counted": plan.rows_counted,
            "whole_tables": sorted(plan.whole_tables),
        }

    def spend(self, route: Route) -> dict[str, float]:
        """Make a request, and return the milliseconds of CPU that it took of the database and of the web."""
        call = self._call(route)
        before, begun = _database_ms(), time.thread_time()
        call()
        web = 1000 * (time.thread_time() - begun)
        return {"database_ms": _database_ms() - before, "web_ms": web}

    def _call(self, route: Route) -> Callable[[], int]:
        from gallery.accounts.models import RateLimit  # noqa: PLC0415

        RateLimit.objects.all().delete()
        return self._callers.of(route)


def drop_index(name: str) -> None:
    """Drop an index, to see which requests need it."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")


def _planned(reads: list[tuple[str, Any]], sizes: dict[str, int]) -> Plan:
    from django.db import OperationalError, connection  # noqa: PLC0415

    plan = Plan()
    for sql, params in reads:
        with connection.cursor() as cursor:
            try:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
            except OperationalError:
                continue
            (found,) = cursor.fetchone()
        (top,) = json.loads(found) if isinstance(found, str) else found
        plan.add(top["Plan"], sizes)
        plan.rows_given += top["Plan"]["Actual Rows"]
    return plan


def _database_ms() -> float:
    """Return the CPU time that the server's process of this connection has taken."""
    from django.db import connection  # noqa: PLC0415

    pid = connection.connection.info.backend_pid
    # The first number is nanoseconds on a CPU, finer than the ticks in "stat".
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


class Callers:
    """Browsers and programs that are signed in."""

    def __init__(self) -> None:
        from django.test import Client  # noqa: PLC0415

        self._anonymous = Client(raise_request_exception=False, headers=HOST)
        self._browsers: dict[str, Any] = {"": self._anonymous}
        self._tokens: dict[str, str] = {}

    def of(self, route: Route) -> Callable[[], int]:
        """Return what makes the request and returns its status."""
        if route.by_token:
            headers = {"Authorization": f"Bearer {self._token(route.who)}"}
            return lambda: int(self._anonymous.get(route.path, headers=headers).status_code)
        browser = self._browsers.get(route.who) or self._signed_in(route.who)
        return lambda: int(browser.get(route.path).status_code)

    def _signed_in(self, name: str) -> Any:
        from django.test import Client  # noqa: PLC0415

        from gallery.accounts.models import User  # noqa: PLC0415

        browser = Client(raise_request_exception=False, headers=HOST)
        browser.force_login(User.objects.get(username=name))
        self._browsers[name] = browser
        return browser

    def _token(self, name: str) -> str:
        from gallery.accounts.models import User  # noqa: PLC0415
        from gallery.api.tokens import Scope, issue  # noqa: PLC0415

        if name not in self._tokens:
            user = User.objects.get(username=name)
            self._tokens[name] = issue(user, name="bench", scopes=list(Scope), days=1).secret
        return self._tokens[name]


def answer_reads() -> None:
    """Answer the SDK's calls with items that say what the rows say, so that nothing is settled."""
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415

    from gallery.photos.models import Photo  # noqa: PLC0415
    from gallery.photos.states import WITHOUT_PICTURE  # noqa: PLC0415
    from gallery.storage import catalogue  # noqa: PLC0415
    from tests.items import ready_item  # noqa: PLC0415

    serialize = TypeSerializer().serialize
    ids = Photo.objects.order_by().values_list("pk", flat=True)
    raws, without = set(ids.filter(format="CR3")), set(ids.filter(state__in=WITHOUT_PICTURE))

    def item(photo_id: UUID) -> dict[str, Any]:
        kind = "CR3" if photo_id in raws else "JPEG"
        made = ready_item(photo_id, format=kind, processed_at="2009-01-01T00:00:00.000+00:00")
        return {name: serialize(value) for name, value in made.to_item().items()}

    def answer(model: Any, params: dict[str, Any], **_: Any) -> Any:
        assert model.name == "BatchGetItem", model.name
        ((table, wanted),) = json.loads(params["body"])["RequestItems"].items()
        keys = [key["pk"]["S"].partition("#") for key in wanted["Keys"]]
        asked = [UUID(key) for kind, _, key in keys if kind == "photo"]
        return _Http(), {"Responses": {table: [item(one) for one in asked if one not in without]}}

    catalogue._client().meta.events.register("before-call.dynamodb", answer)  # noqa: SLF001


class _Http:
    status_code = 200


INSERTS = 2_000


def insert_ms() -> float:
    """Return the CPU of the database for one new row of a photo, of many that are added one by one."""
    from django.db import connection, transaction  # noqa: PLC0415

    columns = _insert_columns()
    spent = []
    for start in range(0, INSERTS, INSERTS // 5):
        with transaction.atomic(), connection.cursor() as cursor:
            before = _database_ms()
            for number in range(start, start + INSERTS // 5):
                cursor.execute(
                    f"INSERT INTO photos_photo ({columns}) SELECT "
                    + columns.replace("id, ", "md5(%s)::uuid, ", 1)
                    .replace("upload_id", "md5(%s)::uuid")
                    .replace("sha256", "md5(%s) || md5('a')")
                    + " FROM photos_photo WHERE id = (SELECT id FROM photos_photo WHERE state = 'approved'"
                    " AND trashed_at IS NULL AND visibility = 'public' ORDER BY created_at DESC LIMIT 1)",
                    [f"new {number}", f"upload {number}", f"new {number}"],
                )
            spent.append((_database_ms() - before) / (INSERTS // 5))
            transaction.set_rollback(True)
    return statistics.median(spent)


def _insert_columns() -> str:
    from gallery.photos.models import Photo  # noqa: PLC0415

    return ", ".join(str(field.column) for field in Photo._meta.concrete_fields)  # noqa: SLF001


def table_bytes() -> dict[str, int]:
    """Return the bytes of each big table with its indexes."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND reltuples >= %s ORDER BY 2 DESC",
            [BIG_TABLE_ROWS],
        )
        return dict(_rows(cursor))


def _rows(cursor: Any) -> Iterator[tuple[str, int]]:
    yield from cursor.fetchall()
