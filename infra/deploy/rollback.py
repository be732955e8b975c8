"""Go back to a release that is kept: static files, worker, web function; the database stays as it is."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from infra import stacks
from infra.commands import CommandError
from infra.deploy import static_files, web_function
from infra.deploy.drift import Drift
from infra.deploy.manage_function import ManageFunction
from infra.deploy.releases import Releases, migrations_in
from infra.provision import artifacts_bucket

if TYPE_CHECKING:
    from infra.deploy.releases import Release
    from infra.deploy.stages import Deployment


def rollback(deployment: Deployment, version: int | None) -> int:
    """Serve a kept release: the one asked for, else the one before that which serves; return 0.

    Raises:
        CommandError: it is not kept, or its code needs what a contract migration removed.
    """
    options, clients, say = deployment.options, deployment.clients, deployment.say
    began = time.monotonic()
    function = web_function.configuration(clients, options.function_name)
    site = stacks.read(clients.client("cloudformation"), f"contactsheet-{options.stage}-site")
    if function is None or site is None:
        raise CommandError(f"Stage {options.stage!r} is incomplete. Run: make deploy STAGE={options.stage}")
    releases = Releases(clients.client("s3"), artifacts_bucket(clients, options.stage))
    release = releases.choose(version, function["CodeSha256"])
    if release.code_sha256 == function["CodeSha256"]:
        say(f"Version {release.version} serves already.")
        return 0
    manage = ManageFunction(clients, options)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "web.zip"
        releases.download(release, archive)
        _refuse_removed(manage, release, archive)
        sent = static_files.upload(
            clients.client("s3"), site["StaticBucket"], static_files.unpack(archive, Path(folder))
        )
        say(f"{sent} static files uploaded")
    _put_back_worker(deployment, release)
    functions = clients.client("lambda")
    for name in (options.function_name, manage.name):
        functions.update_function_code(FunctionName=name, S3Bucket=release.bucket, S3Key=release.key)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    say(f"Version {release.version} serves after {time.monotonic() - began:.0f} seconds.")
    return 0


def _refuse_removed(manage: ManageFunction, release: Release, archive: Path) -> None:
    """Raise ``CommandError`` if a contract migration that the release doesn't know was applied."""
    unknown = sorted(set(manage.invoke("applied_contracts")) - migrations_in(archive))
    if unknown:
        raise CommandError(
            f"Version {release.version} can't work any more: {', '.join(unknown)} removed what it uses. "
            "Choose a newer version. Nothing was changed."
        )


def _put_back_worker(deployment: Deployment, release: Release) -> None:
    """Give the workers the code of that release; everything else of the stack stays."""
    cloudformation = deployment.clients.client("cloudformation")
    name = f"contactsheet-{deployment.options.stage}"
    found = (stacks.describe(cloudformation, name) or {}).get("Parameters", [])
    values = {"WorkerCodeKey": release.worker_key, "WorkerLayerKey": release.layer_key}
    before = {each["ParameterKey"]: each.get("ParameterValue", "") for each in found}
    if all(before.get(key, "") == value for key, value in values.items()):
        return
    parameters = [
        {"ParameterKey": key, "ParameterValue": values[key]}
        if key in values
        else {"ParameterKey": key, "UsePreviousValue": True}
        for key in before
    ]
    request = {
        "StackName": name,
        "UsePreviousTemplate": True,
        "Parameters": parameters,
        "Capabilities": ["CAPABILITY_IAM"],
    }
    stacks.apply(cloudformation, request, say=deployment.say)
    Drift(deployment.clients, deployment.options).remember(name)
