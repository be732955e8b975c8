"""A real PostgreSQL: connections survive a freeze, certificates are checked, a burst is one writer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db.utils import OperationalError, load_backend

from gallery.core.database_url import database_settings
from infra import ports
from tests.certificates import chain, server_pair
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


NAME = "db.example.com"


@pytest.fixture(scope="module")
def public_chain() -> tuple[bytes, bytes, bytes]:
    return chain(NAME)


@pytest.fixture(scope="module")
def hosted(public_chain: tuple[bytes, bytes, bytes]) -> Iterator[str]:
    """Give the address of a server by a name that is not this machine's, as a hosted one has."""
    _, certificates, private = public_chain
    with postgresql({"ssl": "on"}, {"server.crt": certificates, "server.key": private}) as found:
        yield found.replace(ports.LOOPBACK, NAME) + f"?hostaddr={ports.LOOPBACK}"


@pytest.mark.parametrize("query", ["", "&sslmode=verify-full", "&sslrootcert=system"])
def test_hosted_server__is_trusted_by_its_chain(
    hosted: str, public_chain: tuple[bytes, bytes, bytes], tmp_path: Path, query: str
) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(server_pair("other.example")[0] + public_chain[0])
    tls = connection(hosted + query, SSL_CERT_FILE=str(authorities))
    with tls.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True,)
    tls.close()


def test_hosted_server__of_no_public_authority_is_refused(hosted: str) -> None:
    """By the bundle of the package: without one, libpq would say that there is no file."""
    with pytest.raises(OperationalError, match="certificate verify failed"):
        connection(hosted).ensure_connection()


def test_hosted_server__of_another_authority_is_refused(hosted: str, tmp_path: Path) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(chain(NAME)[0])
    with pytest.raises(OperationalError, match=r"certificate verify failed|signature failure"):
        connection(hosted, SSL_CERT_FILE=str(authorities)).ensure_connection()


def test_hosted_server__by_another_name_is_refused(
    hosted: str, public_chain: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(public_chain[0])
    other = connection(hosted.replace(NAME, "db2.example.com"), SSL_CERT_FILE=str(authorities))
    with pytest.raises(OperationalError, match="does not match host name"):
        other.ensure_connection()
