"""Remove a stage, but never photos."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from infra import stacks
from infra.deploy import static_files, web_function
from infra.deploy.account import ignoring
from infra.deploy.kept_choices import KeptChoices
from infra.deploy.manage_function import ManageFunction
from infra.deploy.stage_secrets import StageSecrets
from infra.provision import artifacts_bucket
from infra.web_package import Layout, lay_out

if TYPE_CHECKING:
    from infra.deploy.stages import Deployment


def destroy(deployment: Deployment) -> list[str]:
    """Remove the stage's resources; return the buckets that were kept because they are not empty."""
    options, clients, say = deployment.options, deployment.clients, deployment.say
    cloudformation, s3 = clients.client("cloudformation"), clients.client("s3")
    main_stack = f"contactsheet-{options.stage}"
    main = stacks.read(cloudformation, main_stack) or {}
    say("1/4 Alarms, schedules and CloudFront")
    site = stacks.read(cloudformation, f"{main_stack}-site") or {}
    if "StaticBucket" in site:
        static_files.empty(s3, site["StaticBucket"])
    for part in ("watch", "schedules", "site"):
        stacks.delete(cloudformation, f"{main_stack}-{part}")
    if deployment.firewall_clients is not None:
        stacks.delete(
            deployment.firewall_clients.client("cloudformation"), f"{main_stack}-firewall-{options.region}"
        )
    say("2/4 Web function and gateway")
    if web_function.configuration(clients, options.function_name) is not None:
        web_function.run_zappa(_bare_layout(deployment), say, "undeploy", "--yes")
    stacks.delete(cloudformation, options.function_name)
    ManageFunction(clients, options).delete()
    say("3/4 Buckets, queues, table, workers")
    stacks.delete(cloudformation, main_stack)
    kept = [
        bucket
        for name in ("OriginalsBucket", "RenditionsBucket")
        if (bucket := main.get(name)) and not _delete_if_empty(s3, bucket)
    ]
    _delete_code(s3, artifacts_bucket(clients, options.stage))
    say("4/4 Secrets and choices")
    KeptChoices(clients.client("ssm"), options.stage).forget()
    if kept:
        # Using the photos again takes the database's address and the same secret key.
        say("Secrets are kept, because photos are.")
    else:
        StageSecrets(clients.client("ssm"), options.stage).forget()
    shutil.rmtree(deployment.cache / options.stage, ignore_errors=True)
    (deployment.cache / options.stage).with_suffix(".zip").unlink(missing_ok=True)
    return kept


def _bare_layout(deployment: Deployment) -> Layout:
    """Make a package from which Zappa can only undeploy."""
    settings = {"aws_region": deployment.options.region, "s3_bucket": "not-needed-to-undeploy"}
    return lay_out(deployment.options.stage, deployment.options.target, settings, cache=deployment.cache)


def _delete_code(s3: Any, bucket: str) -> None:
    """Delete the uploaded code; the next deployment uploads it again."""
    with ignoring("NoSuchBucket"):
        static_files.empty(s3, bucket)
        s3.delete_bucket(Bucket=bucket)


def _delete_if_empty(s3: Any, bucket: str) -> bool:
    with ignoring("BucketNotEmpty"):
        with ignoring("NoSuchBucket"):
            s3.delete_bucket(Bucket=bucket)
        return True
    return False
