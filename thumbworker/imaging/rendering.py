"""Render an original: from its bytes to renditions, fingerprints and metadata."""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.contract.policy import CURRENT, RenditionPolicy
from thumbworker.imaging import fingerprints, motion
from thumbworker.imaging.cards import card_of
from thumbworker.imaging.encoding import encode
from thumbworker.imaging.limits import DEFAULT_LIMITS, Limits
from thumbworker.imaging.metadata import metadata_of
from thumbworker.imaging.opening import open_original
from thumbworker.imaging.packets import packets_of
from thumbworker.imaging.picture import Picture, Rendered
from thumbworker.imaging.pixels import decode, fitted
from thumbworker.imaging.scaling import resized
from thumbworker.imaging.source import Deadline
from thumbworker.imaging.tells import NAMES, tells_of

if TYPE_CHECKING:
    from thumbworker.contract.policy import RenditionSpec

# Pillow counts counterclockwise.
_TURNS = (None, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)


class _Stopwatch:
    """Adds the seconds since the last lap to a name."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = self.timings.get(name, 0.0) + now - self._since
        self._since = now


def render(
    data: bytes,
    quarter_turns: int = 0,
    *,
    policy: RenditionPolicy = CURRENT,
    limits: Limits = DEFAULT_LIMITS,
) -> Picture:
    """Return the renditions and metadata of an original, upright and then turned clockwise.

    Deterministic: the same bytes under the same policy give the same renditions, byte for byte.

    Raises:
        Refused: the original can't be rendered; another try would be refused too.
    """
    watch = _Stopwatch()
    deadline = Deadline(limits.wall_seconds, limits.cpu_seconds)
    opened = open_original(data, limits, deadline)
    watch.lap("open")
    working = decode(opened, max(spec.longest_side for spec in policy.renditions))
    width, height = opened.upright_size
    watch.lap("decode")
    deadline.check()
    cascade = _cascade(working, (width, height), policy, watch, deadline, turns=quarter_turns)
    smallest = min(cascade, key=lambda made: made[1].width * made[1].height)[1]
    if quarter_turns % 2:
        width, height = height, width
    # The difference hash is that of the file, by which it is known again, however it is turned.
    facts = (
        fingerprints.thumbhash(turned(smallest, quarter_turns)),
        fingerprints.dominant_color(smallest),
        fingerprints.dhash(smallest),
    )
    watch.lap("fingerprints")
    digest = hashlib.sha256(data).hexdigest()
    watch.lap("sha256")
    packets = packets_of(data, opened.format)
    said = metadata_of(opened.tags, packets)
    named = {name for name in NAMES if said.facts.get(name) or said.words.get(name)}
    tells = tells_of(opened.tags, packets, smallest, has_place=bool(said.location), has_name=bool(named))
    watch.lap("metadata")
    order = {spec.name: place for place, spec in enumerate(policy.renditions)}
    renditions = sorted((made for made, _ in cascade), key=lambda made: order[made.spec.name])
    return Picture(
        format=opened.format.value,
        width=width,
        height=height,
        renditions=tuple(renditions),
        thumbhash=facts[0],
        dominant_color=facts[1],
        dhash=facts[2],
        sha256=digest,
        metadata={**said.facts, **opened.facts, **motion.facts_of(data, opened.format, opened.picture_end)},
        location=said.location,
        words=said.words,
        tells=tells,
        timings=watch.timings,
        incomplete=math.ceil(1000 * opened.frame.missing),
    )


def _cascade(
    working: Image.Image,
    size: tuple[int, int],
    policy: RenditionPolicy,
    watch: _Stopwatch,
    deadline: Deadline,
    *,
    turns: int,
) -> list[tuple[Rendered, Image.Image]]:
    """Make each rendition from the next larger one, largest first. Return them with their unturned pixels.

    The card is made from the one before it, and nothing from the card.
    """
    made: list[tuple[Rendered, Image.Image]] = []
    encoded: dict[tuple[tuple[int, int], str, int, int], bytes] = {}
    for spec in sorted(policy.renditions, key=lambda spec: -spec.longest_side):
        if spec.other_side:
            card = card_of(turned(working, turns), (spec.longest_side, spec.other_side))
            watch.lap("resize")
            data = encode(card, spec)
            made.append((_rendered(spec, data, card.size), working))
            watch.lap("encode")
            deadline.check()
            continue
        target = fitted(size, spec.longest_side)
        if target != working.size:
            working = resized(working, target)
        watch.lap("resize")
        key = target, spec.format, spec.quality, spec.effort
        if key not in encoded:  # an image smaller than two sizes is encoded once
            encoded[key] = encode(turned(working, turns), spec)
        watch.lap("encode")
        deadline.check()
        shown = target[::-1] if turns % 2 else target
        made.append((_rendered(spec, encoded[key], shown), working))
    return made


def turned(image: Image.Image, quarter_turns: int) -> Image.Image:
    """Return the pixels turned clockwise."""
    turn = _TURNS[quarter_turns % len(_TURNS)]
    return image if turn is None else image.transpose(turn)


def _rendered(spec: RenditionSpec, data: bytes, size: tuple[int, int]) -> Rendered:
    return Rendered(spec=spec, data=data, width=size[0], height=size[1])
