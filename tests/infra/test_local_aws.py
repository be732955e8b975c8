"""The embedded AWS of a local run, started on the files of the last run."""

import shutil
import uuid
from dataclasses import replace

import pytest

from infra import ports
from infra.local import aws as local_aws
from infra.provision import Parameters
from infra.worker_zip import build
from tests.waiting import eventually
from thumbworker.contract import keys


def test_move_files__moves_all_files(tmp_path):
    source, destination = tmp_path / "from", tmp_path / "to"
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "file").write_text("x")
    local_aws.move_files(source, destination)
    assert (destination / "a" / "b" / "file").read_text() == "x"
    assert not source.exists()


def test_move_files__resumes_after_an_interruption(tmp_path):
    source, destination = tmp_path / "from", tmp_path / "to"
    for folder, name in ((source, "second"), (destination, "first")):
        folder.mkdir()
        (folder / name).write_text(name)
    local_aws.move_files(source, destination)
    assert sorted(path.name for path in destination.iterdir()) == ["first", "second"]


def test_move_files__never_overwrites(tmp_path):
    source, destination = tmp_path / "from", tmp_path / "to"
    for folder, text in ((source, "new"), (destination, "old")):
        folder.mkdir()
        (folder / "file").write_text(text)
    local_aws.move_files(source, destination)
    assert (destination / "file").read_text() == "old"


def test_move_files__missing_source(tmp_path):
    local_aws.move_files(tmp_path / "nowhere", tmp_path / "to")
    assert not (tmp_path / "to").exists()


@pytest.fixture
def parameters():
    return Parameters(
        "local", "http://127.0.0.1:8000", build(), require_tls=False, worker_mapping_enabled=False
    )


def put_original(aws, outputs):
    photo_id = uuid.uuid4()
    aws.client("s3").put_object(
        Bucket=outputs.originals_bucket,
        Key=keys.original_key(photo_id),
        Body=b"a photo",
        ContentType="image/jpeg",
        Metadata={keys.OWNER_METADATA: "7"},
    )
    return photo_id


def notifications(aws, outputs):
    found = aws.client("s3").get_bucket_notification_configuration(Bucket=outputs.originals_bucket)
    return sorted(
        (
            entry["QueueArn"],
            *entry["Events"],
            *(rule["Value"] for rule in entry["Filter"]["Key"]["FilterRules"]),
        )
        for entry in found["QueueConfigurations"]
    )


def owner_of(aws, outputs, photo_id):
    head = aws.client("s3").head_object(Bucket=outputs.originals_bucket, Key=keys.original_key(photo_id))
    return head["Metadata"][keys.OWNER_METADATA]


@pytest.mark.embedded
def test_start__kill_right_afterwards_loses_nothing(aws, parameters):
    outputs = local_aws.start(aws, parameters)
    photo_id = put_original(aws, outputs)
    aws.kill()
    assert local_aws.start(aws, parameters) == outputs
    assert owner_of(aws, outputs, photo_id) == "7"


def states(aws, outputs):
    names = outputs.worker_function_name, outputs.imports_function_name
    found = (aws.client("lambda").get_function_configuration(FunctionName=name) for name in names)
    return {one["State"] for one in found}


@pytest.mark.embedded
def test_start__saves_changed_functions_when_they_are_active(aws, parameters):
    outputs = local_aws.start(aws, parameters)
    aws.stop()
    local_aws.start(aws, replace(parameters, import_loopback_port="8698"))
    assert states(aws, outputs) == {"Active"}


@pytest.mark.embedded
def test_start__wakes_a_function_that_was_saved_while_pending(aws, parameters):
    outputs = local_aws.start(aws, parameters)
    aws.stop()
    # As a stop in the second after a change saves it. A busy machine stops later.
    saved = aws.folder / "state" / "lambda.json"
    active = '"State": "Active"'
    assert active in saved.read_text()
    saved.write_text(saved.read_text().replace(active, '"State": "Pending"'))
    aws.start()
    assert "Pending" in states(aws, outputs)
    aws.stop()
    local_aws.start(aws, parameters)
    assert states(aws, outputs) == {"Active"}


@pytest.mark.embedded
def test_start__keeps_photos_whose_state_was_lost(aws, parameters):
    outputs = local_aws.start(aws, parameters)
    photo_id = put_original(aws, outputs)
    before = notifications(aws, outputs)
    aws.kill()
    shutil.rmtree(aws.folder / "state")
    again = local_aws.start(aws, parameters)
    assert owner_of(aws, again, photo_id) == "7"
    assert notifications(aws, again) == before


@pytest.mark.slow
@pytest.mark.embedded
def test_start__reads_the_queue_on_another_port(aws, parameters):
    parameters = replace(parameters, worker_mapping_enabled=True)
    local_aws.start(aws, parameters)
    aws.stop()
    moved = replace(aws, port=ports.any_free())
    try:
        outputs = local_aws.start(moved, parameters)
        assert outputs.thumbnails_queue_url.startswith(f"http://localhost:{moved.port}/")
        photo_id = put_original(moved, outputs)
        item = {"TableName": outputs.catalogue_table, "Key": {"pk": {"S": keys.photo_item_key(photo_id)}}}
        found = eventually(lambda: moved.client("dynamodb").get_item(**item).get("Item"), within_seconds=60)
        assert found["status"]["S"] == "FAILED"
    finally:
        moved.kill()
