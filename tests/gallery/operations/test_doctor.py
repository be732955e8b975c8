"""Doctor checks the gallery from inside; its command exits with 1 where a check fails."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from gallery.operations import doctor
from gallery.operations.diagnosis import line
from gallery.processing.models import DatabaseMark
from gallery.storage.originals import originals
from infra.deploy.stage_secrets import StageSecrets
from infra.deploy.status import secrets_of
from tests.stage import REGION, STAGE

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import MotoAws

pytestmark = pytest.mark.django_db


def problems() -> dict[str, str]:
    return {one.what: one.advice for one in doctor.check() if not one.is_well}


def run_command(*arguments: str) -> tuple[str, bool]:
    """Return the output of the command, and whether it succeeded."""
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_doctor__finds_no_problem_in_a_working_gallery(moto_aws: MotoAws) -> None:
    assert problems() == {}


def test_doctor__names_pending_migrations(moto_aws: MotoAws) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="photos").order_by("-name")[0]
    MigrationRecorder(connection).record_unapplied("photos", last.name)
    found = problems()
    assert list(found) == ["database"]
    assert "migrations to apply: 1" in found["database"]


@pytest.mark.parametrize(("skew", "is_well"), [(0, True), (60, True), (61, False), (-61, False)])
def test_doctor__names_a_clock_that_is_off(skew: int, is_well: bool) -> None:
    found = doctor.compare_clocks(1_800_000_000 + skew, 1_800_000_000)
    assert found.is_well is is_well
    assert ("NTP" in found.advice) is not is_well


@pytest.mark.parametrize(("skew", "says"), [(900, False), (901, True), (-7200, True)])
def test_doctor__says_when_aws_refuses_the_clock(skew: int, says: bool) -> None:
    found = doctor.compare_clocks(1_800_000_000 + skew, 1_800_000_000)
    assert ("AWS refuses whatever it signs" in found.advice) is says


def test_doctor__names_the_clock_that_s3_refuses(moto_aws: MotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of a HEAD has no body, so no code; but it has S3's time."""
    s3_time = format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)
    meta = {"HTTPStatusCode": 403, "HTTPHeaders": {"date": s3_time}}

    def refuse(**_request: Any) -> None:
        raise ClientError({"Error": {"Code": "403"}, "ResponseMetadata": meta}, "HeadBucket")  # type: ignore[typeddict-item]

    monkeypatch.setattr(originals().client, "head_bucket", refuse)
    assert re.search(r"it is (119\d|120\d) s off. AWS refuses whatever it signs.", problems()["clock"])


def test_doctor__names_a_restored_database_before_the_next_sweep(moto_aws: MotoAws) -> None:
    call_command("sweep", stdout=StringIO())
    older = DatabaseMark.objects.values("generation", "number").get()
    call_command("sweep", stdout=StringIO())
    assert "database" not in problems()
    DatabaseMark.objects.update(**older)
    assert "it is 1 run of the sweep behind. Run manage.py fsck" in problems()["database"]
    DatabaseMark.objects.all().delete()
    assert "another database" in problems()["database"]
    assert not DatabaseMark.objects.exists()


def test_doctor__names_a_missing_bucket(moto_aws: MotoAws) -> None:
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    assert "originals" in problems()


def test_doctor__names_a_missing_table(moto_aws: MotoAws) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    assert list(problems()) == ["catalogue"]


def test_doctor__names_an_invalid_signing_key(moto_aws: MotoAws, settings: Any) -> None:
    settings.PICTURES_ORIGIN, settings.SIGNING_PRIVATE_KEY = "https://pictures.example", "none"
    assert "not an RSA key" in problems()["CloudFront key"]


def test_status__names_missing_secrets(moto_aws: MotoAws) -> None:
    stage_secrets = StageSecrets(boto3.client("ssm", region_name=REGION), STAGE)
    stage_secrets.ensure({"DATABASE_URL": "postgresql://somewhere/gallery"})
    assert secrets_of(stage_secrets).is_well
    stage_secrets.ssm.delete_parameter(Name=stage_secrets.name_of("signing-key"))
    found = secrets_of(stage_secrets)
    assert not found.is_well
    assert found.advice == "not in SSM: signing-key. Run: make deploy"
    stage_secrets.ssm.delete_parameter(Name=stage_secrets.name_of("database-url"))
    assert "make deploy DATABASE_URL=postgresql://" in secrets_of(stage_secrets).advice


def test_command__exits_with_1_and_names_the_problem(moto_aws: MotoAws) -> None:
    moto_aws.client("sns").delete_topic(TopicArn=moto_aws.outputs.photo_events_topic_arn)
    output, succeeded = run_command()
    assert not succeeded
    assert "\nFAIL topic: AWS says NotFound" in output
    assert "Runbook: Changed by hand." in output


def test_command__prints_json(moto_aws: MotoAws) -> None:
    output, _ = run_command("--json")
    found = json.loads(output)
    assert {"what", "is_well", "advice", "was_seen", "section"} == set(found[0])
    assert "clock" in {one["what"] for one in found}


def test_doctor__notes_what_could_be_better(settings: SettingsWrapper) -> None:
    settings.STAGE = "dev"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    (found,) = [one for one in doctor.check() if "EMAIL_URL" in one.what]
    assert found.is_well
    assert (
        line(found)
        == "note setting: EMAIL_URL is not set: Without it, no email is sent, not even for password resets."
    )
