"""A stage without problems, with all that a deployment adds to the main stack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gallery.operations.resources import Names
from gallery.operations.resources.monitoring import ALARMS
from infra import stacks
from infra.provision import Parameters, provision, upload_worker
from infra.worker_zip import build
from tests.gallery.operations.resources.broken import STAGE, WEB, problems_of, set_alarm
from tests.infra.stack_requests import request_of
from tests.stage import SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EnforcedAws


@pytest.fixture(scope="session")
def stage_names(embedded_aws: EnforcedAws) -> Names:
    """Create one stage for all tests, with what a deployment adds to the main stack."""
    aws = embedded_aws
    out = provision(aws, Parameters(STAGE, SITE_ORIGIN, build(), require_tls=False)).outputs
    bucket, key = upload_worker(aws, STAGE, build())
    aws.client("lambda").create_function(
        FunctionName=WEB,
        Runtime="python3.13",
        Role=out.web_role_arn,
        Handler="thumbworker.handler.lambda_handler",
        Code={"S3Bucket": bucket, "S3Key": key},
    )
    aws.client("lambda").get_waiter("function_active_v2").wait(FunctionName=WEB, WaiterConfig={"Delay": 1})
    cloudformation = aws.client("cloudformation")
    # Twice a day: at a rate that no test meets.
    stacks.apply(cloudformation, request_of("schedules", STAGE, Minutes="720"))
    site = stacks.apply(
        cloudformation, request_of("site", STAGE, RenditionsBucket=out.renditions_bucket)
    ).outputs
    watch = stacks.apply(cloudformation, request_of("watch", STAGE)).outputs
    for alarm in ALARMS:
        set_alarm(aws, alarm, "OK")
    main = stacks.read(cloudformation, f"contactsheet-{STAGE}")
    assert main
    return replace(
        Names.from_outputs(STAGE, main, site, watch, web_function=WEB, is_emulated=True),
        site_origin=SITE_ORIGIN,
    )


@pytest.fixture
def names(embedded_aws: EnforcedAws, stage_names: Names) -> Iterator[Names]:
    """Yield a stage without problems; fail if the test leaves a problem."""
    yield stage_names
    assert problems_of(embedded_aws, stage_names) == {}
