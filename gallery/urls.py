"""The gallery's addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("gallery.photos.urls")),
    path("", include("gallery.accounts.urls")),
    path("", include("gallery.api.urls")),
    path("", include("gallery.albums.urls")),
    path("", include("gallery.notifications.urls")),
    path("", include("gallery.operations.urls")),
    path("admin/", admin.site.urls),
]
