"""Block a person in the admin, and end a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.accounts.models import User
from gallery.blocks import actions
from gallery.blocks.models import Block
from gallery.moderation.decisions import MAX_REASON_LENGTH
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def block_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show whether the person is blocked; block them with a reason, or end the block."""
    actor, person = cast("User", request.user), get_object_or_404(User, pk=user_id)
    if not actor.is_superuser:
        raise PermissionDenied
    reason = clean_text(request.POST.get("reason", ""))[:MAX_REASON_LENGTH]
    if request.method == "POST" and ("unblock" in request.POST or reason):
        if "unblock" in request.POST:
            done = actions.unblock(person, by=actor)
            sentence = _("Not blocked any more. Their public photos are shown again.")
        else:
            done = actions.block(person, by=actor, reason=reason)
            sentence = _("Blocked. Their photos are hidden from everyone else.")
        messages.add_message(
            request,
            messages.SUCCESS if done else messages.WARNING,
            sentence if done else _("Nothing changed. Reload the page."),
        )
        return redirect("admin:person-block", person.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Block {name}").format(name=person.get_username()),
        "person": person,
        "current": Block.objects.filter(person=person).select_related("by").first(),
        "may_block": actions.may_block(actor, person),
        "asked_again": request.method == "POST",
    }
    return TemplateResponse(request, "admin/block.html", context)
