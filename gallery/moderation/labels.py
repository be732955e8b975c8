"""What the admin calls models and their fields, in the reader's language.

Django names them by the code's English names. Names in the models themselves would make a migration of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

APPS = {"accounts": _("Accounts"), "api": _("API"), "photos": _("Photos"), "reports": _("Reports")}
MODELS = {
    "accounts.User": (_("user"), _("users")),
    "accounts.Invitation": (_("invitation"), _("invitations")),
    "accounts.AccountEvent": (_("account event"), _("account events")),
    "api.ApiToken": (_("API token"), _("API tokens")),
    "photos.Photo": (_("photo"), _("photos")),
    "photos.DeletionRecord": (_("deletion record"), _("deletion records")),
    "photos.TakenDown": (_("taken down"), _("taken down")),
    "reports.Report": (_("report"), _("reports")),
}
FIELDS: dict[str, StrPromise] = {
    "actor": _("actor"),
    "address": _("address"),
    "agent": _("browser"),
    "arrived": _("arrived"),
    "at": _("time"),
    "beginning": _("beginning"),
    "by": _("by"),
    "closed_at": _("closed at"),
    "created_at": _("created at"),
    "created_by": _("created by"),
    "details": _("details"),
    "dismissed_at": _("dismissed at"),
    "dismissed_by": _("dismissed by"),
    "due_at": _("due at"),
    "expires_at": _("expires at"),
    "finished_at": _("finished at"),
    "kind": _("kind"),
    "left_at": _("left at"),
    "looked_at": _("last checked at"),
    "looks": _("checks"),
    "name": _("name"),
    "note": _("note"),
    "offered_until": _("offered until"),
    "owner": _("owner"),
    "photo": _("photo"),
    "photo_id": _("photo ID"),
    "purged_at": _("purged at"),
    "quota_bytes": _("quota in bytes"),
    "reason": _("reason"),
    "reporter": _("reporter"),
    "reserved_bytes": _("reserved bytes"),
    "reserved_until": _("reserved until"),
    "revoked_at": _("revoked at"),
    "scopes": _("scopes"),
    "used_at": _("used at"),
    "used_by": _("used by"),
    "user": _("user"),
    "words": _("words"),
    "last_used_at": _("last used at"),
}


def name_models() -> None:
    """Give the models of the admin their names. Those that a model states itself stay."""
    for label, app_name in APPS.items():
        apps.get_app_config(label).verbose_name = app_name
    for label, (one, many) in MODELS.items():
        options = apps.get_model(label)._meta  # noqa: SLF001 - Django documents it (Model _meta API)
        options.verbose_name, options.verbose_name_plural = one, many
        for field in options.fields:
            if field._verbose_name is None and field.name in FIELDS:  # noqa: SLF001 - what the model stated
                field.verbose_name = FIELDS[field.name]
