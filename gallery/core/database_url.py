"""Turns ``DATABASE_URL`` into Django's database settings, for a local machine and for Lambda."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import environ
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
READS_PASSWORD = "gallery.storage.postgresql"  # noqa: S105 - a backend
"""The backend that takes the password from the secret ``DATABASE_PASSWORD_SECRET`` when it connects."""
CONNECTION_KEPT_SECONDS = 300
"""A warm Lambda handles one request at a time and keeps its connection between requests. Aurora's
``idle_session_timeout`` in ``infra/database.yaml`` closes the connections of frozen Lambdas."""
CONNECT_TIMEOUT_SECONDS = 5
CERTIFICATES_PATH = Path(__file__).resolve().parent.parent / "certificates" / "database.pem"
"""Certificate authorities of the database that are not public; ``make deploy`` adds them to the package."""


def database_settings(url: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return one entry of ``DATABASES``.

    ``DATABASE_POOLED`` means that a pooler in transaction mode is used (PgBouncer, Neon, Supabase), so no
    state may outlive a transaction. ``DATABASE_PASSWORD_SECRET`` is the ARN of the secret in which RDS keeps
    the password.

    Raises:
        ImproperlyConfigured: the database cannot be used here; the message says what to set.
    """
    found: dict[str, Any] = environ.Env.db_url_config(url)
    on_lambda = "AWS_LAMBDA_FUNCTION_NAME" in environment
    if found.get("ENGINE") == SQLITE:
        if on_lambda:
            raise ImproperlyConfigured(
                "DATABASE_URL names SQLite, whose file a Lambda function does not keep. "
                "Set it to a PostgreSQL database: postgresql://user:password@host/name"
            )
        return _sqlite(found)
    if found.get("ENGINE") != POSTGRESQL:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql:// or sqlite://.")
    pooled = environment.get("DATABASE_POOLED", "false").lower() in {"true", "1", "yes", "on"}
    settings = _postgresql(found, pooled=pooled, authorities=_authorities(environment))
    if secret := environment.get("DATABASE_PASSWORD_SECRET"):
        settings |= {"ENGINE": READS_PASSWORD, "PASSWORD_SECRET": secret}
    return settings


def _authorities(environment: Mapping[str, str]) -> str:
    """Return the file of the trusted authorities: the database's own, else the public ones.

    libpq in ``psycopg-binary`` finds neither: it looks for a file in the home folder, and its OpenSSL for a
    folder of the machine that built it.
    """
    if CERTIFICATES_PATH.exists():
        return str(CERTIFICATES_PATH)
    return environment.get("SSL_CERT_FILE") or certifi.where()


def _sqlite(found: dict[str, Any]) -> dict[str, Any]:
    # IMMEDIATE takes the write lock at BEGIN, so a second writer waits instead of failing midway.
    found["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        # Then a request says 503. The longest transaction of a page or job takes well under a second.
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    return found


def _postgresql(found: dict[str, Any], *, pooled: bool, authorities: str) -> dict[str, Any]:
    options = dict(found.get("OPTIONS", {}))
    options.setdefault("connect_timeout", CONNECT_TIMEOUT_SECONDS)
    if not _is_local(found.get("HOST", "")):
        options.setdefault("sslmode", "verify-full")
    # With a file of authorities, libpq verifies in mode "require" too, which asks for encryption only.
    if (
        str(options.get("sslmode", "")).startswith("verify-")
        and options.get("sslrootcert", "system") == "system"
    ):
        options["sslrootcert"] = authorities
    if pooled:
        # The next transaction may run on another server connection, without prepared statements and cursors.
        options.setdefault("prepare_threshold", None)
    return {
        **found,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pooled else CONNECTION_KEPT_SECONDS,
        # A kept connection may be closed after a thaw or a failover, so Django checks it before use.
        "CONN_HEALTH_CHECKS": not pooled,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
    }


def _is_local(host: str) -> bool:
    """Return whether the host is this machine, where no one can intercept traffic.

    >>> _is_local("127.0.0.1"), _is_local("/run/postgresql"), _is_local("db.example.com")
    (True, True, False)
    """
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
