"""Score pairs of pictures by SSIMULACRA2: ``SCRIPT IDEAL SHOWN …``, a JSON list on standard output."""

from __future__ import annotations

import json
import sys

from ssimulacra2 import compute_ssimulacra2


def main(names: list[str]) -> None:
    """Print one score for each pair; 90 is without visible loss, 100 is the same picture."""
    scores = [compute_ssimulacra2(ideal, shown) for ideal, shown in zip(names[::2], names[1::2], strict=True)]
    print(json.dumps(scores))  # noqa: T201 - the answer to the benchmark


if __name__ == "__main__":
    main(sys.argv[1:])
