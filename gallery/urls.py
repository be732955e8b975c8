"""The gallery's URLs."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("gallery.web.urls")),
    path("", include("gallery.api.urls")),
    path("", include("gallery.operations.urls")),
    path("admin/", admin.site.urls),
]
