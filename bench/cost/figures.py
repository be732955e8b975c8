"""The inputs of the calculation: measurements and assumptions."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.operations.dashboard.prices import PhotoWork


@dataclass(frozen=True, slots=True)
class Measured:
    """The output of ``make cost ARGS=--measure``; CPU milliseconds of its machine.

    Tiles are by their longest side; ``naive_ms`` is a full decode and one JPEG of 800 pixels.
    """

    machine: str = (
        "AMD EPYC (two shared cores, load 0.8), Python 3.11.7, 2026-11-28; the card side by side, 2026-11-30"
    )
    photos: str = "4 made photographs of 12 MP"
    tiles: str = "3 photographs of 12 to 24 MP"
    render_ms: float = PhotoWork().render_ms
    naive_ms: float = 208.0
    page_ms: float = 40.0
    presign_ms: float = 20.0
    page_bytes: int = 53_914
    tile_bytes: int = 14_743
    dense_tile_bytes: int = 81_802
    naive_tile_bytes: int = 107_715
    rendition_bytes: int = PhotoWork().rendition_bytes
    cpu_to_sharp: float = 0.62  # ours divided by sharp's best way, of `make bench-imaging`
    signature_bytes: int = 258  # of 344 base64 characters, compressed


@dataclass(frozen=True, slots=True)
class Assumed:
    """Values that can't be measured before there are visitors."""

    pictures: int = 60
    pages_from_edge: float = 0.7
    pictures_from_browser: float = 0.5
    pictures_from_edge: float = 0.9
    dense_screens: float = 0.5
    page_waiting_ms: float = 10.0
    job_ms: float = 300.0
    log_bytes: int = 1_500


def work_of(measured: Measured) -> PhotoWork:
    """Return the work for a photo, as measured."""
    return PhotoWork(render_ms=measured.render_ms, rendition_bytes=measured.rendition_bytes)


def page_ms(measured: Measured, assumed: Assumed) -> float:
    """Return what Lambda bills for a page: the CPU on its slower core, and the waiting."""
    return measured.page_ms * PhotoWork().vcpu_factor + assumed.page_waiting_ms


def bytes_of_tile(measured: Measured, assumed: Assumed) -> float:
    """Return the mean bytes of one picture on a page: a dense screen takes the larger rendition."""
    share = assumed.dense_screens
    return share * measured.dense_tile_bytes + (1 - share) * measured.tile_bytes
