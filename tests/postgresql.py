"""A PostgreSQL of Debian's package for one test run: own data folder and port, removed at the end.

``python -m tests.postgresql ARGUMENTS`` runs pytest with these arguments against it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from infra import ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READY_WITHIN_SECONDS = 30.0
USER = "contactsheet"
# Test data: a crash may lose it, so no write waits for the disk.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


class NoPostgresqlError(Exception):
    """PostgreSQL's programs are not installed."""


def programs() -> Path:
    """Return the folder of ``initdb`` and ``postgres``."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise NoPostgresqlError("PostgreSQL is not installed. Run: apt-get install postgresql")
    return Path(on_path).resolve().parent


def _unprivileged() -> dict[str, int]:
    """Return the account to run under: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid}


@contextmanager
def postgresql(
    settings: Mapping[str, str] | None = None, files: Mapping[str, bytes] | None = None
) -> Iterator[str]:
    """Run a server and yield its address for ``DATABASE_URL``; ``files`` go into its data folder."""
    account = _unprivileged()
    # Not pytest's tmp_path, which another account may not enter.
    folder = Path(tempfile.mkdtemp(prefix="contactsheet-postgresql-"))
    if account:
        os.chown(folder, account["user"], account["group"])
    data, port = folder / "data", ports.any_free()
    server: subprocess.Popen[bytes] | None = None
    try:
        subprocess.run(
            [
                programs() / "initdb",
                "-D",
                data,
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            timeout=60,
            cwd=folder,
            **account,
        )
        for name, content in (files or {}).items():
            (data / name).write_bytes(content)
            (data / name).chmod(0o600)
            if account:
                os.chown(data / name, account["user"], account["group"])
        options = {**SETTINGS, "port": str(port), "listen_addresses": ports.LOOPBACK}
        options |= {"unix_socket_directories": str(folder), **(settings or {})}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs() / "postgres", "-D", data, *(f"--{k}={v}" for k, v in options.items())],
                stdout=log,
                stderr=log,
                cwd=folder,
                **account,
            )
        url = f"postgresql://{USER}@{ports.LOOPBACK}:{port}/postgres"
        _wait_until_ready(url, server, folder / "log")
        yield url
    finally:
        if server is not None:
            # Fast shutdown: open sessions are ended.
            server.send_signal(signal.SIGINT)
            server.wait(30)
        shutil.rmtree(folder)


def database_of(folder: Path) -> str:
    """Return the address of a database that belongs to a gallery's folder, made if missing, or "".

    There is nothing to give unless the test run has a server: ``TEST_DATABASE_URL`` names it.
    """
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server.startswith("postgres"):
        return ""
    name = f"gallery_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return


def main(arguments: list[str]) -> int:
    """Run pytest against a server of its own."""
    with postgresql() as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            env={**os.environ, "TEST_DATABASE_URL": url},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
