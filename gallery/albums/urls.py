"""Addresses of the album and tag pages."""

from django.urls import path

from gallery.albums import views

urlpatterns = [
    path("albums/", views.albums, name="albums"),
    path("albums/new/", views.make, name="album-new"),
    path("albums/<uuid:album_id>/", views.album, name="album"),
    path("albums/<uuid:album_id>/edit/", views.edit, name="album-edit"),
    path("albums/<uuid:album_id>/delete/", views.delete, name="album-delete"),
    path("tags/<str:name>/", views.tag, name="tag"),
    path("photos/<uuid:photo_id>/order/", views.order, name="photo-order"),
]
