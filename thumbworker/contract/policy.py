"""Which renditions are made: versioned data in one place.

Any change is a new version, appended to ``EVER``. Keys contain the version and how the picture is turned, so
the bytes of a key never change and may be cached without limit. Deletion covers every version in ``EVER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

FULL_TURN = 4
"""Quarter turns that lead back."""


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """One rendition to make.

    ``longest_side`` is in pixels; ``quality`` (0 to 100) and ``effort`` are in the encoder's own scale:
    WebP's method (0 to 6, 6 the slowest), AVIF's speed (0 to 10, 10 the fastest), JPEG has none. With
    ``other_side`` it is a card: always that wide and that high. All others keep the photo's shape.
    """

    name: str
    longest_side: int
    format: str
    quality: int
    effort: int
    other_side: int = 0

    @property
    def content_type(self) -> str:
        """Return the media type to store and serve the rendition with."""
        return f"image/{self.format}"


@dataclass(frozen=True, slots=True)
class RenditionPolicy:
    """A versioned set of renditions, smallest first."""

    version: int
    renditions: tuple[RenditionSpec, ...]

    def key(self, spec: RenditionSpec, photo_id: UUID, quarter_turns: int = 0) -> str:
        """Return the rendition's key in the renditions bucket; the format is its file extension.

        >>> from uuid import UUID
        >>> POLICY_1.key(POLICY_1.renditions[0], UUID(int=0), 5)
        '320/00000000-0000-0000-0000-000000000000-1-r1.webp'
        """
        turned = f"-r{quarter_turns % FULL_TURN}" if quarter_turns % FULL_TURN else ""
        return f"{spec.name}/{photo_id}-{self.version}{turned}.{spec.format}"


POLICY_1 = RenditionPolicy(
    version=1,
    renditions=(
        RenditionSpec("320", 320, "webp", quality=80, effort=4),
        RenditionSpec("800", 800, "avif", quality=67, effort=9),
        RenditionSpec("1600", 1600, "avif", quality=68, effort=9),
    ),
)

POLICY_2 = RenditionPolicy(
    version=2,
    renditions=(
        # Measured against sharp on twenty photographs: docs/decisions/0013-webp-up-to-800.md.
        RenditionSpec("320", 320, "webp", quality=80, effort=4),
        RenditionSpec("800", 800, "webp", quality=80, effort=4),
        RenditionSpec("1600", 1600, "avif", quality=67, effort=9),
    ),
)

POLICY_3 = RenditionPolicy(
    version=3,
    renditions=(
        # Bytes at equal similarity against sharp: docs/decisions/0019-bytes-at-equal-similarity.md.
        RenditionSpec("320", 320, "webp", quality=80, effort=3),
        RenditionSpec("800", 800, "webp", quality=80, effort=2),
        RenditionSpec("1600", 1600, "avif", quality=65, effort=9),
    ),
)

POLICY_4 = RenditionPolicy(
    version=4,
    # The same sizes and values; the AVIF encoder works less: docs/decisions/0156-cheaper-avif.md.
    renditions=POLICY_3.renditions,
)

CARD = "card"
"""The name of the picture that other sites show beside a link."""

POLICY_5 = RenditionPolicy(
    version=5,
    renditions=(
        *POLICY_4.renditions[:2],
        # As sites that show links ask for it: docs/decisions/0154-cards.md.
        RenditionSpec(CARD, 1200, "jpeg", quality=76, effort=0, other_side=630),
        *POLICY_4.renditions[2:],
    ),
)

EVER: tuple[RenditionPolicy, ...] = (POLICY_1, POLICY_2, POLICY_3, POLICY_4, POLICY_5)
"""Every policy ever used, oldest first. Append only: deletion depends on it."""

CURRENT = EVER[-1]

CLEAN_COPY = "clean"
"""The size, in keys, of an original without metadata."""
_CLEAN_COPIES_EVER = (1, 2)
"""Every way in which clean copies were made, as ``EVER``."""


def clean_copy_key(photo_id: UUID) -> str:
    """Return the key of the clean copy. The object is empty if the original can have none.

    >>> from uuid import UUID
    >>> clean_copy_key(UUID(int=0))
    'clean/00000000-0000-0000-0000-000000000000-2'
    """
    return _clean_copy_keys(photo_id)[-1]


def _clean_copy_keys(photo_id: UUID) -> tuple[str, ...]:
    return tuple(f"{CLEAN_COPY}/{photo_id}-{version}" for version in _CLEAN_COPIES_EVER)


def every_rendition_key(photo_id: UUID) -> tuple[str, ...]:
    """Return all keys that renditions of this photo can have, under any policy and however it is turned.

    Its clean copies are among them: they are removed wherever renditions are.
    """
    return _keys(photo_id, EVER) + _clean_copy_keys(photo_id)


def replaced_rendition_keys(photo_id: UUID) -> tuple[str, ...]:
    """Return the keys of every policy before the current one, and of earlier clean copies.

    >>> from uuid import UUID
    >>> replaced_rendition_keys(UUID(int=0))[-1]
    'clean/00000000-0000-0000-0000-000000000000-1'
    """
    return _keys(photo_id, EVER[:-1]) + _clean_copy_keys(photo_id)[:-1]


def _keys(photo_id: UUID, policies: tuple[RenditionPolicy, ...]) -> tuple[str, ...]:
    return tuple(
        policy.key(spec, photo_id, turns)
        for policy in policies
        for spec in policy.renditions
        for turns in range(FULL_TURN)
    )


def rendition_names() -> tuple[str, ...]:
    """Return the name of each size that any policy ever had, and that of clean copies."""
    return (*dict.fromkeys(spec.name for policy in EVER for spec in policy.renditions), CLEAN_COPY)


def rendition_prefixes(photo_id: UUID) -> tuple[str, ...]:
    """Return a prefix for each size ever made: no other key begins with one of them.

    >>> from uuid import UUID
    >>> rendition_prefixes(UUID(int=0))[0]
    '320/00000000-0000-0000-0000-000000000000-'
    """
    return tuple(f"{name}/{photo_id}-" for name in rendition_names())
