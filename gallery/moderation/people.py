"""Users and invitations in the admin: quota, trust and permissions, for admins only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.forms import CheckboxSelectMultiple
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gallery.accounts import audit, notices, rights
from gallery.accounts.models import AccountEvent, Invitation, User
from gallery.accounts.reauthentication import ask_again
from gallery.accounts.signals import access_ended
from gallery.accounts.trust import TRUSTED, trusted_group
from gallery.core.admin import LargeTableAdmin, UnchangeableAdmin
from gallery.photos.models import Photo
from gallery.processing import account_deletion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

Kind = AccountEvent.Kind

# The two groups come from a migration. Admins assign them to users and do not edit their permissions.
# django-allauth's rows follow the pages of the account; they are not edited by hand.
for model in Group, EmailAddress, Authenticator, UserSession:
    admin.site.unregister(model)


class ForAdminsOnly(LargeTableAdmin):
    """For superusers only, because these pages grant permissions."""

    def has_module_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Allow admins everything, and others nothing."""
        return bool(request.user.is_superuser)

    has_view_permission = has_module_permission
    has_add_permission = has_module_permission
    has_change_permission = has_module_permission
    has_delete_permission = has_module_permission


# These pages set any address, password and right, also the admin's own, without the old password.
@admin.register(User)
@method_decorator(ask_again(), name="changelist_view")
@method_decorator(ask_again(to_look=True), name="changeform_view")
@method_decorator(ask_again(to_look=True), name="delete_view")
@method_decorator(ask_again(to_look=True), name="user_change_password")
class PersonAdmin(ForAdminsOnly, UserAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Users, their quota and whether they are trusted. Deleting a user deletes their photos, too."""

    actions = ("trust", "stop_trusting", "block")
    show_facets = admin.ShowFacets.NEVER
    list_display = (
        "username",
        "email",
        "used",
        "quota",
        "is_trusted",
        "is_blocked",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("username", "email", "display_name")
    ordering = ("-pk",)
    filter_horizontal = ()
    readonly_fields = ("name", "used", "blocked", "last_login", "date_joined", "left_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "name", "email", "password")}),
        (_("Storage"), {"fields": ("quota_bytes", "used")}),
        (_("Permissions"), {"fields": ("is_active", "blocked", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("date_joined", "last_login", "left_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Prefetch groups and blocks, for the columns "trusted" and "blocked"."""
        return super().get_queryset(request).select_related("block").prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show groups as checkboxes."""
        return super().formfield_for_manytomany(
            db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple()}
        )

    @admin.display(description=_("used"), ordering="used_bytes")
    def used(self, person: User) -> str:
        """Return the bytes used, for people."""
        return filesizeformat(person.used_bytes)

    @admin.display(description=_("quota"), ordering="quota_bytes")
    def quota(self, person: User) -> str:
        """Return the quota, for people."""
        return filesizeformat(person.quota_bytes)

    @admin.display(description=_("trusted"), boolean=True)
    def is_trusted(self, person: User) -> bool:
        """Return whether the user is in the Trusted group."""
        return any(group.name == TRUSTED for group in person.groups.all())

    @admin.display(description=_("blocked"), boolean=True)
    def is_blocked(self, person: User) -> bool:
        """Return whether the user's photos are hidden."""
        return hasattr(person, "block")

    @admin.display(description=_("display name"))
    def name(self, person: User) -> str:
        """Return the display name, with a link to the page that decides about it."""
        if not person.display_name:
            return self.admin_site.empty_value_display
        address = reverse("admin:owner-names", query={"person": person.pk})
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, person.display_name)

    @admin.display(description=_("blocked"))
    def blocked(self, person: User) -> str:
        """Return a link to the page that blocks the user or ends the block."""
        if person.pk is None:
            return self.admin_site.empty_value_display
        label = _("Blocked; end the block…") if hasattr(person, "block") else _("Not blocked; block…")
        return format_html('<a href="{}">{}</a>', reverse("admin:person-block", args=[person.pk]), label)

    @admin.action(description=_("Block…"))
    def block(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Go to the page that asks why, for one user at a time."""
        ids = list(people.values_list("pk", flat=True)[:2])
        if len(ids) == 1:
            return redirect("admin:person-block", ids[0])
        self.message_user(request, _("Select one person: each block has its own reason."), messages.WARNING)
        return None

    @admin.action(description=_("Trust: approve their new photos without review"))
    def trust(self, request: HttpRequest, people: Iterable[User]) -> None:
        """Add users to the Trusted group."""
        before = rights.rights_of([person.pk for person in people])
        trusted_group().user_set.add(*people)
        self._record_rights(request, before)
        self.message_user(request, _("Their new photos will be approved without review."), messages.SUCCESS)

    @admin.action(description=_("Stop trusting: review their new photos"))
    def stop_trusting(self, request: HttpRequest, people: Iterable[User]) -> None:
        """Remove users from the Trusted group."""
        before = rights.rights_of([person.pk for person in people])
        trusted_group().user_set.remove(*people)
        self._record_rights(request, before)
        self.message_user(request, _("Their new photos will wait for review."), messages.SUCCESS)

    @staticmethod
    def _record_rights(request: HttpRequest, before: dict[int, set[str]]) -> None:
        rights.record_changes(request, before, actor=cast("User", request.user))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save, and remember what rights the person had. A new account has none yet."""
        form.rights_before = rights.rights_of([obj.pk]) if change else {}
        super().save_model(request, obj, form, change)
        form.rights_before = form.rights_before or {obj.pk: {"active"}}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and add what changed to the person's audit trail."""
        super().save_related(request, form, formsets, change)
        self._record_rights(request, form.rights_before)
        if change and "email" in form.changed_data:
            was = str(form.initial.get("email") or "")
            event = audit.record(
                request, form.instance, Kind.EMAIL_CHANGED, actor=cast("User", request.user), was=was
            )
            if was:
                notices.tell(event, was)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's signature
        """Set the password; end what the old one opened, tell the person, and record it."""
        person = User.objects.filter(pk=id).first() if id.isdecimal() else None
        before = person.password if person else ""
        response = super().user_change_password(request, id, form_url)
        if person is not None:
            person.refresh_from_db(fields=["password"])
            if person.password != before:
                access_ended.send(sender=User, user=person)
                actor = cast("User", request.user)
                notices.tell(audit.record(request, person, Kind.PASSWORD_CHANGED, actor=actor))
        return response

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow deleting others. The account page deletes one's own account and asks for the password."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.pk != request.user.pk)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Remove Django's bulk deletion, which would skip purging photos."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what will be deleted, without reading every photo."""
        people = list(objs)
        photos = Photo.objects.filter(owner__in=people).count()
        accounts = [_("The account {name}").format(name=person.get_username()) for person in people]
        originals = ngettext("{count} photo with its original", "{count} photos with their originals", photos)
        return [*accounts, originals.format(count=photos)], {str(_("photos")): photos}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the account as its owner would: photos first, each with a deletion record."""
        if not account_deletion.delete_account(obj):
            self.message_user(
                request, _("The account is closed. Its remaining photos will be deleted in the background.")
            )


@admin.register(Invitation)
class InvitationAdmin(UnchangeableAdmin, ForAdminsOnly):
    """Invitations, created on a page of their own that shows the link. Deleting an open one revokes it."""

    list_display = ("__str__", "created_by", "created_at", "expires_at", "used_by", "used_at")
    list_select_related = ("created_by", "used_by")
    ordering = ("-pk",)
    fields = ("note", "created_by", "created_at", "expires_at", "used_by", "used_at")
