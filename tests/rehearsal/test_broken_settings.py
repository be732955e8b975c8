"""Every broken setting is named: the walk fails, or doctor finds it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from gallery.operations.resources import Names, check_resources
from tests.rehearsal import walk
from tests.rehearsal.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.rehearsal.conftest import Deployed, Package

pytestmark = [pytest.mark.slow, pytest.mark.embedded, pytest.mark.timeout(600)]

HOST = "photos.example"


@pytest.fixture
def walk_with(deployed: Deployed, package: Package, tmp_path: Path) -> Callable[..., None]:
    """Give a walk through a function with some variables changed."""

    def go(*, code: Path | None = None, role: str = "WebRoleArn", **changed: str) -> None:
        variables = {
            **deployed.variables(),
            **deployed.role_variables(deployed.outputs()[role]),
            "ORIGIN_SECRET": "",
            "SITE_ORIGIN": f"https://{HOST}",
            "ALLOWED_HOSTS": HOST,
            **changed,
        }
        function = type(package)(package.archive, code or package.code, package.runtime).start(
            variables, tmp_path / "log", host=HOST
        )
        try:
            visitor = Visitor(function, f"https://{HOST}")
            walk.see_the_first_page(visitor)
            walk.sign_in(visitor, deployed.secret("admin-password"))
            picture = walk.large_picture(3)
            walk.upload(visitor, picture)
            photo_id = walk.find_original(
                deployed.client("s3"), deployed.outputs()["OriginalsBucket"], picture
            )
            walk.end(visitor, photo_id)
        finally:
            function.stop()

    return go


def test_nothing_broken__is_green(walk_with: Callable[..., None]) -> None:
    walk_with()


def test_wrong_host__is_red(walk_with: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match=r"(?s)first page answered 400.*ALLOWED_HOSTS"):
        walk_with(ALLOWED_HOSTS="elsewhere.example")


def test_wrong_prefix__is_red(walk_with: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match=r"carry the gateway's stage.*PATH_PREFIX"):
        walk_with(PATH_PREFIX=f"/{walk.STAGE}")


def test_no_binary_bodies__is_red(walk_with: Callable[..., None], package: Package, tmp_path: Path) -> None:
    broken = tmp_path / "code"
    shutil.copytree(package.code, broken)
    settings = broken / "zappa_settings.py"
    text = settings.read_text()
    assert "BINARY_SUPPORT=True" in text
    settings.write_text(text.replace("BINARY_SUPPORT=True", "BINARY_SUPPORT=False"))
    with pytest.raises(AssertionError, match=r"binary_support|CSRF"):
        walk_with(code=broken)


def test_another_role__is_red(walk_with: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match="role_arn"):
        walk_with(role="WorkerRoleArn")


def test_sqlite__is_red(walk_with: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match="DATABASE_URL names SQLite"):
        walk_with(DATABASE_URL="sqlite:////tmp/gallery.sqlite3")


def test_whole_batches_only__are_found_by_doctor(deployed: Deployed) -> None:
    outputs = deployed.outputs()
    names = Names.from_outputs(walk.STAGE, outputs, deployed.outputs("-site"), {}, is_emulated=True)
    functions = deployed.client("lambda")
    assert not [finding for finding in check_resources(deployed, names) if not finding.is_well]
    functions.update_event_source_mapping(UUID=outputs["WorkerMappingId"], FunctionResponseTypes=[])
    try:
        found = [finding for finding in check_resources(deployed, names) if not finding.is_well]
    finally:
        functions.update_event_source_mapping(
            UUID=outputs["WorkerMappingId"], FunctionResponseTypes=["ReportBatchItemFailures"]
        )
    assert [finding.what for finding in found] == [f"mapping of contactsheet-{walk.STAGE}-thumbworker"]
    assert "ReportBatchItemFailures" in found[0].advice
