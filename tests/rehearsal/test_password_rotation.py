"""A password that changes while connections are made is read again, and no connection fails."""

from __future__ import annotations

import json
import operator
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import psycopg
import pytest
from django.db.utils import OperationalError, load_backend
from moto import mock_aws
from psycopg import sql

from gallery.core.database_url import database_settings
from gallery.storage.database_password import DatabasePassword
from gallery.storage.postgresql import base
from infra import ports
from tests.postgresql import USER, postgresql
from tests.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

WEB = "gallery"
ASKS_PASSWORD = f"""
host all {USER} 127.0.0.1/32 trust
host all {WEB} 127.0.0.1/32 scram-sha-256
"""
ROTATIONS, THREADS = 5, 4


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql(files={"pg_hba.conf": ASKS_PASSWORD.encode()}) as url:
        with psycopg.connect(url, autocommit=True) as root:
            root.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(WEB)))
        yield url


class Rotation:
    """RDS's way to change a password: pending, then in the database, then current.

    The label ``AWSPENDING`` goes with the last step, as it may on AWS.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self.client = boto3.client("secretsmanager", region_name=REGION)
        self.arn = self.client.create_secret(Name="rds!cluster-1", SecretString=json.dumps({}))["ARN"]
        self.begin()
        self.change()
        self.finish()

    def begin(self) -> None:
        self.password = secrets.token_urlsafe(12)
        text = json.dumps({"username": WEB, "password": self.password})
        token = secrets.token_hex(16)
        self.version = self.client.put_secret_value(
            SecretId=self.arn, SecretString=text, ClientRequestToken=token, VersionStages=["AWSPENDING"]
        )["VersionId"]

    def change(self) -> None:
        change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(WEB), sql.Literal(self.password))
        with psycopg.connect(self.server, autocommit=True) as root:
            root.execute(change)

    def finish(self) -> None:
        versions = self.client.list_secret_version_ids(SecretId=self.arn)["Versions"]
        (current,) = (one["VersionId"] for one in versions if "AWSCURRENT" in one["VersionStages"])
        self.client.update_secret_version_stage(
            SecretId=self.arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.version,
            RemoveFromVersionId=current,
        )
        self.client.update_secret_version_stage(
            SecretId=self.arn, VersionStage="AWSPENDING", RemoveFromVersionId=self.version
        )


@pytest.fixture
def rotation(server: str) -> Iterator[Rotation]:
    with mock_aws():
        yield Rotation(server)
    base.password_of.cache_clear()


@pytest.fixture(autouse=True)
def _own_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def connect(rotation: Rotation) -> tuple[str, int]:
    """Open a connection as the gallery does, and return what a query says."""
    url = rotation.server.replace(f"{USER}@", f"{WEB}@")
    found: dict[str, Any] = {
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
        "TEST": {},
        **database_settings(url, {"DATABASE_PASSWORD_SECRET": rotation.arn}),
    }
    made = load_backend(found["ENGINE"]).DatabaseWrapper(found, "default")
    try:
        with made.cursor() as cursor:
            cursor.execute("SELECT current_user, 1")
            row: tuple[str, int] = cursor.fetchone()
            return row
    finally:
        made.close()


def test_password__is_read_once_and_again_when_it_changed(rotation: Rotation) -> None:
    assert connect(rotation) == (WEB, 1)
    before = base.password_of(rotation.arn).last()
    assert before == rotation.password
    for step in (rotation.begin, rotation.change, rotation.finish):
        step()
        # Between "change" and "finish" only the pending one is right.
        assert connect(rotation) == (WEB, 1)
    assert base.password_of(rotation.arn).last() == rotation.password != before


def test_password__that_stays_wrong_is_refused(rotation: Rotation) -> None:
    rotation.password = "another"
    rotation.change()
    with pytest.raises(OperationalError, match="authentication failed"):
        connect(rotation)


def test_secret__that_is_gone_is_an_error_of_the_database(rotation: Rotation) -> None:
    rotation.client.delete_secret(SecretId=rotation.arn, ForceDeleteWithoutRecovery=True)
    with pytest.raises(OperationalError, match="password can't be read"):
        connect(rotation)


def test_rotation__that_ends_between_two_reads_fails_no_connection(
    rotation: Rotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect(rotation) == (WEB, 1)
    rotation.begin()
    rotation.change()
    read = DatabasePassword._read
    versions: list[str] = []

    def read_and_finish(password: DatabasePassword, version: str) -> str:
        found = read(password, version)
        if not versions:
            rotation.finish()
        versions.append(version)
        return found

    monkeypatch.setattr(DatabasePassword, "_read", read_and_finish)
    assert connect(rotation) == (WEB, 1)
    assert versions == ["AWSCURRENT", "AWSPENDING", "AWSCURRENT"]


def test_rotations__under_load_fail_no_connection(rotation: Rotation) -> None:
    done = threading.Event()
    made = [0] * THREADS

    def visit(number: int) -> None:
        while not done.is_set():
            made[number] += connect(rotation)[1]

    with ThreadPoolExecutor(THREADS) as pool:
        visits = [pool.submit(visit, number) for number in range(THREADS)]
        try:
            for _ in range(ROTATIONS):
                for step in (rotation.begin, rotation.change, rotation.finish):
                    step()
                # RDS's rotations are days apart: no connection sees two of them.
                before = [*made]
                while any(map(operator.eq, made, before)) and not any(visit.done() for visit in visits):
                    done.wait(0.01)
        finally:
            done.set()
    for visit_ in visits:
        visit_.result()
    assert min(made) >= ROTATIONS


def test_other_passwords__are_those_that_were_not_refused(rotation: Rotation) -> None:
    password = DatabasePassword(rotation.arn)
    assert password.last() == rotation.password
    assert list(password.others(rotation.password)) == []
    rotation.begin()
    assert list(password.others(password.last())) == [rotation.password]
    password.keep("found by another thread")
    assert next(iter(password.others("refused"))) == "found by another thread"


def test_settings__choose_the_backend_and_leave_the_password() -> None:
    url = f"postgresql://{WEB}@{ports.LOOPBACK}/contactsheet"
    found = database_settings(url, {"DATABASE_PASSWORD_SECRET": "arn"})
    assert (found["ENGINE"], found["PASSWORD_SECRET"]) == ("gallery.storage.postgresql", "arn")
    assert "PASSWORD_SECRET" not in database_settings(url, {})
