"""The addresses that machines ask whether the gallery lives and is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.operations import health

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is asked."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether all that a page needs answers, and name what does not."""
    parts = health.check()
    down = [part.name for part in parts if not part.is_up]
    return JsonResponse({"ready": not down, "down": down}, status=503 if down else 200)
