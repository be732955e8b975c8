"""The choice of language, and the texts of scripts in it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods
from django.views.i18n import JavaScriptCatalog

from gallery.accounts import languages
from gallery.web.errors import own_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language for this browser, and for the person where someone is signed in."""
    back = own_path(request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST":
        wanted = request.POST.get("language")
        if wanted not in {"", *dict(settings.LANGUAGES)}:
            raise BadRequest
        person = request.user if request.user.is_authenticated else None
        response = HttpResponseRedirect(back or reverse("account" if person else "sheet"))
        languages.choose(response, wanted, person)
        return response
    return render(request, "accounts/language.html", {"back": back, "chosen": languages.chosen(request)})


def in_named_language(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer in the language that the address names (``?ja``), so that a browser may keep the answer."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        name = request.META.get("QUERY_STRING", "")
        if name not in dict(settings.LANGUAGES):
            return view(request, *args, **kwargs)
        with translation.override(name):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = name
        return response

    return named


# Without sources of their own, packages add nothing: the texts come from LOCALE_PATHS.
script_texts = in_named_language(
    cache_control(max_age=3600)(JavaScriptCatalog.as_view(packages=["gallery.web"]))
)
