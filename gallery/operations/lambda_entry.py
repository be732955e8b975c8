"""The web function's entry point: Zappa's, with two of its answers put right.

Importing it starts Django, within the phase that Lambda does not bill to a visitor's patience.
"""

from __future__ import annotations

from typing import Any

from zappa.handler import LambdaHandler

LambdaHandler()


def lambda_handler(event: dict[str, Any], context: object) -> Any:
    """Answer a gateway's event, a schedule or a command."""
    answer = LambdaHandler.lambda_handler(event, context)
    if isinstance(answer, dict) and "statusCode" in answer:
        # An answer without a body is null to Zappa, which not every gateway takes for empty.
        answer["body"] = answer.get("body") or ""
        if "cookies" in answer:
            # Each comes twice out of Zappa.
            answer["cookies"] = list(dict.fromkeys(answer["cookies"]))
    return answer
