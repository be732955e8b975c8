"""DATABASE_URL becomes settings for the machine, or is refused with a message."""

from __future__ import annotations

import certifi
import pytest
from django.core.exceptions import ImproperlyConfigured

from gallery.core.database_url import database_settings

ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "contactsheet-production"}
REMOTE = "postgresql://me:secret@db.example.com:5432/gallery"


def test_sqlite__waits_for_the_write_lock() -> None:
    assert database_settings("sqlite:///x.sqlite3", {})["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_sqlite__is_refused_on_lambda() -> None:
    with pytest.raises(ImproperlyConfigured, match="does not keep"):
        database_settings("sqlite:////tmp/x.sqlite3", ON_LAMBDA)


def test_other_engine__is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        database_settings("mysql://me@host/name", {})


def test_remote_postgresql__verifies_the_certificate() -> None:
    assert database_settings(REMOTE, ON_LAMBDA)["OPTIONS"]["sslmode"] == "verify-full"


def test_remote_postgresql__accepts_an_sslmode_in_the_url() -> None:
    found = database_settings(f"{REMOTE}?sslmode=require", ON_LAMBDA)
    assert found["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    ("query", "environment", "expected"),
    [
        ("", {}, certifi.where()),
        ("?sslmode=verify-ca", {}, certifi.where()),
        ("?sslrootcert=system", {}, certifi.where()),
        ("", {"SSL_CERT_FILE": "/etc/authorities.pem"}, "/etc/authorities.pem"),
        ("?sslrootcert=/mine.pem", {"SSL_CERT_FILE": "/etc/authorities.pem"}, "/mine.pem"),
        ("?sslmode=require", {}, None),
    ],
)
def test_remote_postgresql__trusts_the_public_authorities(
    query: str, environment: dict[str, str], expected: str | None
) -> None:
    options = database_settings(REMOTE + query, {**ON_LAMBDA, **environment})["OPTIONS"]
    assert options.get("sslrootcert") == expected


def test_local_postgresql__needs_no_certificate() -> None:
    assert "sslmode" not in database_settings("postgresql://me@127.0.0.1:5432/gallery", {})["OPTIONS"]


def test_direct_connection__is_kept_and_checked_before_use() -> None:
    found = database_settings(REMOTE, ON_LAMBDA)
    assert found["CONN_MAX_AGE"] > 0
    assert found["CONN_HEALTH_CHECKS"]
    assert not found["DISABLE_SERVER_SIDE_CURSORS"]


def test_pooled_connection__keeps_no_state_after_a_transaction() -> None:
    found = database_settings(REMOTE, {"DATABASE_POOLED": "true"})
    assert found["CONN_MAX_AGE"] == 0
    assert found["DISABLE_SERVER_SIDE_CURSORS"]
    assert found["OPTIONS"]["prepare_threshold"] is None
