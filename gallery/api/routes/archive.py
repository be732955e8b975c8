"""Archives: everything that a person owns, to take along."""

from django.shortcuts import get_object_or_404
from ninja import Query, Router

from gallery.albums.models import Album
from gallery.api.authorization import READS, ApiRequest
from gallery.api.responses import refusals
from gallery.api.schemas import archive as s
from gallery.downloads import documents, listing

router = Router(tags=["Downloads"], by_alias=True)


@router.get("/archive", auth=READS, response={200: s.ArchiveOut, **refusals()})
def get_archive(request: ApiRequest) -> s.ArchiveOut:
    """Get what an archive of your account says beside photos: albums and saved searches."""
    return s.ArchiveOut.model_validate(documents.archive_document(request.user))


@router.get("/archive/photos", auth=READS, response={200: s.ArchivePage, **refusals(404)})
def list_archive_photos(request: ApiRequest, query: Query[s.ArchiveQuery]) -> s.ArchivePage:
    """List all your photos that are not in the trash, raw files too, with what is said about each.

    Download each by `GET /download/{name}` with its id.
    """
    if query.album:
        album = get_object_or_404(Album.objects.owned_by(request.user), pk=query.album)
        mine = listing.everything_of(request.user)
        found = listing.page_of_album(
            mine, album, request.user, query.cursor, size=query.limit, with_addresses=False
        )
    else:
        found = listing.page_of_everything(request.user, query.cursor, size=query.limit, with_addresses=False)
    photos = [s.ArchivePhoto.model_validate(documents.document_of(item)) for item in found.items]
    return s.ArchivePage(photos=photos, next_cursor=found.next_cursor or None)
