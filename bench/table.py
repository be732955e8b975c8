"""The measurements as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.ratios import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.measuring import Measured

_HEAD = (
    f"{'photo':26} {'contender':32} {'CPU ms':>7} {'wall ms':>7} {'peak MB':>7}"
    f" {'kB 1600':>8} {'800':>6} {'320':>6} {'SSIM 1600':>9} {'800':>6} {'320':>6}"
)


def table_lines(measured: Iterable[Measured]) -> Iterator[str]:
    """Yield a head and one line for each photo and contender."""
    yield _HEAD
    for one in measured:
        sizes = [one.size_bytes[side] / 1000 for side in SIDES]
        ssim = [one.ssim[side] for side in SIDES]
        cells = (
            f"{one.photo[:26]:26} {one.contender:32}",
            f"{1000 * one.cpu_seconds:7.0f} {1000 * one.wall_seconds:7.0f}",
            f"{one.peak_bytes / 1e6:7.0f}",
            f"{sizes[0]:8.1f} {sizes[1]:6.1f} {sizes[2]:6.1f}",
            f"{ssim[0]:9.4f} {ssim[1]:6.4f} {ssim[2]:6.4f}",
        )
        yield " ".join(cells)


def summary_lines(report: dict[str, Any]) -> Iterator[str]:
    """Yield the ratios, of all photos and of each set, and the contenders that were absent."""
    for title, compared in (("all photos", report), *report.get("sets", {}).items()):
        yield f"{title}:"
        yield from _ratio_lines("sharp's best way", compared["ratio_to_sharp"])
        for name, ratio in compared.get("ratio_to_each_way_of_sharp", {}).items():
            yield from _ratio_lines(name, ratio)
        yield from _ratio_lines("naive Pillow", compared["ratio_to_naive"])
    for name, reason in report["absent"].items():
        yield f"absent: {name} ({reason})"


def _ratio_lines(title: str, ratio: dict[str, Any] | None) -> Iterator[str]:
    if ratio is None:
        yield f"  {title}: not measured"
        return
    cpu, memory = ratio["cpu"], ratio["memory"]
    yield (
        f"  {title} on {ratio['photos']}: CPU x {cpu['geometric_mean']:.2f} (largest {cpu['largest']:.2f}),"
        f" peak memory x {memory['geometric_mean']:.2f} (largest {memory['largest']:.2f})"
    )
    for side in SIDES:
        size, ssim, score = ratio["bytes"][side], ratio["ssim"][side], ratio["ssimulacra2"][side]
        line = (
            f"    {side:>4} px: bytes x {size['geometric_mean']:.3f} (largest {size['largest']:.3f}),"
            f" SSIM {ssim['mean']:+.4f} (least {ssim['least']:+.4f})"
        )
        yield line + (f", SSIMULACRA2 {score['mean']:+.1f} (least {score['least']:+.1f})" if score else "")
