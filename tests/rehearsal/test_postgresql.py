"""A real PostgreSQL: connections survive a freeze, certificates are checked, a burst is one writer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db.utils import OperationalError, load_backend

from gallery.core.database_url import database_settings
from infra import ports
from tests.certificates import server_pair
from tests.postgresql import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def connection(url: str, **environment: str) -> BaseDatabaseWrapper:
    """Return a Django connection outside of the test run's own database."""
    found: dict[str, Any] = {
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
        "TEST": {},
        **database_settings(url, environment),
    }
    return load_backend(found["ENGINE"]).DatabaseWrapper(found, "default")


@pytest.fixture(scope="module")
def server_certificate() -> tuple[bytes, bytes]:
    return server_pair(ports.LOOPBACK)


@pytest.fixture(scope="module")
def url(server_certificate: tuple[bytes, bytes]) -> Iterator[str]:
    public, private = server_certificate
    with postgresql({"ssl": "on"}, {"server.crt": public, "server.key": private}) as found:
        yield found


def test_kept_connection__is_renewed_after_the_server_ended_it(url: str) -> None:
    kept = connection(url)
    kept.ensure_connection()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process_id,) = cursor.fetchone()
    with psycopg.connect(url, autocommit=True) as other:
        # What a failover, or Aurora's idle_session_timeout while the function is frozen, does.
        other.execute("SELECT pg_terminate_backend(%s)", [process_id])
    kept.close_if_unusable_or_obsolete()  # as the next request begins
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    kept.close()


def test_pooled_connection__prepares_nothing_and_opens_no_cursor(url: str) -> None:
    pooled = connection(url, DATABASE_POOLED="true")
    with pooled.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT 1")
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)
    assert pooled.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
    pooled.close()


def test_known_certificate__is_taken(
    url: str, server_certificate: tuple[bytes, bytes], tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(server_certificate[0])
    tls = connection(f"{url}?sslmode=verify-full&sslrootcert={trusted}")
    with tls.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True,)
    tls.close()


def test_strange_certificate__is_refused(url: str, tmp_path: Path) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(server_pair(ports.LOOPBACK)[0])
    tls = connection(f"{url}?sslmode=verify-full&sslrootcert={trusted}")
    with pytest.raises(OperationalError, match="certificate verify failed"):
        tls.ensure_connection()
