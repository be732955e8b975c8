"""The desk's part for people: room, trust and rights; for admins only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.forms import CheckboxSelectMultiple
from django.template.defaultfilters import filesizeformat

from gallery.accounts.groups import TRUSTED, trusted_group
from gallery.accounts.models import Invitation, User
from gallery.core.paginator import CappedPaginator
from gallery.photos.models import Photo
from gallery.processing import account_deletion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

# The two groups are made by a migration and given to people; what they allow is the gallery's business.
admin.site.unregister(Group)


class ForAdminsOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Whoever may give rights could give them to themselves, so nobody less than an admin gets here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the models to admins."""
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let admins look."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let admins add."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let admins change."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let admins delete."""
        return bool(request.user.is_superuser)


@admin.register(User)
class PersonAdmin(ForAdminsOnly, UserAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """People, their room and whether they are trusted. Deleting one deletes their photos, too."""

    actions = ("trust", "stop_trusting")
    paginator = CappedPaginator
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_display = (
        "username",
        "email",
        "used",
        "quota",
        "is_trusted",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("username", "email")
    ordering = ("-pk",)
    filter_horizontal = ()
    readonly_fields = ("used", "last_login", "date_joined", "left_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "email", "password")}),
        ("Room", {"fields": ("quota_bytes", "used")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("date_joined", "last_login", "left_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch everybody's groups by one query, for the column of the trusted."""
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show groups as boxes to tick."""
        return super().formfield_for_manytomany(
            db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple()}
        )

    @admin.display(description="used", ordering="used_bytes")
    def used(self, person: User) -> str:
        """Say how much room is used."""
        return filesizeformat(person.used_bytes)

    @admin.display(description="room", ordering="quota_bytes")
    def quota(self, person: User) -> str:
        """Say how much room there is."""
        return filesizeformat(person.quota_bytes)

    @admin.display(description="trusted", boolean=True)
    def is_trusted(self, person: User) -> bool:
        """Tell whether the person is in the group of the trusted."""
        return any(group.name == TRUSTED for group in person.groups.all())

    @admin.action(description="Trust: their photos need no review")
    def trust(self, request: HttpRequest, people: Iterable[User]) -> None:
        """Put people into the group of the trusted."""
        trusted_group().user_set.add(*people)
        self.message_user(request, "Their photos are approved once processed.", messages.SUCCESS)

    @admin.action(description="Stop trusting: their photos need review")
    def stop_trusting(self, request: HttpRequest, people: Iterable[User]) -> None:
        """Take people out of the group of the trusted."""
        trusted_group().user_set.remove(*people)
        self.message_user(request, "Their new photos wait for review.", messages.SUCCESS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete others; one's own account is deleted on its own page, where the password is asked."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.pk != request.user.pk)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out deleting many at once: it is never what was meant."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say what will go, without reading every photo."""
        people = list(objs)
        photos = Photo.objects.filter(owner__in=people).count()
        said = [f"The account {person.get_username()}" for person in people]
        return [*said, f"{photos} photos with their originals"], {"photos": photos}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete as the person would: photos first, each leaving its deletion record."""
        if not account_deletion.delete_account(obj):
            self.message_user(request, "The last of the photos are deleted by the next sweeps.")


@admin.register(Invitation)
class InvitationAdmin(ForAdminsOnly):
    """Who invited whom; deleting an open invitation takes it back."""

    list_display = ("__str__", "created_by", "created_at", "expires_at", "used_by", "used_at")
    list_select_related = ("created_by", "used_by")
    list_per_page = 100
    list_max_show_all = 100
    paginator = CappedPaginator
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("note", "created_by", "created_at", "expires_at", "used_by", "used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Invitations are made on their own page, which shows the link."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """There is nothing to change."""
        return False
