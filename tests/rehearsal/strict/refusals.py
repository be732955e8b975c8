"""A refusal, and the answer that carries it in the protocol of its service."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape


class Refused(Exception):
    """AWS refuses this call with this error code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Take AWS's own code and words."""
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def answer(refused: Refused, service: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body as the service's SDK reads them."""
    if service in {"cloudformation", "iam", "sqs", "sns", "monitoring", "sts"}:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{refused.code}</Code>"
            f"<Message>{escape(refused.message)}</Message></Error><RequestId>strict</RequestId></ErrorResponse>"
        )
        return refused.status, {"Content-Type": "text/xml"}, body.encode()
    if service in {"s3", "cloudfront"}:
        body = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
        return refused.status, {"Content-Type": "application/xml"}, body.encode()
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refused.code}
    found = {"__type": refused.code, "message": refused.message, "Message": refused.message}
    return refused.status, headers, json.dumps(found).encode()
