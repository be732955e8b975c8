"""Names and addresses of the resources that the stacks of a stage created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Names:
    """The resources to check; empty ones are not checked.

    ``signing_public_key`` is the PEM of the key that the gallery signs with. ``is_emulated`` means that an
    emulator takes the place of AWS; it uses plain HTTP and has neither lifecycle rules nor time to live.
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
    dashboard: str = ""
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
        """Return the names in the outputs of the main, site and watch stacks."""
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
            dashboard=watch.get("DashboardName", ""),
            budget=watch.get("BudgetName", ""),
            is_emulated=is_emulated,
        )

    @property
    def account(self) -> str:
        """Return the AWS account ID."""
        return self.topic_arn.split(":")[4]

    @property
    def worker_functions(self) -> dict[str, str]:
        """Return the function that reads each queue, by the name of the queue."""
        prefix = f"contactsheet-{self.stage}"
        return {f"{prefix}-thumbnails": f"{prefix}-thumbworker", f"{prefix}-imports": f"{prefix}-imports"}
