"""The operations app's addresses."""

from django.urls import path

from gallery.operations import pages, views

urlpatterns = [
    *pages.urlpatterns,
    path("health/", views.alive, name="alive"),
    path("health/ready/", views.ready, name="ready"),
]
