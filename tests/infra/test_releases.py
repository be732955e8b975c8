"""Releases are numbered, kept and found again; the same files are the same release."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from infra.commands import CommandError
from infra.deploy import static_files
from infra.deploy.releases import KEPT, Releases, digest_of, may_contract, migrations_in, serving
from infra.web_package import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "code"


@pytest.fixture
def releases() -> Iterator[Releases]:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        yield Releases(s3, BUCKET)


def archive(folder: Path, **files: str) -> Path:
    path = folder / "web.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in files.items():
            opened.writestr(name.replace("__", "."), text)
    return path


def layout(folder: Path, environment: str = "wheels-1", **files: str) -> Layout:
    made = folder / f"layout-{len(list(folder.iterdir()))}"
    for name, text in files.items():
        path = made / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Layout(made, folder / environment, "dev")


def keep(releases: Releases, folder: Path, text: str) -> int:
    digest = digest_of(layout(folder, code__py=text))
    if found := releases.find(digest):
        return found.version
    path = archive(folder, code__py=text)
    return releases.keep(path, digest, worker_key=f"worker of {text}", layer_key="").version


def test_release__is_numbered_and_the_same_files_are_the_same(releases: Releases, tmp_path: Path) -> None:
    assert [keep(releases, tmp_path, text) for text in ("one", "two", "one", "two", "three")] == [
        1,
        2,
        1,
        2,
        3,
    ]
    assert [release.version for release in releases.kept()] == [1, 2, 3]
    assert releases.kept()[-1].worker_key == "worker of three"


def test_digest__is_of_what_is_packaged(tmp_path: Path) -> None:
    once = digest_of(layout(tmp_path, code__py="x"), "worker")
    same = layout(tmp_path, code__py="x", code__pyc="bytecode", zappa_settings__json="secrets")
    assert digest_of(same, "worker") == once
    others = [
        digest_of(layout(tmp_path, code__py="y"), "worker"),
        digest_of(layout(tmp_path, other__py="x"), "worker"),
        digest_of(layout(tmp_path, code__py="x"), "other worker"),
        digest_of(layout(tmp_path, "wheels-2", code__py="x"), "worker"),
    ]
    assert len({once, *others}) == 5


def test_choice__is_the_version_before_the_one_that_serves(releases: Releases, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        keep(releases, tmp_path, text)
    first, second, third = releases.kept()
    assert releases.choose(None, third.code_sha256) == second
    assert releases.choose(None, second.code_sha256) == first
    assert releases.choose(3, first.code_sha256) == third
    assert serving(releases.kept(), second.code_sha256) == second
    for version, live in ((None, first.code_sha256), (None, "unknown"), (4, third.code_sha256), (0, "")):
        with pytest.raises(CommandError, match="1, 2, 3"):
            releases.choose(version, live)


def test_old_releases__go_but_never_the_one_that_serves(releases: Releases, tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        keep(releases, tmp_path, str(number))
    second = releases.kept()[1]
    assert releases.forget_old(second) == [1, 3]
    assert [release.version for release in releases.kept()] == [2, *range(4, KEPT + 4)]
    # A number is never given twice.
    assert keep(releases, tmp_path, "new") == KEPT + 4


def test_migrations__are_read_from_the_package(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        **{
            "gallery/photos/migrations/0001_initial__py": "",
            "gallery/photos/migrations/0002_more__py": "",
            "gallery/photos/migrations/__init____py": "",
            "django/contrib/auth/migrations/0001_initial__py": "",
        },
    )
    assert migrations_in(path) == {"photos.0001_initial", "photos.0002_more"}


def test_static_files__are_in_the_package(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"staticfiles/a__css": "a", "gallery/b__py": "b"})
    folder = static_files.unpack(path, tmp_path / "out")
    assert [found.name for found in folder.rglob("*")] == ["a.css"]
    assert not (tmp_path / "out" / "gallery").exists()


@pytest.mark.parametrize(
    ("of_manage", "serving", "new", "may"),
    [
        (None, None, "1", False),  # the first deployment
        (None, "1", "2", False),  # of a version without the function
        ("1", "1", "2", True),
        ("1", "1", "1", False),  # the same again: a rollback stays possible
        ("2", "1", "2", False),  # stopped before the new code served
        ("2", "1", "3", False),
        ("1", None, "2", False),  # Zappa was stopped
    ],
)
def test_contract_migrations__wait_for_another_release(
    of_manage: str | None, serving: str | None, new: str, may: bool
) -> None:
    assert may_contract(of_manage, serving, new=new) is may
