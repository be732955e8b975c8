"""The two AWS fixtures do what their docstrings say."""

import json
import uuid

from tests.stage import ENVIRONMENT


def test_moto__uses_the_names_of_the_environment(moto_aws):
    assert moto_aws.outputs.environment().items() <= ENVIRONMENT.items()


def test_moto__queue_gets_originals(moto_aws):
    key = f"originals/{uuid.uuid4()}"
    moto_aws.client("s3").put_object(
        Bucket=moto_aws.outputs.originals_bucket, Key=key, Body=b"x", ContentType="image/jpeg"
    )
    (message,) = moto_aws.messages()
    assert json.loads(message["Body"])["Records"][0]["eventName"] == "ObjectCreated:Put"


def test_moto__queue_gets_no_other_object(moto_aws):
    moto_aws.client("s3").put_object(Bucket=moto_aws.outputs.originals_bucket, Key="elsewhere/x", Body=b"x")
    assert moto_aws.messages() == []


def test_embedded__uses_the_names_of_the_environment(embedded_aws):
    assert embedded_aws.outputs.environment().items() <= ENVIRONMENT.items()
