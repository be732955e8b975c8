"""Start the embedded AWS with the template applied, whatever state the last run left."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from botocore.exceptions import WaiterError

from infra.embedded import REGION, ROOT_ACCESS_KEY_ID
from infra.provision import Outputs, Parameters, provision

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_lambda.type_defs import WaiterConfigTypeDef

    from infra.embedded import EmbeddedAws


def start(aws: EmbeddedAws, parameters: Parameters) -> Outputs:
    """Start it and apply the template; if anything changed, restart it to save the change.

    ministack saves its state only at a graceful stop. After the restart, a kill can lose messages that wait,
    but no object, item, bucket, queue or function.

    Raises:
        CommandError: it did not start, or the template could not be applied.
    """
    saved = aws.folder / "state" / "saved"
    objects, aside = aws.folder / "s3", aws.folder / "s3-set-aside"
    if not saved.exists():
        # Objects without their state: CloudFormation can't create buckets that exist.
        move_files(objects, aside)
        shutil.rmtree(aws.folder / "state", ignore_errors=True)
    aws.start()
    provisioned = provision(aws, parameters)
    woken = wait_for_functions(aws, provisioned.outputs)
    if provisioned.changed or woken or not saved.exists():
        aws.stop()
        move_files(aside, objects)
        saved.touch()
        aws.start()
    return provisioned.outputs


def is_state_lost(aws: EmbeddedAws) -> bool:
    """Return whether there are objects of an earlier run, but not its state: someone removed the folder."""
    return not (aws.folder / "state" / "saved").exists() and any(
        (aws.folder / name).exists() for name in ("s3", "s3-set-aside")
    )


def wait_for_functions(aws: EmbeddedAws, outputs: Outputs) -> bool:
    """Wait until the functions are active. Return whether one had to be changed for it.

    A function that was saved while it was pending stays so until it is changed again.

    Raises:
        botocore.exceptions.WaiterError: it does not become active.
    """
    functions = aws.client("lambda")
    active = functions.get_waiter("function_active_v2")
    soon: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 5}
    woken = False
    for name in (outputs.worker_function_name, outputs.imports_function_name):
        try:
            active.wait(FunctionName=name, WaiterConfig=soon)
        except WaiterError:
            timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
            functions.update_function_configuration(FunctionName=name, Timeout=timeout)
            active.wait(FunctionName=name, WaiterConfig=soon)
            woken = True
    return woken


def parameters(site_origin: str, worker_zip: Path) -> Parameters:
    """Return the template's parameters for one machine.

    Each concurrent batch is a process that unpacks and imports the worker: more of them than cores slow all
    down.
    """
    return Parameters(
        "local",
        site_origin,
        worker_zip,
        require_tls=False,
        one_machine=True,
        import_loopback_port=os.environ.get("IMPORT_LOOPBACK_PORT", ""),
    )


def warm_worker(aws: EmbeddedAws, outputs: Outputs) -> None:
    """Start the worker's first process before the first photo arrives."""
    aws.client("lambda").invoke(
        FunctionName=outputs.worker_function_name, InvocationType="Event", Payload=b'{"Records": []}'
    )


def move_files(source: Path, destination: Path) -> None:
    """Move every file that the destination does not have, then remove the source; safe to repeat."""
    for path in sorted(source.rglob("*")):
        target = destination / path.relative_to(source)
        if path.is_file() and not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(target)
    shutil.rmtree(source, ignore_errors=True)


def web_role_config(aws: EmbeddedAws, outputs: Outputs) -> str:
    """Return an AWS configuration whose profile ``web`` assumes the web's role and renews it."""
    return f"""\
[profile root]
aws_access_key_id = {ROOT_ACCESS_KEY_ID}
aws_secret_access_key = {aws.root_secret}

[profile web]
region = {REGION}
role_arn = {outputs.web_role_arn}
role_session_name = web
source_profile = root
duration_seconds = 43200
"""
