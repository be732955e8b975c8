"""The operations app's addresses."""

from django.urls import path

from gallery.operations import desk, views

urlpatterns = [
    *desk.urlpatterns,
    path("health/", views.alive, name="alive"),
    path("health/ready/", views.ready, name="ready"),
]
