"""Django's admin behind the gallery's own sign-in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from gallery.accounts import staff_mfa

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.template.response import TemplateResponse


UNUSED = {"autocomplete", "view_on_site"}


class ModerationSite(AdminSite):
    """Redirects visitors to the gallery's sign-in page, and refuses signed-in users without permission."""

    site_header = "Contactsheet"
    site_title = "Contactsheet"
    index_title = _("Review")
    empty_value_display = "–"

    def get_urls(self) -> list[Any]:
        """Leave out unused views, and add those that belong to no model's page."""
        # Imported here, because Django creates the site before the models are ready.
        from gallery.moderation.album_words import album_words  # noqa: PLC0415
        from gallery.moderation.blocks import block_person  # noqa: PLC0415
        from gallery.moderation.owner_names import owner_names  # noqa: PLC0415
        from gallery.moderation.takedowns import take_down  # noqa: PLC0415

        block = path("accounts/user/<int:user_id>/block/", self.admin_view(block_person), name="person-block")
        takedown = path(
            "photos/photo/<uuid:photo_id>/take-down/", self.admin_view(take_down), name="photo-take-down"
        )
        words = path("albums/words/", self.admin_view(album_words), name="album-words")
        names = path("accounts/names/", self.admin_view(owner_names), name="owner-names")
        return [takedown, block, words, names] + [
            pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in UNUSED
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Show the sidebar to admins only: moderators have one model."""
        context = super().each_context(request)
        return context | {"is_nav_sidebar_enabled": bool(request.user.is_superuser)}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Send staff who still need two-step sign-in there first, once their grace is over."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and staff_mfa.is_overdue(request.user):
                messages.error(request, _("Your role needs two-step sign-in. Set it up to go on."))
                return redirect("mfa_index")
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Redirect to the gallery's sign-in page, which limits attempts and accepts email addresses."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        back = request.GET.get(REDIRECT_FIELD_NAME, "") or reverse("admin:index")
        # The sign-in page checks that ``next`` stays in the gallery.
        return redirect_to_login(back)

    def password_change(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> TemplateResponse:
        """Redirect to the gallery's own page."""
        return redirect("password-change")  # type: ignore[return-value]  # any response does

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Redirect moderators to the review page."""
        if request.user.has_perm("photos.moderate_photo"):
            return redirect("admin:photos_photo_changelist")  # type: ignore[return-value]
        return super().index(request, extra_context)
