"""URLs of the pages."""

from django.urls import include, path

from gallery.web import albums, notifications, photos, reports, search, sheets, uploads, well_known

urlpatterns = [
    path("", sheets.sheet, name="sheet"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path(".well-known/change-password", well_known.change_password, name="change-password"),
    path("people/<str:username>/", sheets.person, name="person"),
    path("search/", search.search, name="search"),
    path("search/suggestions/", search.suggestions, name="search-suggestions"),
    path("me/photos/", sheets.my_photos, name="my-photos"),
    path("me/photos/failed/", sheets.failed_photos, name="failed-photos"),
    path("me/photos/failed/clear/", sheets.clear_failed_photos, name="failed-photos-clear"),
    path("me/trash/", sheets.trash, name="trash"),
    path("upload/", uploads.upload, name="upload"),
    path("uploads/offers/", uploads.make_offers, name="offers"),
    path("photos/status/", uploads.status, name="photo-status"),
    path("photos/<uuid:photo_id>/", photos.photo, name="photo"),
    path("photos/<uuid:photo_id>/report/", reports.report, name="photo-report"),
    path("photos/<uuid:photo_id>/edit/", photos.edit, name="photo-edit"),
    path("photos/<uuid:photo_id>/trash/", photos.trash, name="photo-trash"),
    path("photos/<uuid:photo_id>/restore/", photos.restore, name="photo-restore"),
    path("photos/<uuid:photo_id>/purge/", photos.purge, name="photo-purge"),
    path("photos/<uuid:photo_id>/try-again/", photos.try_again, name="photo-try-again"),
    path("photos/<uuid:photo_id>/stack/", photos.stack, name="photo-stack"),
    path("photos/<uuid:photo_id>/original/", photos.original, name="photo-original"),
    path("photos/<uuid:photo_id>/organize/", albums.organize, name="photo-organize"),
    path("photos/<uuid:photo_id>/file-tags/", albums.add_file_tags, name="photo-file-tags"),
    path("photos/<uuid:photo_id>/order/", albums.organize_moved),
    path("", include("gallery.web.accounts.urls")),
    path("albums/", albums.albums, name="albums"),
    path("albums/new/", albums.create, name="album-new"),
    path("albums/<uuid:album_id>/", albums.album, name="album"),
    path("albums/<uuid:album_id>/edit/", albums.edit, name="album-edit"),
    path("albums/<uuid:album_id>/delete/", albums.delete, name="album-delete"),
    path("tags/<str:name>/", albums.tag, name="tag"),
    path("me/notifications/", notifications.preferences, name="notifications"),
    path("mail/stop/<str:token>/", notifications.stop, name="notifications-stop"),
    path("news/photo-1.schema.json", notifications.news_schema, name="news-schema"),
]
