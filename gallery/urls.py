"""The gallery's URLs."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

handler500 = "gallery.web.errors.server_error"

urlpatterns = [
    path("", include("gallery.web.urls")),
    path("", include("gallery.api.urls")),
    path("", include("gallery.operations.urls")),
    # Without sources of their own, packages add nothing: the texts come from LOCALE_PATHS.
    path(
        "jsi18n/",
        cache_control(max_age=3600)(JavaScriptCatalog.as_view(packages=["gallery.web"])),
        name="javascript-texts",
    ),
    path("admin/", admin.site.urls),
]
