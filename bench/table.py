"""The measurements as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.ratios import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.measuring import Measured

_HEAD = (
    f"{'photo':20} {'contender':22} {'CPU ms':>7} {'wall ms':>7} {'peak MB':>7} {'idle':>5}"
    f" {'kB 1600':>8} {'800':>6} {'320':>6} {'SSIM 1600':>9} {'800':>6} {'320':>6}"
)


def table_lines(measured: Iterable[Measured]) -> Iterator[str]:
    """Yield a head and one line for each photo and contender."""
    yield _HEAD
    for one in measured:
        sizes = [one.size_bytes[side] / 1000 for side in SIDES]
        ssim = [one.ssim[side] for side in SIDES]
        cells = (
            f"{one.photo[:20]:20} {one.contender:22}",
            f"{1000 * one.cpu_seconds:7.0f} {1000 * one.wall_seconds:7.0f}",
            f"{one.peak_bytes / 1e6:7.0f} {one.idle_bytes / 1e6:5.0f}",
            f"{sizes[0]:8.1f} {sizes[1]:6.1f} {sizes[2]:6.1f}",
            f"{ssim[0]:9.4f} {ssim[1]:6.4f} {ssim[2]:6.4f}",
        )
        yield " ".join(cells)


def summary_lines(report: dict[str, Any]) -> Iterator[str]:
    """Yield the ratios, and the contenders that were absent."""
    for name, title in (
        ("ratio_to_sharp", "sharp's best way"),
        ("ratio_to_sharp_avif", "sharp with AVIF at its least effort"),
        ("ratio_to_naive", "naive Pillow"),
    ):
        ratio = report[name]
        if ratio is None:
            yield f"{title}: not measured"
            continue
        yield (
            f"{title}: CPU x {ratio['cpu_geometric_mean']:.2f} (largest {ratio['cpu_largest']:.2f}),"
            f" peak memory x {ratio['peak_bytes_largest']:.2f} at most"
        )
        for side in SIDES:
            size, size_largest = ratio["bytes_geometric_mean"][side], ratio["bytes_largest"][side]
            likeness, least = ratio["ssim_mean_difference"][side], ratio["ssim_least_difference"][side]
            yield (
                f"  {side:>4} px: bytes x {size:.3f} (largest {size_largest:.3f}),"
                f" SSIM {likeness:+.4f} (least {least:+.4f})"
            )
    for name, reason in report["absent"].items():
        yield f"absent: {name} ({reason})"
