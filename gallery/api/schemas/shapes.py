"""What all shapes share: camel case, strict input, instants with a time zone."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictStr
from pydantic.alias_generators import to_camel

NUL_FREE = r"^[^\x00]*$"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
LEFT_OUT: Any = None
"""The default of what may be left out but, unlike null in JSON, never sent as nothing."""


class Given(BaseModel):
    """What a client sends: unknown names are refused, so that no misspelt wish is silently ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", validate_by_name=False, validate_by_alias=True
    )


class Told(BaseModel):
    """What the gallery answers: every name is always there."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


def read_instant(untrusted: Any) -> Any:
    """Return an instant of RFC 3339 in UTC; what lies outside the calendar becomes its edge."""
    if isinstance(untrusted, datetime):
        return untrusted
    if not isinstance(untrusted, str) or not INSTANT.fullmatch(untrusted):
        raise ValueError("An instant looks like 2026-05-01T12:00:00Z.")
    instant = datetime.fromisoformat(untrusted.upper())
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return EARLIEST if instant.year == 1 else LATEST


Instant = Annotated[AwareDatetime, BeforeValidator(read_instant)]
Words = Annotated[StrictStr, Field(pattern=NUL_FREE)]


class FieldProblem(Told):
    """What is wrong with one value."""

    where: str = Field(description="Place of the value, such as body.uploads.0.sizeBytes.")
    message: str


class ProblemDocument(Told):
    """A refusal (RFC 9457): decide by `reason`, show `detail`."""

    type: str = Field(description="Address of the reason's explanation, relative to this site.")
    title: str
    status: int
    detail: str = Field(description="A sentence for people.")
    reason: str = Field(description="Stable reason code.")
    errors: list[FieldProblem] = Field(description="What is wrong with which value; else empty.")
