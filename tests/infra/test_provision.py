"""The template on the embedded AWS: applied once, enforced, and unchanged when applied again."""

import json
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.embedded import CLIENT_CONFIG
from infra.provision import provision
from tests.stage import REGION

pytestmark = pytest.mark.embedded


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_provision__twice_changes_nothing(embedded_aws):
    again = provision(embedded_aws, embedded_aws.parameters)
    assert not again.changed
    assert again.outputs == embedded_aws.outputs


def test_mapping__is_that_of_the_template(embedded_aws):
    mapping = embedded_aws.client("lambda").get_event_source_mapping(
        UUID=embedded_aws.outputs.worker_mapping_id
    )
    assert mapping["State"] == "Enabled"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}


def test_queue__has_its_dead_letter_queue(embedded_aws):
    attributes = embedded_aws.client("sqs").get_queue_attributes(
        QueueUrl=embedded_aws.outputs.thumbnails_queue_url, AttributeNames=["All"]
    )["Attributes"]
    redrive = json.loads(attributes["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) == 5
    assert redrive["deadLetterTargetArn"].endswith(":contactsheet-test-thumbnails-dead")


class TestEnforcement:
    def test_unknown_key__is_refused(self, embedded_aws):
        unknown = boto3.client(
            "s3",
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="x" * 40,
            endpoint_url=embedded_aws.endpoint_url,
            region_name=REGION,
            config=CLIENT_CONFIG,
        )
        assert refused(unknown.list_objects_v2, Bucket=embedded_aws.outputs.originals_bucket) == 403

    def test_web_keys__with_another_secret_are_refused(self, embedded_aws):
        keys = embedded_aws.web_credentials()
        forged = boto3.client(
            "s3",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key="x" * 40,
            aws_session_token=keys["AWS_SESSION_TOKEN"],
            endpoint_url=embedded_aws.endpoint_url,
            region_name=REGION,
            config=CLIENT_CONFIG,
        )
        assert refused(forged.list_objects_v2, Bucket=embedded_aws.outputs.originals_bucket) == 403

    def test_web_role__gets_404_for_a_missing_original(self, embedded_aws):
        head = embedded_aws.web_client("s3").head_object
        original, rendition = f"originals/{uuid.uuid4()}", f"320/{uuid.uuid4()}-1.webp"
        assert refused(head, Bucket=embedded_aws.outputs.originals_bucket, Key=original) == 404
        assert refused(head, Bucket=embedded_aws.outputs.renditions_bucket, Key=rendition) == 404

    @pytest.mark.parametrize("key", ["elsewhere/x", "renditions/x"])
    def test_web_role__cannot_put_elsewhere(self, embedded_aws, key):
        put = embedded_aws.web_client("s3").put_object
        assert refused(put, Bucket=embedded_aws.outputs.originals_bucket, Key=key, Body=b"x") == 403

    def test_web_role__cannot_put_renditions(self, embedded_aws):
        put = embedded_aws.web_client("s3").put_object
        assert refused(put, Bucket=embedded_aws.outputs.renditions_bucket, Key="320/x.webp", Body=b"x") == 403

    def test_web_role__cannot_write_items(self, embedded_aws):
        put = embedded_aws.web_client("dynamodb").put_item
        assert (
            refused(put, TableName=embedded_aws.outputs.catalogue_table, Item={"pk": {"S": "photo#x"}}) == 403
        )

    def test_web_role__cannot_send_messages(self, embedded_aws):
        send = embedded_aws.web_client("sqs").send_message
        assert refused(send, QueueUrl=embedded_aws.outputs.thumbnails_queue_url, MessageBody="x") == 403

    def test_web_role__publishes_events(self, embedded_aws):
        answer = embedded_aws.web_client("sns").publish(
            TopicArn=embedded_aws.outputs.photo_events_topic_arn, Message="{}"
        )
        assert answer["MessageId"]
