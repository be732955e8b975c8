"""Decoders in the shape of ``imaging.render`` for bytes that only say what should happen to them.

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


def paint(data: bytes) -> Picture:
    """Refuse what says so, else pretend to have rendered it."""
    if data.startswith(b"damaged"):
        raise Refused(Reason.DAMAGED, "says so itself")
    digest = hashlib.sha256(data).hexdigest()
    return Picture(
        format="jpeg",
        width=4000,
        height=3000,
        renditions=tuple(
            Rendered(spec, f"{spec.name}\n{digest}".encode(), spec.longest_side, spec.longest_side * 3 // 4)
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


def paint_or_die(data: bytes) -> Picture:
    """Do to the process what the bytes say: abort, hang, burn, eat memory, babble, fail."""
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
    return paint(data)
