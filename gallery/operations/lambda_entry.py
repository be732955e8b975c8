"""The entry point of the web's Lambda function: Zappa's, with two corrections to its answers.

Importing it starts Django, so a cold start happens in Lambda's init phase and not in a request.
"""

from __future__ import annotations

from typing import Any

from zappa.handler import LambdaHandler

LambdaHandler()


def lambda_handler(event: dict[str, Any], context: object) -> Any:
    """Answer a gateway's event, a schedule or a command."""
    answer = LambdaHandler.lambda_handler(event, context)
    if isinstance(answer, dict) and "statusCode" in answer:
        # Zappa sends null for an empty body, which not every gateway accepts.
        answer["body"] = answer.get("body") or ""
        if "cookies" in answer:
            # Zappa sends each cookie twice.
            answer["cookies"] = list(dict.fromkeys(answer["cookies"]))
    return answer
