"""The environment variables, read once at cold start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIRED = (
    "ORIGINALS_BUCKET",
    "RENDITIONS_BUCKET",
    "CATALOGUE_TABLE",
    "PHOTO_EVENTS_TOPIC_ARN",
    "SITE_ORIGIN",
    "AWS_REGION",
)


class SettingsMissing(Exception):
    """Some settings are missing; ``names`` lists them all."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"Set these environment variables: {', '.join(names)}")
        self.names = names


@dataclass(frozen=True, slots=True)
class Environment:
    """Names of the stores, the site and the stage. ``endpoint_url`` is set for an emulator only."""

    originals_bucket: str
    renditions_bucket: str
    catalogue_table: str
    photo_events_topic_arn: str
    site_origin: str
    region: str
    stage: str = "local"
    endpoint_url: str | None = None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Read the environment's variables.

        Raises:
            SettingsMissing: one or more are absent or empty.
        """
        missing = [name for name in REQUIRED if not variables.get(name)]
        if missing:
            raise SettingsMissing(missing)
        return cls(
            originals_bucket=variables["ORIGINALS_BUCKET"],
            renditions_bucket=variables["RENDITIONS_BUCKET"],
            catalogue_table=variables["CATALOGUE_TABLE"],
            photo_events_topic_arn=variables["PHOTO_EVENTS_TOPIC_ARN"],
            site_origin=variables["SITE_ORIGIN"],
            region=variables["AWS_REGION"],
            stage=variables.get("STAGE") or "local",
            endpoint_url=variables.get("AWS_ENDPOINT_URL") or None,
        )
