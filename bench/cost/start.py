"""The inputs of the calculation, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cost.figures import page_ms, work_of
from bench.cost.markdown import table

if TYPE_CHECKING:
    from bench.cost.figures import Assumed, Measured


def start(measured: Measured, assumed: Assumed) -> str:
    """Return the measurements, the assumptions, and the time that Lambda bills for them."""
    work = work_of(measured)
    tiles = f"{measured.tile_bytes:,} and {measured.dense_tile_bytes:,} bytes"
    naive = f"{measured.naive_ms:.0f} ms, {measured.naive_tile_bytes:,} bytes"
    found = {
        f"worker: CPU of one photo ({measured.photos})": f"{measured.render_ms:.0f} ms",
        "page: CPU of a warm one, from event to answer": f"{measured.page_ms:.0f} ms",
        f"page: {assumed.pictures} pictures, signed, compressed": f"{measured.page_bytes:,} bytes",
        f"tile of 320 px, and of 800 px ({measured.tiles})": tiles,
        "three renditions": f"{measured.rendition_bytes:,} bytes",
        "our CPU for a photo divided by sharp's best way": f"{measured.cpu_to_sharp}",
        "first pipeline: full decode and one JPEG of 800 px": naive,
        f"first pipeline: {assumed.pictures} URLs signed at each view": f"{measured.presign_ms:.0f} ms",
    }
    guesses = {
        "Lambda's core takes as long as this one, times": f"{work.vcpu_factor}",
        "worker: waits for S3, DynamoDB and SNS": f"{work.worker_waiting_ms:.0f} ms",
        "page: waits for SQL and DynamoDB": f"{assumed.page_waiting_ms:.0f} ms",
        "an offer or a poll": f"{work.web_ms:.0f} ms",
        "one run of the sweep or of the mails": f"{assumed.job_ms:.0f} ms",
        "pages that CloudFront answers by itself": f"{assumed.pages_from_edge:.0%}",
        "pictures that the browser has": f"{assumed.pictures_from_browser:.0%}",
        "of the others, those that an edge has (as AWS's guide assumes)": f"{assumed.pictures_from_edge:.0%}",
        "screens that take the larger tile": f"{assumed.dense_screens:.0%}",
    }
    billed = (
        f"So Lambda bills **{work.worker_ms:.0f} ms** for a photo that comes alone and "
        f"**{page_ms(measured, assumed):.0f} ms** for a page, at 1,769 MB.\n"
    )
    return "\n".join(
        [
            table((f"measured on {measured.machine}", ""), found.items()),
            table(("assumed", ""), guesses.items()),
            billed,
        ]
    )
