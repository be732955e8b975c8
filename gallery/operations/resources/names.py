"""What the stacks of a stage made, by name or address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Names:
    """Where to look; what is empty is not looked at.

    ``signing_public_key`` is the PEM of the key that the gallery signs with. ``is_emulated`` says that an
    emulator stands for AWS, which speaks plain http and keeps neither lifecycle rules nor a time to live.
    """

    stage: str
    site_origin: str
    originals_bucket: str
    renditions_bucket: str
    catalogue_table: str
    topic_arn: str
    queue_urls: tuple[str, ...]
    web_function: str = ""
    static_bucket: str = ""
    distributions: tuple[str, ...] = ()
    signing_key_id: str = ""
    signing_public_key: str = ""
    operator_topic_arn: str = ""
    budget: str = ""
    is_emulated: bool = False

    @classmethod
    def from_outputs(
        cls,
        stage: str,
        outputs: Mapping[str, str],
        site: Mapping[str, str],
        watch: Mapping[str, str],
        *,
        web_function: str = "",
        signing_public_key: str = "",
        is_emulated: bool = False,
    ) -> Names:
        """Read them from the outputs of the main stack, of that of CloudFront and of that of alarms."""
        distributions = ("SiteDistributionId", "PicturesDistributionId")
        return cls(
            stage=stage,
            site_origin=site["SiteOrigin"],
            originals_bucket=outputs["OriginalsBucket"],
            renditions_bucket=outputs["RenditionsBucket"],
            catalogue_table=outputs["CatalogueTable"],
            topic_arn=outputs["PhotoEventsTopicArn"],
            queue_urls=tuple(value for name, value in sorted(outputs.items()) if name.endswith("QueueUrl")),
            web_function=web_function,
            static_bucket=site.get("StaticBucket", ""),
            distributions=tuple(site[name] for name in distributions if name in site),
            signing_key_id=site.get("SigningKeyId", ""),
            signing_public_key=signing_public_key,
            operator_topic_arn=watch.get("OperatorTopicArn", ""),
            budget=watch.get("BudgetName", ""),
            is_emulated=is_emulated,
        )

    @property
    def account(self) -> str:
        """Return the account's number."""
        return self.topic_arn.split(":")[4]

    @property
    def worker_functions(self) -> dict[str, str]:
        """Return the functions behind the queues, by the queue's name."""
        prefix = f"contactsheet-{self.stage}"
        return {f"{prefix}-thumbnails": f"{prefix}-thumbworker", f"{prefix}-imports": f"{prefix}-imports"}
