"""The gallery's URLs."""

from django.contrib import admin
from django.urls import include, path

handler500 = "gallery.web.errors.server_error"

urlpatterns = [
    path("", include("gallery.web.urls")),
    path("", include("gallery.api.urls")),
    path("", include("gallery.operations.urls")),
    path("admin/", admin.site.urls),
]
