"""The runbook's commands, run as written, restore resources that were changed by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from infra.worker_zip import PROJECT
from tests.gallery.operations.resources import broken
from tests.gallery.operations.resources.broken import (
    THUMBNAILS,
    change_mapping,
    mapping_of,
    problems_of,
    rule_of,
    set_queue,
    url_of,
    while_broken,
)
from tests.gallery.operations.resources.shell import run_command
from tests.stage import SITE_ORIGIN

if TYPE_CHECKING:
    from gallery.operations.resources import Names
    from tests.aws import EnforcedAws
    from tests.gallery.operations.resources.broken import Breakage

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

ROW = re.compile(r"^\| ([^|]+) \| `(aws [^`]+)`", re.MULTILINE)


def commands() -> dict[str, str]:
    """Return the commands of the section by the name of doctor's check."""
    text = (PROJECT / "docs" / "runbook.md").read_text()
    section = text.partition("\n## Changed by hand\n")[2].partition("\n## ")[0]
    return dict(ROW.findall(section))


def cors_of(aws: EnforcedAws, names: Names) -> list[Any]:
    s3 = aws.client("s3")
    return [
        s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        for bucket in (names.originals_bucket, names.renditions_bucket)
    ]


def filled_in(command: str, row: str, aws: EnforcedAws, names: Names) -> str:
    """Return a command with its placeholders in capitals replaced by this stage's values."""
    values = {
        "UUID": mapping_of(aws)["UUID"],
        "URL": url_of(names, THUMBNAILS),
        "BUCKET": names.originals_bucket if "originals" in row else names.renditions_bucket,
        "ORIGIN": SITE_ORIGIN,
        "RULE": rule_of("sweep"),
        "STAGE": names.stage,
    }
    for word, value in values.items():
        command = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", value, command)
    return command


@pytest.mark.parametrize(
    ("break_it", "row"),
    [
        (change_mapping(Enabled=False), "mapping"),
        (change_mapping(BatchSize=1), "mapping"),
        (change_mapping(FunctionResponseTypes=[]), "mapping"),
        (set_queue(VisibilityTimeout="60"), "visibility"),
        (set_queue(MessageRetentionPeriod="60"), "retention"),
        (broken.replace_cors_origin, "CORS of originals"),
        (broken.remove_cors_header, "CORS of originals"),
        (broken.allow_any_origin, "CORS of renditions"),
        (broken.delete_public_access_block, "public access block"),
        (broken.disable_sweep, "schedule"),
        (broken.delete_topic_of_events, "topic"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value).replace(" ", "-")),
)
def test_runbook__command_restores_the_resource(
    embedded_aws: EnforcedAws, names: Names, break_it: Breakage, row: str
) -> None:
    cors = cors_of(embedded_aws, names)
    with while_broken(break_it, embedded_aws, names):
        assert any(row in what for what in problems_of(embedded_aws, names))
        run_command(embedded_aws, filled_in(commands()[row], row, embedded_aws, names))
        assert problems_of(embedded_aws, names) == {}
        assert cors_of(embedded_aws, names) == cors


def test_runbook__commands_are_all_tested() -> None:
    (parameters,) = test_runbook__command_restores_the_resource.pytestmark  # type: ignore[attr-defined]
    assert {row for _, row in parameters.args[1]} == set(commands())
