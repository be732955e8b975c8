"""The environment of the gallery's processes in a local run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infra.embedded import REGION
from infra.local.folder import FOLDER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.local.folder import Folder
    from infra.provision import Outputs

KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TZ", "TMPDIR")
"""Variables passed on from the terminal; all others, such as AWS credentials, are dropped."""

CHOICES = {
    "SIGN_UP": "open",
    "MODERATORS_MAY_DECIDE_OWN": "false",
    "STAFF_MFA": "false",
    "DEFAULT_QUOTA_BYTES": str(5 * 1024**3),
    "ALBUMS_PER_ACCOUNT": "1000",
    "EMAIL_URL": "consolemail://",
    "DEBUG": "false",
    "LOG_LEVEL": "WARNING",
    "LOCAL_FREE_BYTES": str(512 * 1024**2),
    "API_READS_PER_MINUTE": "600",
    "API_WRITES_PER_MINUTE": "240",
    "API_IMPORTS_PER_MINUTE": "200",
}
"""Settings that may be set in the environment of ``make run``, with their defaults."""


def web_environment(
    folder: Folder,
    outputs: Outputs,
    *,
    site_origin: str,
    endpoint_url: str,
    given: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return the whole environment of web, scheduler and ``manage.py``."""
    return {
        **{name: given[name] for name in KEPT if name in given},
        **{name: given.get(name, usual) for name, usual in CHOICES.items()},
        **outputs.web_environment(),
        "DATABASE_URL": given.get("DATABASE_URL", folder.database_url),
        FOLDER_VARIABLE: str(folder.path),
        "SECRET_KEY": folder.secret_key(),
        "SITE_ORIGIN": site_origin,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        # The role is assumed here even if AWS_ENDPOINT_URL is pointed elsewhere for an experiment.
        "AWS_ENDPOINT_URL_STS": endpoint_url,
        "AWS_PROFILE": "web",
        "AWS_CONFIG_FILE": str(folder.aws_config_file),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "DJANGO_SETTINGS_MODULE": "gallery.settings",
        "PYTHONUNBUFFERED": "1",
    }
