"""thumbor's own engine, as its server calls it for one address after another, without the server."""

from __future__ import annotations

from thumbor.config import Config
from thumbor.context import Context
from thumbor.engines.pil import Engine

from bench.runners import SIDES, fitted, run


def each(data: bytes) -> dict[str, bytes]:
    """Return three upright renditions, each decoded again: thumbor caches nothing between requests."""
    made = {}
    for side in SIDES:
        engine = Engine(Context(config=Config(AUTO_WEBP=True, QUALITY=80, RESPECT_ORIENTATION=True)))
        engine.load(data, ".jpg")
        engine.reorientate()
        width, height = engine.size
        engine.resize(*fitted(width, height, side))
        made[f"{side}.webp"] = engine.read(".webp", 80)
    return made


if __name__ == "__main__":
    run({"each": each})
