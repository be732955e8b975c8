"""Addresses of the photo pages."""

from django.urls import path

from gallery.photos.views import photo, sheets, uploads

urlpatterns = [
    path("", sheets.sheet, name="sheet"),
    path("me/photos/", sheets.mine, name="mine"),
    path("me/trash/", sheets.trash, name="trash"),
    path("upload/", uploads.upload, name="upload"),
    path("uploads/offers/", uploads.offers, name="offers"),
    path("photos/status/", uploads.status, name="photo-status"),
    path("photos/<uuid:photo_id>/", photo.photo, name="photo"),
    path("photos/<uuid:photo_id>/edit/", photo.edit, name="photo-edit"),
    path("photos/<uuid:photo_id>/trash/", photo.trash, name="photo-trash"),
    path("photos/<uuid:photo_id>/restore/", photo.restore, name="photo-restore"),
    path("photos/<uuid:photo_id>/purge/", photo.purge, name="photo-purge"),
    path("photos/<uuid:photo_id>/try-again/", photo.try_again, name="photo-try-again"),
    path("photos/<uuid:photo_id>/original/", photo.original, name="photo-original"),
]
