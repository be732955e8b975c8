"""What one viewer may see of one photo, and do with it. Pages, API and emails ask here and nowhere else.

Whether the viewer may see the photo at all is ``PhotoQuerySet.visible_to``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.accounts.moderators import sees_waiting
from gallery.core import reasons
from gallery.photos.states import State, Visibility
from thumbworker.contract.formats import CLEANED, MEDIA_TYPES
from thumbworker.contract.policy import FULL_TURN

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from gallery.sharing.models import Grant
    from thumbworker.contract.items import PhotoItem

WORDS_IN_FACTS = frozenset({"artist", "copyright", "description", "software"})
"""Facts that are free text. They can name people, and no moderator reads them."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A photo as a viewer may see it. Only what depends on a permission may cost a query."""

    photo: Photo
    viewer: User | AnonymousUser
    as_moderator: bool = True
    """``False`` ignores a moderator's rights, as for a token without that scope."""
    grant: Grant | None = None
    """The grant that shows the photo. It shows the same to everyone, also to its owner and to moderators."""

    @property
    def is_mine(self) -> bool:
        """Return whether the viewer owns the photo: its file, hash, origin and reasons are theirs alone."""
        return self.photo.owner_id == self.viewer.pk and self.grant is None

    @property
    def is_favorite(self) -> bool:
        """Return whether the viewer marked it as a favorite: only of their own photos."""
        return self.is_mine and self.photo.is_favorite

    @property
    def is_archived(self) -> bool:
        """Return whether the viewer archived it: only of their own photos."""
        return self.is_mine and self.photo.is_archived

    @property
    def is_moderator(self) -> bool:
        """Return whether the viewer reviews photos."""
        return self.as_moderator and self.grant is None and sees_waiting(self.viewer)

    @property
    def shows_state(self) -> bool:
        """Return whether the viewer is told of review and visibility: a grant tells no one of them."""
        return self.grant is None

    @property
    def shows_history(self) -> bool:
        """Return whether the viewer may read who moved the photo, when and why."""
        return self.is_mine or self.is_moderator

    @property
    def shows_file_name(self) -> bool:
        """Return whether a file name may stand for a missing caption: it can tell too much."""
        return self.is_mine or self.is_moderator

    @property
    def shows_new_words(self) -> bool:
        """Return whether the viewer reads new words, which others don't: the owner and moderators."""
        return self.photo.has_new_words and (self.is_mine or self.is_moderator)

    @property
    def can_edit(self) -> bool:
        """Return whether the viewer may change the photo now."""
        return self.is_mine and self.photo.trashed_at is None and not self.photo.is_taken_down

    @property
    def can_review(self) -> bool:
        """Return whether the viewer may decide on the photo now."""
        if self.photo.is_taken_down:
            return False
        return self.photo.state in {State.PENDING, State.APPROVED, State.REJECTED} and self.is_moderator

    @property
    def review_hint(self) -> str:
        """Return what moderators should know before they decide; empty for others and mostly for them."""
        return (
            reasons.of(self.photo.review_hint).sentence
            if self.photo.review_hint and self.is_moderator
            else ""
        )

    @property
    def can_download(self) -> bool:
        """Return whether the viewer may download the original. Unreadable bytes are not served."""
        by_grant = self._grant_allows_download and not self.lacks_clean_copy
        return (self.is_mine or by_grant) and self.photo.has_picture

    @property
    def can_save_picture(self) -> bool:
        """Return whether the viewer, who gets no file, may save the largest picture that everyone sees."""
        photo = self.photo
        is_public = photo.state == State.APPROVED and photo.visibility == Visibility.PUBLIC
        return self.grant is None and not self.is_mine and is_public and photo.trashed_at is None

    @property
    def download(self) -> str:
        """Return the end of the address from which the lightbox downloads; empty if there is nothing to."""
        if self.is_mine or self.can_download:
            return "original"
        return "picture" if self.can_save_picture else ""

    @property
    def lacks_clean_copy(self) -> bool:
        """Return whether the grant allows downloads, but none of this file."""
        return self._grant_allows_download and self.needs_clean_copy and self.photo.format not in CLEANED

    @property
    def _grant_allows_download(self) -> bool:
        """Return whether the grant gives files of this photo. What is lent to the album, it only shows."""
        grant = self.grant
        return grant is not None and grant.allows_download and grant.album.owner_id == self.photo.owner_id

    @property
    def needs_clean_copy(self) -> bool:
        """Return whether the viewer gets originals without their metadata only."""
        return self.grant is not None and not self.grant.keeps_metadata

    @property
    def original_type(self) -> str:
        """Return the original's media type if its pixels may be shown to the viewer; empty for others.

        Those of a rotated photo are not shown: only its thumbnails are turned.
        """
        is_shown = self.can_download and not self.needs_clean_copy
        is_turned = self.photo.quarter_turns % FULL_TURN
        return MEDIA_TYPES.get(self.photo.format, "") if is_shown and not is_turned else ""

    @property
    def file_fact(self) -> str:
        """Return the file's name, format and size: to its owner only."""
        photo = self.photo
        if not self.is_mine:
            return ""
        return " · ".join(filter(None, (photo.file_name, photo.format, filesizeformat(photo.size_bytes))))

    @property
    def sent_by(self) -> str:
        """Return which guest sent the photo, by which link: to its owner only. Fetch it ``with_sender``."""
        sent = getattr(self.photo, "contribution", None) if self.is_mine else None
        return " · ".join(filter(None, (sent.name, sent.grant and sent.grant.label))) if sent else ""

    @property
    def can_ask_again(self) -> bool:
        """Return whether the viewer may ask for another review of a rejected photo: its owner, once."""
        return self.can_edit and self.photo.state == State.REJECTED and not self.photo.asked_again

    @property
    def appeal(self) -> str:
        """Return what moderators should know of a photo whose owner asked again; empty for others."""
        photo = self.photo
        if not (photo.asked_again and photo.state == State.PENDING and self.is_moderator):
            return ""
        parts = [_("The owner asked for another review.")]
        if photo.review_note:
            parts.append(_("Rejected before: %(reason)s") % {"reason": photo.review_note})
        if photo.appeal:
            parts.append(_("The owner says: “%(words)s”") % {"words": photo.appeal})
        return " ".join(parts)

    @property
    def hints(self) -> str:
        """Return all that moderators should know before they decide; empty for others."""
        return " ".join(filter(None, (self.appeal, self.review_hint)))

    @property
    def can_retry(self) -> bool:
        """Return whether the viewer may have the worker try again."""
        return self.is_mine and self.photo.can_be_tried_again

    def location(self, item: PhotoItem | None) -> dict[str, Any]:
        """Return where the photo was taken: to its owner only."""
        return item.location if item and self.is_mine else {}

    def camera_facts(self, item: PhotoItem) -> dict[str, Any]:
        """Return what the camera wrote: for others without its words, and without a date that was wrong."""
        hidden = WORDS_IN_FACTS | ({"taken_at"} if self.photo.is_date_corrected else set())
        return {name: value for name, value in item.metadata.items() if self.is_mine or name not in hidden}

    def file_words(self, item: PhotoItem | None) -> dict[str, Any]:
        """Return what the file says about itself in words, which can name people: to its owner only."""
        return item.words if item and self.is_mine else {}

    def missing_sentence(self, item: PhotoItem | None) -> str:
        """Return how much of the image its file lacks: to its owner only; empty for a whole one."""
        if not item or not item.incomplete or not self.is_mine:
            return ""
        if item.incomplete < 10:
            return _("A little of this image is missing from its file. Upload it again from its source.")
        return _(
            "About %(percent)s%% of this image is missing from its file. Upload it again from its source."
        ) % {"percent": round(item.incomplete / 10)}
