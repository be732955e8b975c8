"""The kinds of damage that ``fsck`` names: what is found, and what ``--repair`` does about it.

A kind without a repair has no single right answer: ``advice`` says what a person can do. A repair is never
to write what another job owns: it nudges the worker, settles, or counts again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of damage. ``code`` is stable: scripts read it."""

    code: str
    title: str
    repair: str = ""
    advice: str = ""


NUDGE = "the worker processes the photo again"

ORIGINAL_MISSING = Kind(
    "original_missing",
    "processed, but the original is missing",
    advice="Copy the original back from a backup, or trash the photo.",
)
ORIGINAL_REPLACED = Kind(
    "original_replaced",
    "with an original of other bytes than the owner uploaded",
    advice="Copy the original back from a backup, or take the photo down.",
)
ORIGINAL_UNKNOWN = Kind(
    "original_unknown",
    "originals without row and deletion record",
    repair="the owner that the original's metadata names gets it, privately",
    advice="The owner is unknown, inactive, or younger than the original. "
    "Find out whose it is, or delete it by --remove.",
)
ORIGINAL_DELETED = Kind(
    "original_deleted",
    "deleted for good, but the original exists",
    repair="the deletion is open again, and the sweep removes everything",
)
ITEM_MISSING = Kind("item_missing", "processed, but without an item", repair=NUDGE)
ITEM_UNREADABLE = Kind("item_unreadable", "with an item of another schema", repair=NUDGE)
ITEM_OUTDATED = Kind("item_outdated", "with an item older than the original", repair=NUDGE)
ITEM_FAILED = Kind("item_failed", "shown, but the item says that the original can't be read", repair=NUDGE)
ITEM_UNOWNED = Kind("item_unowned", "items without row and original", repair="the worker removes the item")
POLICY_OUTDATED = Kind("policy_outdated", "made under an older policy", repair=NUDGE)
RENDITION_MISSING = Kind("rendition_missing", "with a missing rendition", repair=NUDGE)
RENDITION_RESIZED = Kind(
    "rendition_resized", "with a rendition of another size than its item says", repair=NUDGE
)
RENDITION_GARBAGE = Kind("rendition_garbage", "with a rendition that is no picture", repair=NUDGE)
RENDITION_REPLACED = Kind(
    "rendition_replaced", "with renditions of an older policy beside the current", repair="they are removed"
)
RENDITION_UNOWNED = Kind(
    "rendition_unowned", "renditions without row and original", repair="the worker removes them"
)
STUCK = Kind("stuck", "waiting, though the original has arrived", repair="settled, or " + NUDGE)
FACTS_OUTDATED = Kind("facts_outdated", "whose row is behind the item", repair="settled")
STATE_BROKEN = Kind(
    "state_broken",
    "whose state and facts contradict each other",
    advice="Report it: no action of the gallery leads there. Nothing was changed.",
)
USED_BYTES_WRONG = Kind(
    "used_bytes_wrong", "people whose used bytes are wrong", repair="counted from their photos"
)
MONTHS_WRONG = Kind("months_wrong", "people whose months are miscounted", repair="counted again")
OBJECT_FOREIGN = Kind(
    "object_foreign",
    "objects that are not the gallery's",
    advice="Look at it, then move it out of the bucket, or to inbox/USERNAME/ if it is someone's photo.",
)
MESSAGE_UNOWNED = Kind(
    "message_unowned",
    "dead letters of photos that no longer exist",
    repair="the worker is asked to clean up, and the message is deleted",
)
MESSAGE_FOREIGN = Kind(
    "message_foreign",
    "dead letters that name no photo",
    advice="Read it on the dead-letter page: its object may be a file that someone put there by hand.",
)

KINDS: tuple[Kind, ...] = (
    ORIGINAL_MISSING,
    ORIGINAL_REPLACED,
    ORIGINAL_UNKNOWN,
    ORIGINAL_DELETED,
    ITEM_MISSING,
    ITEM_UNREADABLE,
    ITEM_OUTDATED,
    ITEM_FAILED,
    ITEM_UNOWNED,
    POLICY_OUTDATED,
    RENDITION_MISSING,
    RENDITION_RESIZED,
    RENDITION_GARBAGE,
    RENDITION_REPLACED,
    RENDITION_UNOWNED,
    STUCK,
    FACTS_OUTDATED,
    STATE_BROKEN,
    USED_BYTES_WRONG,
    MONTHS_WRONG,
    OBJECT_FOREIGN,
    MESSAGE_UNOWNED,
    MESSAGE_FOREIGN,
)
