"""The database's password in Secrets Manager, which RDS changes every seven days."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from botocore.exceptions import BotoCoreError, ClientError

from gallery.storage.aws import client_config, make_client

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = structlog.get_logger(__name__)
VERSIONS = ("AWSCURRENT", "AWSPENDING", "AWSCURRENT")
"""While AWS changes a password, the database may have the pending one already.

The pending one may become current, and lose its label, between the first two reads: so the current one
is read again.
"""


class DatabasePassword:
    """One secret, kept in memory until the database refuses it."""

    def __init__(self, secret_arn: str) -> None:
        """Read nothing yet."""
        self._secret_arn = secret_arn
        self._lock = threading.Lock()
        self._last = ""

    @cached_property
    def _client(self) -> Any:
        return make_client("secretsmanager", client_config())

    def last(self) -> str:
        """Return the password that worked last, or the current one.

        Raises:
            psycopg.OperationalError: Secrets Manager gives none.
        """
        with self._lock:
            self._last = self._last or self._read(VERSIONS[0])
            return self._last

    def keep(self, password: str) -> None:
        """Keep the password that worked."""
        with self._lock:
            self._last = password

    def others(self, refused: str) -> Iterator[str]:
        """Yield the passwords besides the refused one: what another thread found, then the secret's.

        Raises:
            psycopg.OperationalError: Secrets Manager gives none.
        """
        given = {refused}
        with self._lock:
            found = self._last
        if found not in given:
            given.add(found)
            yield found
        for version in VERSIONS:
            found = self._read(version)
            if found and found not in given:
                given.add(found)
                logger.info("database_password_read", version=version)
                yield found

    def _read(self, version: str) -> str:
        """Return the password of a version; an empty text if there is no such version."""
        try:
            found = self._client.get_secret_value(SecretId=self._secret_arn, VersionStage=version)
            return str(json.loads(found["SecretString"])["password"])
        except ClientError as error:
            if version != VERSIONS[0] and error.response["Error"]["Code"] == "ResourceNotFoundException":
                return ""
            raise psycopg.OperationalError(f"The database's password can't be read: {error}") from error
        except (BotoCoreError, ValueError, KeyError, TypeError) as error:
            raise psycopg.OperationalError(f"The database's password can't be read: {error}") from error
