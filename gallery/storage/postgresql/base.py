"""The backend that ``DATABASE_PASSWORD_SECRET`` chooses: it reads the password when it connects."""

from __future__ import annotations

import functools
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from gallery.storage.database_password import DatabasePassword

WRONG_PASSWORD = ("28P01", "28000")
"""PostgreSQL's codes for a refused password or user: appendix A of its manual."""


@functools.cache
def password_of(secret_arn: str) -> DatabasePassword:
    """Return the process's one copy of a secret."""
    return DatabasePassword(secret_arn)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose password is in Secrets Manager."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; if the password is refused, read it again and try once with each other one.

        Raises:
            psycopg.OperationalError: the server can't be reached, or refuses each password.
        """
        password = password_of(self.settings_dict["PASSWORD_SECRET"])
        tried = password.last()
        try:
            return super().get_new_connection({**conn_params, "password": tried})
        except psycopg.OperationalError as error:
            if not _is_refused(error):
                raise
            refused = error
        for other in password.others(tried):
            try:
                connection = super().get_new_connection({**conn_params, "password": other})
            except psycopg.OperationalError as error:
                if not _is_refused(error):
                    raise
                refused = error
            else:
                password.keep(other)
                return connection
        raise refused


def _is_refused(error: psycopg.OperationalError) -> bool:
    # While it connects, psycopg gives the server's message, mostly without the code.
    return error.sqlstate in WRONG_PASSWORD or "authentication failed" in str(error)
