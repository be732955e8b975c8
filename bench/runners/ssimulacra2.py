"""Score pairs of pictures by SSIMULACRA2: ``SCRIPT IDEAL SHOWN …``, a JSON list on standard output."""

from __future__ import annotations

import json
import sys

import ssimulacra2
from PIL import Image


def main(names: list[str]) -> None:
    """Print one score for each pair; 90 is without visible loss, 100 is the same picture."""
    pictures = [Image.open(name).convert("RGB") for name in names]
    scores = [
        ssimulacra2.ssimulacra2(ideal, shown)
        for ideal, shown in zip(pictures[::2], pictures[1::2], strict=True)
    ]
    print(json.dumps(scores))  # noqa: T201 - the answer to the benchmark


if __name__ == "__main__":
    main(sys.argv[1:])
