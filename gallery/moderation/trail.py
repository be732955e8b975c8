"""The audit trail of accounts in the admin: read and exported by admins, changed by no one."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import StreamingHttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from gallery.accounts.models import AccountEvent
from gallery.accounts.reauthentication import ask_again
from gallery.core.admin import UnchangeableAdmin
from gallery.moderation.people import ForAdminsOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

COLUMNS = ("at", "kind", "user_id", "username", "actor_id", "address", "agent", "details")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def lines(events: QuerySet[AccountEvent]) -> Iterator[str]:
    """Yield the events as CSV, oldest first."""
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for event in events.select_related("user").order_by("pk").iterator(chunk_size=1000):
        values = (
            event.at.isoformat(),
            event.kind,
            event.user_id,
            event.user.username,
            event.actor_id or "",
            event.address or "",
            event.agent,
            event.details,
        )
        yield writer.writerow([harmless(str(value)) for value in values])


def harmless(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return "'" + value if value.startswith(FORMULA) else value


@admin.register(AccountEvent)
@method_decorator(ask_again(), name="changelist_view")
class AccountEventAdmin(UnchangeableAdmin, ForAdminsOnly):
    """What happened to accounts, newest first."""

    list_display = ("at", "kind", "user", "actor", "address", "agent")
    list_filter = ("kind", "at")
    list_select_related = ("user", "actor")
    search_fields = ("user__username", "address")
    ordering = ("-pk",)
    actions = ("export",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return false."""
        return False

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission

    @admin.action(description=_("Export selected events as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[AccountEvent]) -> StreamingHttpResponse:  # noqa: ARG002
        """Download the selected events."""
        response = StreamingHttpResponse(lines(queryset), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="account-events.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
