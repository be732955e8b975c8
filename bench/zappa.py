"""The settings that Zappa's own handler reads, as a deployment would write them."""

from __future__ import annotations

from typing import Any


def handler_settings(django_settings: str) -> dict[str, Any]:
    """Return the contents of the module ``zappa_settings`` of a deployment."""
    return {
        "LOG_LEVEL": "WARNING",
        "ENVIRONMENT_VARIABLES": {},
        "DJANGO_SETTINGS": django_settings,
        "BINARY_SUPPORT": True,
        "EXCEPTION_HANDLER": None,
        "DEBUG": False,
        "DOMAIN": None,
        "BASE_PATH": None,
        "CONTEXT_HEADER_MAPPINGS": {},
        "PROJECT_NAME": "contactsheet",
        "API_STAGE": "bench",
    }
