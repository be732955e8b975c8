"""Display names that wait for review, and the decision about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.accounts.models import User
from gallery.accounts.moderators import MODERATE, may_decide
from gallery.moderation import decisions
from gallery.moderation.words_pages import PER_PAGE, decide_about_words
from gallery.photos import owner_names as names

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def owner_names(request: HttpRequest) -> HttpResponse:
    """Show the names that wait, the longest waiting first, or that of one person; decide about one."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    if request.method == "POST":
        return _decide(request)
    moderator, waiting = cast("User", request.user), names.waiting()
    asked = request.GET.get("person", "")
    people = [_person(asked)] if asked else list(waiting[:PER_PAGE])
    leaves_own = moderator in people and not may_decide(moderator, moderator.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Names"),
        "count": waiting.count(),
        "entries": [
            {
                "person": person,
                "mark": names.mark(person),
                "is_own": leaves_own and person == moderator,
                "is_public": person.public_name == person.display_name,
            }
            for person in people
        ],
        "is_one": bool(asked),
        "reasons": decisions.REASONS_FOR_NAMES,
    }
    return TemplateResponse(request, "admin/owner_names.html", context)


def _person(untrusted: str) -> User:
    # As many digits as fit the key.
    if not (untrusted.isascii() and untrusted.isdecimal() and len(untrusted) < 19):
        raise Http404
    return get_object_or_404(User.objects.exclude(display_name=""), pk=untrusted)


def _decide(request: HttpRequest) -> HttpResponse:
    person, actor = _person(request.POST.get("person", "")), cast("User", request.user)
    mark = request.POST.get("name_mark", "")
    return decide_about_words(
        request,
        approve=lambda: names.approve(person.pk, actor=actor, name_mark=mark),
        reject=lambda reason: names.reject(person.pk, actor=actor, name_mark=mark, reason=reason),
    )
