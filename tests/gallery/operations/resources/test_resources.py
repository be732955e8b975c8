"""Doctor names each broken resource, says what to do, and names no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gallery.operations.diagnosis import line
from gallery.operations.resources import check_resources
from tests.gallery.operations.resources import broken
from tests.gallery.operations.resources.broken import (
    THUMBNAILS,
    THUMBWORKER,
    change_function,
    change_mapping,
    problems_of,
    set_queue,
    while_broken,
)
from tests.stage import SITE_ORIGIN

if TYPE_CHECKING:
    from gallery.operations.resources import Names
    from tests.aws import EnforcedAws
    from tests.gallery.operations.resources.broken import Breakage

pytestmark = pytest.mark.embedded


def lines_of(aws: EnforcedAws, names: Names) -> str:
    return "\n".join(line(one) for one in check_resources(aws, names))


def test_doctor__finds_no_problem_in_a_new_stage(embedded_aws: EnforcedAws, names: Names) -> None:
    assert problems_of(embedded_aws, names) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("break_it", "what", "advice"),
    [
        (
            broken.stop_deletion_notifications,
            "notifications of originals",
            "S3 notifies no queue of originals/ ObjectRemoved",
        ),
        (broken.replace_cors_origin, "CORS of originals", f"browsers at {SITE_ORIGIN} cannot upload"),
        (broken.remove_cors_header, "CORS of originals", "cannot upload"),
        (broken.delete_public_access_block, "public access block of renditions", "BlockPublicAcls"),
        (broken.delete_policy_of_renditions, "policy of renditions", "OnlyOurDistributionReads"),
        (broken.expire_photos, "lifecycle of originals", "A RULE DELETES PHOTOS"),
        (set_queue(RedrivePolicy=""), f"queue {THUMBNAILS}", "no dead-letter queue"),
        (set_queue(Policy=""), f"queue {THUMBNAILS}", "does not let S3 send to it"),
        (set_queue(VisibilityTimeout="60"), f"visibility of {THUMBNAILS}", "less than 6 times"),
        (set_queue(MessageRetentionPeriod="60"), f"retention of {THUMBNAILS}", "60 s instead of 345600"),
        (broken.allow_any_origin, "CORS of renditions", "pages of * have access too"),
        (broken.delete_role_policy_of_worker, f"role of {THUMBWORKER}", "allows nothing"),
        (broken.take_right_of_worker, f"role of {THUMBWORKER}", "lacks s3:ListBucket"),
        (change_function(MemorySize=128), f"settings of {THUMBWORKER}", "128 MB, less than 1769"),
        (
            change_function(Environment={"Variables": {"STAGE": broken.STAGE}}),
            f"settings of {THUMBWORKER}",
            "wrong variables: CATALOGUE_TABLE, ORIGINALS_BUCKET",
        ),
        (change_mapping(BatchSize=1), f"mapping of {THUMBWORKER}", "batch size is 1 instead of 10"),
        (broken.send_dead_letter, f"queue {THUMBNAILS}-dead", "dead letters: 1"),
        (change_mapping(FunctionResponseTypes=[]), f"mapping of {THUMBWORKER}", "ReportBatchItemFailures"),
        (change_mapping(Enabled=False), f"mapping of {THUMBWORKER}", "disabled"),
        (broken.delete_mapping, f"mapping of {THUMBWORKER}", "no function reads the queue"),
        (broken.delete_topic_of_events, "topic", "AWS says NotFound"),
        (broken.disable_sweep, "schedule of sweep", "aws events enable-rule"),
        (
            broken.remove_target_of_notifications,
            "schedule of send_notifications",
            "no schedule starts this job",
        ),
        (broken.delete_alarm, "alarms", "missing: queue-age"),
        (
            broken.silence_alarm,
            "alarms",
            "aws cloudwatch enable-alarm-actions --alarm-names contactsheet-ill-queue-age",
        ),
        (broken.raise_alarm, "alarms", "in alarm: web-errors"),
        (broken.delete_dashboard, "dashboard", "Put it back"),
        (broken.delete_operator_topic, "alarm subscribers", "AWS says NotFound"),
        (broken.delete_policy_of_static, "policy of static", "OnlyOurDistributionReads"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_doctor__names_what_is_broken_with_what_to_do(
    embedded_aws: EnforcedAws,
    names: Names,
    break_it: Breakage,
    what: str,
    advice: str,
) -> None:
    with while_broken(break_it, embedded_aws, names):
        found = problems_of(embedded_aws, names)
        assert list(found) == [what]
        assert advice in found[what]
        assert " Runbook: " in lines_of(embedded_aws, names)


@pytest.mark.slow
def test_doctor__names_a_missing_table(embedded_aws: EnforcedAws, names: Names) -> None:
    with while_broken(broken.delete_table, embedded_aws, names):
        found = problems_of(embedded_aws, names)
    assert set(found) == {"table", "time to live of the table"}
    assert "Put it back" in found["table"]


@pytest.mark.slow
def test_doctor__names_a_missing_bucket(embedded_aws: EnforcedAws, names: Names) -> None:
    elsewhere = "contactsheet-no-such-bucket"
    gone = replace(names, renditions_bucket=elsewhere)
    found = problems_of(embedded_aws, gone)
    assert set(found) == {
        "public access block of renditions",
        "settings of contactsheet-ill-imports",
        "settings of contactsheet-ill-thumbworker",
        "encryption of renditions",
        "policy of renditions",
        "CORS of renditions",
    }
    assert all("NoSuchBucket" in found[what] for what in found if not what.startswith("settings of"))
