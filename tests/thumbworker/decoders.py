"""Fake decoders with the signature of ``imaging.render``; the bytes say what should happen.

They are named to the isolated child by ``module:function``, so this module must be importable there.
"""

from __future__ import annotations

import hashlib
import os
import signal

from thumbworker.contract.policy import CURRENT
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Picture, Refused, Rendered

GOOD = b"a picture"
KILLER = b"abort: a picture that kills its decoder"


def paint(data: bytes, quarter_turns: int = 0) -> Picture:
    """Refuse ``damaged``, and return a made-up picture for anything else."""
    if data.startswith(b"damaged"):
        raise Refused(Reason.DAMAGED, "says so itself")
    digest = hashlib.sha256(data).hexdigest()
    return Picture(
        format="jpeg",
        width=4000,
        height=3000,
        renditions=tuple(
            Rendered(
                spec,
                f"{spec.name}\n{digest}{quarter_turns or ''}".encode(),
                spec.longest_side,
                spec.longest_side * 3 // 4,
            )
            for spec in CURRENT.renditions
        ),
        thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A",
        dominant_color="#336699",
        dhash="0123456789abcdef",
        sha256=digest,
        metadata={"camera": "Kamera \u96ea", "iso": 200},
        location={"latitude": "35.6", "longitude": "139.7"},
        timings={"scale": 0.05},
    )


def paint_or_die(data: bytes, quarter_turns: int = 0) -> Picture:
    """Do what the bytes say: abort, hang, use CPU or memory, print, fail."""
    match data.partition(b":")[0]:
        case b"abort":
            os.abort()
        case b"hang":
            signal.pause()
        case b"burn":
            while True:
                pass
        case b"eat":
            bytearray(4_000_000_000)
        case b"babble":
            os.write(1, b"libdecode: warning\n")
        case b"fail":
            raise ZeroDivisionError("a decoder's own mistake")
        case b"credentials":
            raise Refused(Reason.DAMAGED, ",".join(sorted(os.environ)))
    return paint(data, quarter_turns)
