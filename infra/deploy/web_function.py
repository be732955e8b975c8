"""The web function and its gateway: all calls to Zappa and Lambda."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from infra import stacks
from infra.commands import CommandError, run
from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.deploy.options import Options
    from infra.deploy.releases import Release
    from infra.provision import Clients, Outputs
    from infra.web_package import Layout

ZAPPA_WITHIN_SECONDS = 900
UNKNOWN_ORIGIN = "https://not-yet.invalid"
"""The gallery's origin until CloudFront has assigned one."""
MAXIMUM_ENVIRONMENT_BYTES = 4096
"""Lambda's limit for a function's environment variables."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway's address: a host of its own on AWS, a path on the emulator."""

    api_id: str
    domain: str
    path: str
    port: int


def environment_of(
    options: Options, outputs: Outputs, secrets: Mapping[str, str], site: Mapping[str, str]
) -> dict[str, str]:
    """Return the function's environment variables, from the stacks' outputs, options and secrets.

    Raises:
        CommandError: the database is unknown or the variables exceed Lambda's limit.
    """
    if not secrets["database-url"]:
        raise CommandError(
            "No database is known. Set it once: make deploy STAGE=… DATABASE_URL=postgresql://…"
        )
    origin = site.get("SiteOrigin", UNKNOWN_ORIGIN)
    found = {
        **outputs.web_environment(),
        **options.settings,
        "STAGE": options.stage,
        "SITE_ORIGIN": origin,
        "ALLOWED_HOSTS": urlsplit(origin).netloc,
        "SECRET_KEY": secrets["secret-key"],
        "DATABASE_URL": secrets["database-url"],
        "ORIGIN_SECRET": secrets["origin-secret"],
    }
    if secrets["email-url"]:
        found["EMAIL_URL"] = secrets["email-url"]
    if "PicturesOrigin" in site:
        found["PICTURES_ORIGIN"] = site["PicturesOrigin"]
        found["PICTURES_DISTRIBUTION_ID"] = site["PicturesDistributionId"]
        found["SIGNING_KEY_ID"] = site.get("SigningKeyId", "emulated")
        found["SIGNING_PRIVATE_KEY"] = secrets["signing-key"]
    size_bytes = sum(len(f"{name}{value}".encode()) for name, value in found.items())
    if size_bytes > MAXIMUM_ENVIRONMENT_BYTES:
        raise CommandError(f"The environment variables take {size_bytes} bytes; Lambda allows 4,096.")
    return found


def zappa_settings(
    options: Options, outputs: Outputs, bucket: str, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return the settings that a deployment adds to ``zappa_settings.json``."""
    network = {"SubnetIds": list(options.subnet_ids), "SecurityGroupIds": list(options.security_group_ids)}
    return {
        # Empty lists take a function out of a network; left out, Lambda keeps it there.
        "vpc_config": network,
        "aws_region": options.region,
        "s3_bucket": bucket,
        "role_arn": outputs.web_role_arn,
        "tags": {stacks.STAGE_TAG: options.stage},
        "aws_environment_variables": dict(variables),
    }


def package(layout: Layout, say: Callable[[str], None]) -> Path:
    """Let Zappa make the zip, and return it; it lies beside the layout's folder."""
    run_zappa(layout, say, "package", "--output", "web.zip")
    archive = layout.folder.with_suffix(".zip")
    (layout.folder / "web.zip").replace(archive)
    return archive


def ensure_deployed(
    clients: Clients, options: Options, layout: Layout, release: Release, say: Callable[[str], None]
) -> None:
    """Deploy or update by Zappa; first remove what an interrupted run left incomplete."""
    function = configuration(clients, options.function_name)
    stack = stacks.read(clients.client("cloudformation"), options.function_name)
    if function is not None and stack is None:
        say("removing an incomplete deployment")
        # Zappa deletes every rule that starts the function, and its policy; the last step makes both again.
        stacks.delete(clients.client("cloudformation"), f"contactsheet-{options.stage}-schedules")
        run_zappa(layout, say, "undeploy", "--yes")
        stacks.delete(clients.client("cloudformation"), options.function_name)
        function = None
    run_zappa(layout, say, "deploy" if function is None else "update", "--zip", release.address)


def run_zappa(layout: Layout, say: Callable[[str], None], command: str, *arguments: str) -> str:
    """Run Zappa in the package's folder and return its output.

    Raises:
        CommandError: it failed or took longer than 15 minutes.
    """
    say(" ".join(("zappa", command, *arguments)))
    return run(
        [sys.executable, "-W", "ignore", "-m", "zappa.cli", command, layout.stage, *arguments],
        f"zappa {command} failed.",
        folder=layout.folder,
        environment={**os.environ, "VIRTUAL_ENV": str(layout.environment), "PYTHONDONTWRITEBYTECODE": "1"},
        within_seconds=ZAPPA_WITHIN_SECONDS,
    )


def configuration(clients: Clients, function_name: str) -> dict[str, Any] | None:
    """Return the configuration of a function, or ``None`` if it doesn't exist."""
    with ignoring("ResourceNotFoundException"):
        found: dict[str, Any] = clients.client("lambda").get_function_configuration(
            FunctionName=function_name
        )
        return found
    return None


def ensure_environment(clients: Clients, options: Options, variables: Mapping[str, str]) -> bool:
    """Set the function's variables without a new package; return whether they changed."""
    found = configuration(clients, options.function_name)
    if found is None:
        raise CommandError(f"{options.function_name} does not exist.")
    if found.get("Environment", {}).get("Variables") == dict(variables):
        return False
    functions = clients.client("lambda")
    functions.update_function_configuration(
        FunctionName=options.function_name, Environment={"Variables": dict(variables)}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=options.function_name)
    return True


def find_gateway(clients: Clients, options: Options) -> Gateway:
    """Return the gateway that Zappa made.

    Raises:
        CommandError: there is none.
    """
    apis = clients.client("apigatewayv2").get_apis(MaxResults="500")["Items"]
    matching = [api for api in apis if api["Name"] == options.function_name]
    if not matching:
        raise CommandError("Zappa made no gateway. Run make deploy again.")
    api_id = matching[0]["ApiId"]
    if options.is_emulated:
        parts = urlsplit(options.endpoint_url)
        # A host name of its own would need DNS.
        path = f"/_aws/execute-api/{api_id}/{options.stage}"
        return Gateway(api_id, "localhost", path, parts.port or 80)
    return Gateway(api_id, f"{api_id}.execute-api.{options.region}.amazonaws.com", f"/{options.stage}", 443)
