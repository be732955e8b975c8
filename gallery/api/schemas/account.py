"""The caller's own account."""

from datetime import datetime

from pydantic import Field

from gallery.api.schemas.shapes import Output


class LimitOut(Output):
    """Requests of one kind allowed per minute, and at once."""

    per_minute: int
    burst: int


class AccountOut(Output):
    """The token's account, scopes, storage and rate limits."""

    name: str = Field(description="The username.", examples=["alice"])
    display_name: str = Field(
        description="The name you gave yourself; empty if none.", examples=["Alice Bergström"]
    )
    owner_name: str = Field(
        description="The name that others read: an approved display name, or the username.",
        examples=["Alice Bergström"],
    )
    scopes: list[str] = Field(examples=[["read", "upload"]])
    token_expires_at: datetime
    used_bytes: int
    quota_bytes: int
    limits: dict[str, LimitOut]
