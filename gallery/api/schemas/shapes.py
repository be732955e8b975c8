"""What all schemas share: camel case, strict input, times with a time zone."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
)
from pydantic.alias_generators import to_camel

from thumbworker.contract.text import clean_text

NUL_FREE = r"^[^\x00]*$"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
LEFT_OUT: Any = None
"""The default of a field that may be omitted. Sending null is an error."""


class Input(BaseModel):
    """What a client sends. Unknown names are refused, so that a misspelled one is not ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", validate_by_name=False, validate_by_alias=True
    )


class Output(BaseModel):
    """What the API returns. Every name is always present."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


def read_instant(untrusted: Any) -> Any:
    """Return an RFC 3339 time in UTC, limited to the years 1 to 9999."""
    if isinstance(untrusted, datetime):
        return untrusted
    if not isinstance(untrusted, str) or not INSTANT.fullmatch(untrusted):
        raise ValueError("An instant looks like 2026-05-01T12:00:00Z.")
    instant = datetime.fromisoformat(untrusted.upper())
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return EARLIEST if instant.year == 1 else LATEST


def read_whole(untrusted: Any) -> Any:
    """Return a number without a fraction as an integer. In JSON, 60.0 is one as much as 60."""
    return int(untrusted) if isinstance(untrusted, float) and untrusted.is_integer() else untrusted


Whole = Annotated[StrictInt, BeforeValidator(read_whole)]


def read_day(untrusted: Any) -> Any:
    """Return a day, such as 2026-05-01."""
    if not isinstance(untrusted, str) or not DAY.fullmatch(untrusted):
        raise ValueError("A day looks like 2026-05-01.")
    return date.fromisoformat(untrusted)


Day = Annotated[date, BeforeValidator(read_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(read_instant)]
Words = Annotated[StrictStr, Field(pattern=NUL_FREE)]


def cleaned(maximum: int, *, lines: bool = False) -> AfterValidator:
    """Return a validator that removes control and hidden characters."""

    def clean(untrusted: str) -> str:
        text = clean_text(untrusted, lines=lines)
        # Normalization can lengthen text.
        if len(text) > maximum:
            raise ValueError(f"This text can have up to {maximum} characters.")
        return text

    return AfterValidator(clean)


class FieldProblem(Output):
    """An invalid value."""

    where: str = Field(description="Place of the value, such as body.uploads.0.sizeBytes.")
    message: str


class ProblemDocument(Output):
    """An error (RFC 9457). Decide by `reason` and show `detail`."""

    type: str = Field(description="URL that explains the reason, relative to this site.")
    title: str
    status: int
    detail: str = Field(description="A sentence for people.")
    reason: str = Field(description="Stable reason code.")
    errors: list[FieldProblem] = Field(description="The invalid values, if any.")
