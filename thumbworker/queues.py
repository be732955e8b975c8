"""The queues that the worker is called from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker.aws import open_sqs, unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from thumbworker.environment import Environment

LONG_POLL_TIMEOUT_SECONDS = 25.0
"""Longer than a long poll of 20 s."""


@dataclass(frozen=True, slots=True)
class SqsQueues:
    """The queues that the worker is called from."""

    client: SQSClient

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        """Make the message visible again after so many seconds, instead of the queue's own timeout."""
        account, name = queue_arn.split(":")[4:6]
        # The URL follows from the ARN: no GetQueueUrl, so one call and one permission fewer.
        queue_url = f"{self.client.meta.endpoint_url}/{account}/{name}"
        with unavailable("ChangeMessageVisibility"):
            self.client.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )

    def receive(self, queue_url: str, *, wait_seconds: int) -> list[dict[str, Any]]:
        """Return up to ten messages in the shape of Lambda's SQS records."""
        with unavailable("ReceiveMessage"):
            answer = self.client.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message["Attributes"]),
            }
            for message in answer.get("Messages", ())
        ]

    def queue_arn(self, queue_url: str) -> str:
        """Return the queue's ARN."""
        with unavailable("GetQueueAttributes"):
            answer = self.client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def delete(self, queue_url: str, receipt_handle: str) -> None:
        """Acknowledge one message."""
        with unavailable("DeleteMessage"):
            self.client.delete_message(QueueUrl=queue_url, ReceiptHandle=receipt_handle)


def open_queues(environment: Environment) -> SqsQueues:
    """Return the queues on SQS."""
    return SqsQueues(open_sqs(environment, read_timeout=LONG_POLL_TIMEOUT_SECONDS))
