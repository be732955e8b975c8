"""A deployment that is stopped anywhere is continued by the next; and what was deployed can be taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from infra import stacks
from infra.deploy import removal, web_function
from infra.deploy.options import Options
from infra.deploy.stages import STEPS, Deployment, deploy
from infra.embedded import REGION, ROOT_ACCESS_KEY_ID
from infra.provision import artifacts_bucket
from tests.aws import aws_of_its_own
from tests.postgresql import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.embedded import EmbeddedAws

pytestmark = [pytest.mark.slow, pytest.mark.embedded, pytest.mark.timeout(1800)]

STAGE = "stopped"
PARTS = ("", "-site", "-watch")
STOPS = (1, 3, 4, 6)
"""After how many steps a run is stopped. Each run repeats all steps before its stop.

The others would show nothing new: step 2 alone is where the broken run of step 3 continues, step 5 repeats
step 2, and what follows step 7 reads nothing of it.
"""


@pytest.fixture
def aws(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAws]:
    with aws_of_its_own(tmp_path_factory.mktemp("aws")) as found:
        # Zappa is a process of its own and takes these from the environment.
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ROOT_ACCESS_KEY_ID)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", found.root_secret)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.endpoint_url)
        yield found


def outputs(aws: EmbeddedAws) -> list[dict[str, str] | None]:
    return [stacks.read(aws.client("cloudformation"), f"contactsheet-{STAGE}{part}") for part in PARTS]


def test_stage__converges_from_stops_and_goes(aws: EmbeddedAws) -> None:
    with postgresql() as url:
        given = {"DATABASE_URL": url, "EMAIL_URL": "dummymail://", "AWS_ENDPOINT_URL": aws.endpoint_url}
        # What the rehearsal's other stage does not choose.
        given |= {"LAYER": "true", "WORKER_CONCURRENCY": "5"}
        said: list[str] = []

        def run() -> Deployment:
            return Deployment(Options.read(STAGE, {**given, "AWS_REGION": REGION}), aws, said.append, given)

        for last in STOPS:
            stopped = run()
            for _, step in STEPS[:last]:
                step(stopped)
            if last == 3:
                # Zappa itself was stopped: its function stands, its gateway does not.
                stacks.delete(aws.client("cloudformation"), stopped.options.function_name)
        deploy(run())
        assert any("removing an incomplete deployment" in line for line in said)
        first = outputs(aws), web_function.configuration(aws, f"contactsheet-web-{STAGE}")
        assert all(first[0])
        variables = (first[1] or {})["Environment"]["Variables"]
        assert variables["SITE_ORIGIN"] == (first[0][1] or {})["SiteOrigin"]

        _assert_worker_is_as_chosen(aws, first[0][0] or {})

        _leave_a_photo(aws, (first[0][0] or {})["OriginalsBucket"])
        kept = removal.destroy(run())
        assert kept == [(first[0][0] or {})["OriginalsBucket"]]
        assert outputs(aws) == [None, None, None]
        assert web_function.configuration(aws, f"contactsheet-web-{STAGE}") is None
        for gone in ((first[0][1] or {})["StaticBucket"], artifacts_bucket(aws, STAGE)):
            with pytest.raises(ClientError):
                aws.client("s3").head_bucket(Bucket=gone)
        # Once more: nothing is left to do, and nothing is in the way.
        assert removal.destroy(run()) == []


def _assert_worker_is_as_chosen(aws: EmbeddedAws, made: dict[str, str]) -> None:
    functions = aws.client("lambda")
    for name in ("WorkerFunctionName", "ImportsFunctionName"):
        (layer,) = functions.get_function_configuration(FunctionName=made[name])["Layers"]
        assert f":layer:contactsheet-{STAGE}-thumbworker:" in layer["Arn"]
    mapping = functions.get_event_source_mapping(UUID=made["WorkerMappingId"])
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def _leave_a_photo(aws: EmbeddedAws, bucket: str) -> None:
    aws.client("s3").put_object(
        Bucket=bucket, Key="originals/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11", Body=b"a photo"
    )
