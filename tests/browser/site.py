"""The whole running system for a browser: embedded AWS, the worker's zip behind its mapping, the web."""

from __future__ import annotations

import fcntl
import http.client
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from infra import ports
from infra.provision import Outputs, Parameters, provision
from infra.worker_zip import PROJECT, build
from tests.aws import EnforcedAws, aws_of_its_own
from tests.postgresql import database_of
from tests.stage import STAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SERVES_WITHIN_SECONDS = 60.0
ACCOUNTS = (
    "accounts_user",
    "account_",
    "auth_",
    "django_",
    "mfa_",
    "usersessions_",
    "processing_databasemark",
)
"""Prefixes of the tables that stay from one module to the next."""
NOTHING_STORED = "UPDATE accounts_user SET used_bytes = 0"
PASSWORD = "correct-horse-battery"

PEOPLE = f"""
from django.contrib.auth.models import Permission
from gallery.accounts.models import User

def person(name, *codenames, **facts):
    made = User.objects.create_user(name, name + "@example.org", "{PASSWORD}", **facts)
    found = Permission.objects.filter(content_type__app_label="photos", codename__in=codenames)
    made.user_permissions.add(*found)

person("alice")
person("bob")
person("wanda")
person("tina", "skip_review")
person("tess")
person("theo")
person("stella")
person("cleo")
person("zoe")
person("vera")
person("uma")
person("sally", "skip_review")
person("arne", "skip_review")
person("dora")
person("lena")
person("nils")
person("maja")
person("ivo")
person("gwen")
person("charlie", "moderate_photo", "view_photo", "view_historyentry", is_staff=True)
"""
"""Each module finds them without photos, albums and the like; most are new here.

Tina, Sally and Arne are trusted, Charlie moderates.
"""


@dataclass
class Site:
    """One running gallery with a folder and ports of its own."""

    folder: Path
    origin: str
    aws: EnforcedAws
    environment: dict[str, str]
    _web: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def outputs(self) -> Outputs:
        """Return what the template made."""
        return self.aws.outputs

    def manage(self, *arguments: str) -> str:
        """Run a management command against this gallery and return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def empty(self) -> None:
        """Delete what people made: all rows but accounts, their permissions and sessions."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("sqlite:///"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as database, database:
                names = database.execute("SELECT name FROM pragma_table_list WHERE type = 'table'").fetchall()
                for name in _content(names):
                    database.execute(f"DELETE FROM {name}")
                database.execute(NOTHING_STORED)
        else:
            with psycopg.connect(url) as database:
                names = database.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                database.execute(f"TRUNCATE {', '.join(_content(names))}".encode())
                database.execute(NOTHING_STORED)

    def start_web(self) -> None:
        """Start the web and return once it answers."""
        host = self.origin.removeprefix("http://")
        options = [f"--bind={host}", "--workers=1", "--threads=8", "--log-level=warning"]
        with (self.folder / "web.log").open("ab") as log:
            self._web = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *options, "gallery.wsgi"],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + SERVES_WITHIN_SECONDS
        while not _serves(host):
            if time.monotonic() > deadline or self._web.poll() is not None:
                raise RuntimeError(f"The web does not answer:\n{(self.folder / 'web.log').read_text()}")

    def stop_web(self) -> None:
        """Stop the web."""
        if self._web is None:
            return
        self._web.terminate()
        self._web.wait(20)
        self._web = None


def _content(names: Iterable[tuple[str]]) -> list[str]:
    return [name for (name,) in names if not name.startswith((*ACCOUNTS, "sqlite_"))]


def _serves(host: str) -> bool:
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _collect(site: Site, collected: Path) -> None:
    """Collect and compress the static files, once for all processes of a run: it takes both cores."""
    with collected.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not collected.exists():
            site.manage("collectstatic", "--no-input", "--verbosity", "0")


@contextmanager
def running(folder: Path, collected: Path) -> Iterator[Site]:
    """Run a gallery from nothing: template, tables, people, web; files unless they are collected."""
    origin = f"http://{ports.LOOPBACK}:{ports.any_free()}"
    with ExitStack() as stack:
        embedded = stack.enter_context(aws_of_its_own(folder / "aws"))
        parameters = Parameters(STAGE, origin, build(), require_tls=False)
        aws = EnforcedAws(embedded, provision(embedded, parameters).outputs, parameters)
        environment = aws.web_environment() | {
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "COLLECTED_FILES": str(collected),
            "DATABASE_URL": database_of(folder) or f"sqlite:///{folder}/gallery.sqlite3",
            "SITE_ORIGIN": origin,
            "LOG_LEVEL": "WARNING",
        }
        site = Site(folder, origin, aws, environment)
        _collect(site, collected)
        site.manage("migrate", "--verbosity", "0")
        site.manage("shell", "--verbosity", "0", "--command", PEOPLE)
        stack.callback(site.stop_web)
        site.start_web()
        yield site
