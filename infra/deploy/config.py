"""Show a stage's choices, and what a deployment will change, before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.deploy.choices import changed_lines
from infra.deploy.stage_secrets import GIVEN, StageSecrets

if TYPE_CHECKING:
    from infra.deploy.stages import Deployment


def announce(deployment: Deployment) -> None:
    """Say which choices this deployment changes: old → new."""
    stage_secrets = StageSecrets(deployment.clients.client("ssm"), deployment.options.stage)
    lines = [
        *changed_lines(list(deployment.options.decisions)),
        *stage_secrets.changed_lines(deployment.environment),
    ]
    if not lines:
        deployment.say("Choices: unchanged.")
        return
    deployment.say("Choices that change:")
    for line in lines:
        deployment.say(f"  {line}")


def show(deployment: Deployment) -> int:
    """Print each choice, its value and where it came from; change nothing."""
    options, say = deployment.options, deployment.say
    say(f"Stage {options.stage} in {options.region}")
    rows = [
        (found.choice.name, found.value or "none", _origin(found.origin, found.before, changes=found.changes))
        for found in options.decisions
    ]
    stage_secrets = StageSecrets(deployment.clients.client("ssm"), options.stage)
    given = stage_secrets.given(deployment.environment)
    for name, variable in GIVEN.items():
        kept = stage_secrets.read(name)
        value = given.get(name, kept)
        origin = "given now" if given.get(name) else ("kept" if value else "default")
        rows.append((variable, "(secret)" if value else "none", origin))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, origin in rows:
        say(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {origin}")
    return 0


def _origin(origin: str, before: str, *, changes: bool) -> str:
    return f"{origin}, was {before or 'none'}" if changes else origin
