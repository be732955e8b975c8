"""Own the CloudFront client: make its caches forget a photo's renditions.

Reference: Amazon CloudFront Developer Guide, "What you need to know when invalidating files".
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from gallery.core.outages import StoreUnavailable
from gallery.storage import time_limits
from gallery.storage.aws import client_config, make_client
from thumbworker.contract.policy import EVER

if TYPE_CHECKING:
    from uuid import UUID


class EdgeCacheUnavailable(StoreUnavailable):
    """CloudFront did not answer, or refused."""


@functools.cache
def _client() -> Any:
    return make_client("cloudfront", client_config(read_timeout=settings.STORE_SECONDS["edge_answer"]))


def paths_of(photo_id: UUID) -> list[str]:
    """Return the paths that cover every rendition of the photo, in any format and with any query.

    CloudFront knows ``*`` only at the end of a path. It must be there: the query is part of the cache's key.

    >>> from uuid import UUID
    >>> paths_of(UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11"))[0]
    '/320/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11-*'
    """
    sizes = dict.fromkeys(spec.name for policy in EVER for spec in policy.renditions)
    return [f"/{size}/{photo_id}-*" for size in sizes]


def forget(photo_id: UUID) -> None:
    """Invalidate the photo's renditions. Without a distribution, nothing caches them and nothing is done.

    Raises:
        EdgeCacheUnavailable: CloudFront did not answer, or refused.
    """
    if not settings.PICTURES_DISTRIBUTION_ID:
        return
    paths = paths_of(photo_id)
    batch = {
        "Paths": {"Quantity": len(paths), "Items": paths},
        # A new reference each time: CloudFront ignores a repeated one, also if more was cached since.
        "CallerReference": f"{photo_id}-{uuid4()}",
    }
    try:
        # CloudFront is slower than a store, and what was taken down must not be seen again.
        with time_limits.at_most(settings.STORE_SECONDS["request_longest"]):
            _client().create_invalidation(
                DistributionId=settings.PICTURES_DISTRIBUTION_ID, InvalidationBatch=batch
            )
    except (BotoCoreError, ClientError) as error:
        raise EdgeCacheUnavailable(str(error)) from error
