"""The operations app's addresses."""

from django.urls import path

from gallery.operations import views

urlpatterns = [
    path("admin/operations/", views.operations, name="admin-operations"),
    path("admin/operations/given-up/", views.dead_letter_page, name="admin-dead-letters"),
    path("admin/operations/given-up/act/", views.dead_letter_action, name="admin-dead-letters-act"),
    path("health/", views.alive, name="alive"),
    path("health/ready/", views.ready, name="ready"),
]
