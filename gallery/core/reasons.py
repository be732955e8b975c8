"""Every reason why something is refused or fails: one stable code and one sentence each.

::

    Reason
    ├── a file is refused        EMPTY … TYPE_NOT_ACCEPTED
    ├── an upload is refused     QUOTA_EXCEEDED … STORE_UNAVAILABLE
    ├── an import is refused     URL_NOT_ALLOWED, URL_TOO_LONG
    ├── an action is refused     CONFLICT … CANNOT_UNDO
    ├── an album is not shared   TOO_MANY_SHARES … SHARE_PASSWORD_WRONG
    ├── a search                 SEARCH_TOO_SHORT … SEARCH_NO_WHAT
    ├── a request is refused     SIGNED_OUT … BROKEN
    ├── in the browser           CONNECTION_LOST, NOT_STORED: an upload stopped, and can be retried
    ├── a photo never arrived    UPLOAD_INTERRUPTED, after a day NEVER_ARRIVED
    └── PROCESSING               what the workers write: thumbworker.contract.reasons and .imports

``docs/errors.md`` lists them all; a test holds it to this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from thumbworker.contract import imports, reasons

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code, a message that is translated when it is shown, and the HTTP status of a refusal."""

    code: str
    message: str | Promise
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def sentence(self) -> str:
        """Return the message in the current language."""
        return str(self.message)

    @property
    def title(self) -> str:
        """Return the code in words, as a problem document's title.

        >>> Reason("too_fast", "").title
        'Too fast'
        """
        return self.code.replace("_", " ").capitalize()


def _of_worker(code: str) -> Reason:
    # The workers import no Django, so their sentences stand in the contract, marked for translation there.
    return Reason(code, _(reasons.sentence(code)))


PROCESSING = {code: _of_worker(code) for code in (*map(str, reasons.Reason), *map(str, imports.ImportReason))}

# A file is refused before it is uploaded.
EMPTY = PROCESSING[reasons.Reason.EMPTY]
TOO_LARGE = PROCESSING[reasons.Reason.TOO_LARGE]
NAME_MISSING = Reason("name_missing", _("This file has no name. Rename it and choose it again."))
NAME_TOO_LONG = Reason(
    "name_too_long", _("This file's name is longer than 250 characters. Rename it and choose it again.")
)
BAD_CHECKSUM = Reason(
    "bad_checksum", _("The file's checksum is missing or not a SHA-256. Choose the file again.")
)
BAD_UPLOAD_ID = Reason(
    "bad_upload_id", _("The upload has no valid ID. Reload the page and choose the file again.")
)
SVG = Reason("svg_not_accepted", _("SVG files aren't supported. Export the drawing as PNG and upload that."))
HTML = Reason(
    "html_not_accepted", _("This is a web page, not a photo. Save the photo itself and upload that.")
)
TYPE_NOT_ACCEPTED = Reason(
    "type_not_accepted",
    _("We don't support this kind of file. Choose an image, such as JPEG, PNG, HEIC, TIFF, or camera raw."),
)

# An upload is refused.
QUOTA_EXCEEDED = Reason(
    "quota_exceeded",
    _("Your account doesn't have enough storage left. Delete photos permanently, then upload again."),
)
TOO_MANY_OUTSTANDING = Reason(
    "too_many_outstanding",
    _("Too many uploads are in progress. Wait for some of them to finish, then try again."),
)
TOO_MANY_AT_ONCE = Reason(
    "too_many_at_once",
    _("You can upload up to 50 files at once. Upload the rest afterward."),
    HTTPStatus.BAD_REQUEST,
)
FILE_CHANGED = Reason("file_changed", _("This file changed while it was being uploaded. Choose it again."))
ACCOUNT_BLOCKED = Reason(
    "account_blocked",
    _("Your account is blocked. You can download and delete your photos, but not upload or publish."),
    HTTPStatus.FORBIDDEN,
)
ACCOUNT_CLOSED = Reason("account_closed", _("This account can't upload photos right now."))
TOO_LARGE_FOR_FORM = Reason(
    "too_large_for_form",
    _(
        "This file is larger than 4 MB. To upload files of up to 50 MB, turn on JavaScript, "
        "or ask the API for an upload URL."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)
DISK_FULL = Reason(
    "disk_full",
    _("The disk of this gallery is almost full, so nothing was uploaded. Free some space, then try again."),
    HTTPStatus.SERVICE_UNAVAILABLE,
)
STORE_UNAVAILABLE = Reason(
    "store_unavailable",
    _("Photo storage isn't responding. Nothing is lost. Try again in a minute."),
    HTTPStatus.SERVICE_UNAVAILABLE,
)

# An import is refused.
URL_NOT_ALLOWED = PROCESSING[imports.ImportReason.URL_NOT_ALLOWED]
URL_TOO_LONG = Reason("import_url_too_long", _("This URL is longer than 2048 characters. Use a shorter one."))

# An action is refused.
CONFLICT = Reason(
    "conflict",
    _("This photo has changed, or its state doesn't allow this. Reload the page."),
    HTTPStatus.CONFLICT,
)
WORDS_CHANGED = Reason(
    "words_changed",
    _("The words or the owner's name changed after you read them. Read them again, then decide."),
    HTTPStatus.CONFLICT,
)
ASKED_ALREADY = Reason(
    "asked_already",
    _("You asked for another review of this photo before. A moderator has decided again."),
    HTTPStatus.CONFLICT,
)
ALREADY_THERE = Reason(
    "already_there",
    _("You uploaded the same photo again. This one stays in the trash."),
    HTTPStatus.CONFLICT,
)
NOT_IN_TRASH = Reason("not_in_trash", _("Move the photo to the trash first."), HTTPStatus.CONFLICT)
TRASH_EMPTY = Reason("trash_empty", _("The trash is empty."), HTTPStatus.CONFLICT)

TAKEN_DOWN = Reason(
    "taken_down",
    _("This photo was taken down. It can't be changed, restored, or downloaded."),
    HTTPStatus.CONFLICT,
)
OWN_PHOTO = Reason(
    "own_photo", _("Someone else has to decide about your own photos and albums."), HTTPStatus.FORBIDDEN
)
TOO_MANY_ALBUMS = Reason(
    "too_many_albums", _("Your account has as many albums as it can have. Delete one, then create another.")
)
ALBUM_FULL = Reason(
    "album_full", _("This album has as many photos as it can have. Nothing was added. Use another album.")
)
TOO_MANY_SMART_ALBUMS = Reason(
    "too_many_smart_albums", _("You have 100 smart albums. Delete one, then save another.")
)
ALBUM_GONE = Reason("album_gone", _("This album was deleted. Choose another one."), HTTPStatus.NOT_FOUND)
NOT_IN_ALBUM = Reason(
    "not_in_album", _("This photo is not in the album now. Reload the page."), HTTPStatus.CONFLICT
)
ONE_COVER = Reason("one_cover", _("An album has one cover. Select one photo."))
TOO_MANY_TAGS = Reason("too_many_tags", _("This photo would have more than 20 tags. Remove some first."))
NO_DATE = Reason("no_date", _("This photo has no date to change. Set one on its page."), HTTPStatus.CONFLICT)
DATE_OUT_OF_RANGE = Reason(
    "date_out_of_range", _("Photos can have dates from 1800 to 2199. This one keeps its date.")
)
TAG_EXISTS = Reason(
    "tag_exists",
    _("Some of your photos have that tag already. Merge the two, or choose another name."),
    HTTPStatus.CONFLICT,
)
TAG_GONE = Reason("tag_gone", _("None of your photos has this tag now."), HTTPStatus.NOT_FOUND)
GROUP_GREW = Reason(
    "group_grew", _("More photos look the same now. Look at them first."), HTTPStatus.CONFLICT
)
NOTHING_CHOSEN = Reason("nothing_chosen", _("No photos are selected. Select some, then try again."))
TOO_MANY_CHOSEN = Reason("too_many_chosen", _("Select at most 10,000 photos at once."))
TOO_MANY_BATCHES = Reason(
    "too_many_batches",
    _("Five of your actions are still running. Wait until one has finished, then try again."),
    HTTPStatus.CONFLICT,
)
CANNOT_UNDO = Reason(
    "cannot_undo", _("There is nothing to undo: no photo was changed for good."), HTTPStatus.CONFLICT
)

# An album is not shared, or not shown.
TOO_MANY_SHARES = Reason(
    "too_many_shares", _("This album is shared 50 times. End one of them, then share it again.")
)
SHARED_ALREADY = Reason(
    "shared_already",
    _("This album is shared with them already. End that first to share it differently."),
    HTTPStatus.CONFLICT,
)
SHARE_WITH_SELF = Reason("share_with_self", _("This is your own account. Choose someone else."))
NO_SUCH_PERSON = Reason(
    "no_such_person", _("No account has this username. Check it, or type an email address.")
)
NO_ROOM_FOR_GUESTS = Reason(
    "no_room_for_guests",
    _("The owner of this album has no room for this photo. Tell them, then send it again."),
)
LINK_IS_FULL = Reason(
    "link_is_full", _("This link takes no more photos. Ask the person who sent it for a new one.")
)
TOO_MANY_LENT = Reason(
    "too_many_lent",
    _("You can add up to 1,000 of your photos to one album, with those that its owner declined."),
)
SENDER_MISSING = Reason("sender_missing", _("Type your name first, so that they know who sent the photos."))
LINK_UNKNOWN = Reason(
    "link_unknown",
    _("This link doesn't work, or no longer. Ask the person who sent it for a new one."),
    HTTPStatus.NOT_FOUND,
)
NO_LONGER_SHARED = Reason(
    "no_longer_shared",
    _("This album is no longer shared with you. Ask its owner if you still need it."),
    HTTPStatus.GONE,
)
SHARE_LOCKED = Reason(
    "share_locked", _("Open the album first, with its password if it has one."), HTTPStatus.FORBIDDEN
)
SHARE_PASSWORD_WRONG = Reason(
    "share_password_wrong",
    _("This password isn't right. Ask the person who sent you the link."),
    HTTPStatus.FORBIDDEN,
)
NO_CLEAN_COPY = Reason(
    "no_clean_copy",
    _("This file can't be downloaded without its metadata. Ask its owner if you need the original."),
    HTTPStatus.CONFLICT,
)

# A search is not carried out, or a part of it is not understood.
SEARCH_TOO_SHORT = Reason("search_too_short", _("Type at least two characters to search."))
SEARCH_TOO_LONG = Reason("search_too_long", _("Search for at most 12 words and filters, in 200 characters."))
SEARCH_TOO_BROAD = Reason(
    "search_too_broad", _("This search finds too much to finish in time. Add a word, a date, or a filter.")
)
SEARCH_FILTER_UNKNOWN = Reason(
    "search_filter_unknown", _("This isn't a filter, so we searched for it as words.")
)
SEARCH_VALUE_MISSING = Reason("search_value_missing", _("This filter needs a value after the colon."))
SEARCH_DATE_INVALID = Reason(
    "search_date_invalid", _("This isn't a date. Write 2019, 2019-05, or 2019-05-31.")
)
SEARCH_FORMAT_UNKNOWN = Reason(
    "search_format_unknown", _("We don't know this format. Try jpeg, heif, png, or raw.")
)
SEARCH_ORIENTATION_UNKNOWN = Reason(
    "search_orientation_unknown", _("An orientation is landscape, portrait, or square.")
)
SEARCH_IS_WHAT = Reason("search_is_what", _("Only is:favorite and is:archived are filters."))
SEARCH_NO_WHAT = Reason("search_no_what", _("Only no:caption is a filter."))

# What moderators are told about a photo.
LOOKS_TAKEN_DOWN = Reason("looks_taken_down", _("Looks like a picture that was taken down."))

# A photo never arrived.
UPLOAD_INTERRUPTED = Reason(
    "upload_interrupted",
    _("The upload was interrupted. Choose the file again to continue."),
    HTTPStatus.CONFLICT,
)
NEVER_ARRIVED = Reason("never_arrived", _("The upload didn't finish. Choose the file again."))

# A request is refused.
SIGNED_OUT = Reason(
    "signed_out", _("You're signed out. Sign in, then choose the files again."), HTTPStatus.UNAUTHORIZED
)
CSRF = Reason("csrf", _("This page has expired. Reload it and try again."), HTTPStatus.FORBIDDEN)
TOKEN_MISSING = Reason(
    "token_missing", _("Send your token in the header Authorization: Bearer."), HTTPStatus.UNAUTHORIZED
)
TOKEN_INVALID = Reason(
    "token_invalid",
    _("This token is unknown, expired, or revoked. Create a new one on your account page."),
    HTTPStatus.UNAUTHORIZED,
)
SCOPE_MISSING = Reason(
    "scope_missing",
    _("This token doesn't have the scope for that. Create one that has."),
    HTTPStatus.FORBIDDEN,
)
SECOND_STEP_MISSING = Reason(
    "second_step_missing",
    _("The scope moderate is for staff with two-step sign-in. Set it up on your account page."),
    HTTPStatus.FORBIDDEN,
)
NOT_ALLOWED = Reason("not_allowed", _("You don't have permission to do that."), HTTPStatus.FORBIDDEN)
JSON_ONLY = Reason(
    "json_only", _("The answer comes as JSON only. Ask for format=json."), HTTPStatus.NOT_IMPLEMENTED
)
NOT_FOUND = Reason("not_found", _("Not found, or you don't have access."), HTTPStatus.NOT_FOUND)
METHOD_NOT_ALLOWED = Reason(
    "method_not_allowed",
    _("This address doesn't support that method. The Allow header lists the methods it supports."),
    HTTPStatus.METHOD_NOT_ALLOWED,
)
MALFORMED = Reason(
    "malformed",
    _("We couldn't read this request. Check it against the API reference."),
    HTTPStatus.BAD_REQUEST,
)
INVALID = Reason("invalid", _("Some values aren't valid. See errors."))
TOO_FAST = Reason(
    "too_fast",
    _("Too many requests. Wait the number of seconds in the Retry-After header, then try again."),
    HTTPStatus.TOO_MANY_REQUESTS,
)
KEY_REUSED = Reason(
    "idempotency_key_reused",
    _("This idempotency key was used for another request. Use a new one."),
    HTTPStatus.CONFLICT,
)
KEY_AT_WORK = Reason(
    "idempotency_key_at_work",
    _("The first request with this idempotency key is still running. Repeat it in a moment."),
    HTTPStatus.CONFLICT,
)
KEY_MALFORMED = Reason(
    "idempotency_key_malformed",
    _("An idempotency key has 1 to 255 printable ASCII characters."),
    HTTPStatus.BAD_REQUEST,
)
TOO_LARGE_TO_SEND = Reason(
    "request_too_large",
    _("This request is too large. Ask for an upload URL and send the file there."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)
DATABASE_BUSY = Reason(
    "database_busy",
    _("The database is busy or doesn't respond. Wait a few seconds, then try again."),
    HTTPStatus.SERVICE_UNAVAILABLE,
)
BROKEN = Reason(
    "broken", _("Something went wrong on our side. Try again in a minute."), HTTPStatus.INTERNAL_SERVER_ERROR
)

# The browser's upload module gives these by itself.
CONNECTION_LOST = Reason("connection_lost", _("The connection was lost. Retry when you're back online."))
NOT_STORED = Reason("not_stored", _("We couldn't store this file. Retry in a moment."))

OURS = tuple(dict.fromkeys(value for value in globals().values() if isinstance(value, Reason)))
"""The gallery's own reasons and those it shares with the workers, in the order of this module."""
ALL = {reason.code: reason for reason in (*OURS, *PROCESSING.values())}


def of(code: str) -> Reason:
    """Return the reason with this code, also for a code that another version wrote."""
    return ALL.get(code) or Reason(code, _(reasons.UNKNOWN_REASON))
