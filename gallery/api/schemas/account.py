"""The caller's own account."""

from datetime import datetime

from pydantic import Field

from gallery.api.schemas.shapes import Told


class LimitOut(Told):
    """How many requests of a kind are allowed a minute in the long run, and at once."""

    per_minute: int
    burst: int


class AccountOut(Told):
    """Who the token acts for, what it may do, and how much room is left."""

    name: str = Field(examples=["alice"])
    scopes: list[str] = Field(examples=[["read", "upload"]])
    token_expires_at: datetime
    used_bytes: int
    quota_bytes: int
    limits: dict[str, LimitOut]
