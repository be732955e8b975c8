"""The moderators' desk: Django's admin behind the gallery's own sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.template.response import TemplateResponse


UNUSED = {"autocomplete", "view_on_site"}


class ModerationSite(AdminSite):
    """One door for everybody: who may not come in is told so instead of being asked to sign in again."""

    site_header = "Contactsheet"
    site_title = "Contactsheet"
    index_title = "Desk"
    empty_value_display = "–"

    def get_urls(self) -> list[Any]:
        """Leave out what nothing here uses: the fewer doors, the fewer to watch."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in UNUSED]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Leave the list of models to admins: for moderators there is one, and photographs need the room."""
        context = super().each_context(request)
        return context | {"is_nav_sidebar_enabled": bool(request.user.is_superuser)}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Lead to the gallery's own page, where tries are counted and addresses are known, too."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        back = request.GET.get(REDIRECT_FIELD_NAME, "") or reverse("admin:index")
        # The sign-in page looks at where it leads and keeps to the gallery.
        return redirect_to_login(back)

    def password_change(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> TemplateResponse:
        """Lead to the gallery's own page."""
        return redirect("password-change")  # type: ignore[return-value]  # any response does

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Begin with what is to be done: the queue. All else is in the list beside it."""
        if request.user.has_perm("photos.moderate_photo"):
            return redirect("admin:photos_photo_changelist")  # type: ignore[return-value]
        return super().index(request, extra_context)
