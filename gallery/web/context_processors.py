"""What every page needs to know of accounts."""

from django.conf import settings
from django.http import HttpRequest


def sign_up(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 - Django's signature
    """Tell templates whether to offer an account: ``open``, ``invitation`` or ``closed``."""
    return {"sign_up_mode": settings.SIGN_UP}
