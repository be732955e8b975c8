"""Doctor looks inside, too; its command ends with 1 where something is ill."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from gallery.operations import doctor
from gallery.operations.diagnosis import line
from infra.deploy.stage_secrets import StageSecrets
from infra.deploy.status import secrets_of
from tests.stage import REGION, STAGE

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import MotoAws

pytestmark = pytest.mark.django_db


def found_ill() -> dict[str, str]:
    return {one.what: one.advice for one in doctor.examine() if not one.is_well}


def said_by(*arguments: str) -> tuple[str, bool]:
    """Return what the command said, and whether it ended well."""
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_a_gallery_without_a_fault_is_well(moto_aws: MotoAws) -> None:
    assert found_ill() == {}


def test_migrations_that_wait_are_named(moto_aws: MotoAws) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="photos").order_by("-name")[0]
    MigrationRecorder(connection).record_unapplied("photos", last.name)
    found = found_ill()
    assert list(found) == ["database"]
    assert "1 migrations wait" in found["database"]


@pytest.mark.parametrize(("skew", "is_well"), [(0, True), (60, True), (61, False), (-61, False)])
def test_a_clock_that_is_off_is_named(skew: int, is_well: bool) -> None:
    found = doctor.compare_clocks(1_800_000_000 + skew, 1_800_000_000)
    assert found.is_well is is_well
    assert ("NTP" in found.advice) is not is_well


def test_a_bucket_that_is_gone_is_named(moto_aws: MotoAws) -> None:
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    assert "originals" in found_ill()


def test_a_table_that_is_gone_is_named(moto_aws: MotoAws) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    assert list(found_ill()) == ["catalogue"]


def test_a_key_that_is_none_is_named(moto_aws: MotoAws, settings: Any) -> None:
    settings.PICTURES_ORIGIN, settings.SIGNING_PRIVATE_KEY = "https://pictures.example", "none"
    assert "not an RSA key" in found_ill()["CloudFront key"]


def test_secrets_that_are_missing_are_named(moto_aws: MotoAws) -> None:
    stage_secrets = StageSecrets(boto3.client("ssm", region_name=REGION), STAGE)
    stage_secrets.ensure({"DATABASE_URL": "postgresql://somewhere/gallery"})
    assert secrets_of(stage_secrets).is_well
    stage_secrets.ssm.delete_parameter(Name=stage_secrets.name_of("signing-key"))
    found = secrets_of(stage_secrets)
    assert not found.is_well
    assert found.advice == "not in SSM: signing-key. Run: make deploy"
    stage_secrets.ssm.delete_parameter(Name=stage_secrets.name_of("database-url"))
    assert "make deploy DATABASE_URL=postgresql://" in secrets_of(stage_secrets).advice


def test_command__ends_with_1_and_names_what_is_ill(moto_aws: MotoAws) -> None:
    moto_aws.client("sns").delete_topic(TopicArn=moto_aws.outputs.photo_events_topic_arn)
    said, ended_well = said_by()
    assert not ended_well
    assert "\nLOOK topic: AWS says NotFound" in said
    assert "Runbook: Changed by hand." in said


def test_command__speaks_json(moto_aws: MotoAws) -> None:
    said, _ = said_by("--json")
    found = json.loads(said)
    assert {"what", "is_well", "advice", "was_seen", "section"} == set(found[0])
    assert "clock" in {one["what"] for one in found}


def test_what_could_be_better_is_a_note_and_no_fault(settings: SettingsWrapper) -> None:
    settings.STAGE = "dev"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    (found,) = [one for one in doctor.examine() if "EMAIL_URL" in one.what]
    assert found.is_well
    assert line(found) == "note setting: EMAIL_URL is not set: Set it, or password resets go nowhere."
