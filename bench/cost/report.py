"""The calculation as Markdown, with its inputs and the source of each price."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from bench.cost import ours, peers
from bench.cost.chart import written
from bench.cost.figures import work_of
from bench.cost.markdown import by_service, dollars, table
from bench.cost.start import start
from gallery.operations.dashboard.prices import (
    AS_OF,
    MILLION,
    PRICES,
    THOUSAND,
    Price,
    photo_dollars,
    storage_dollars,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.cost.figures import Assumed, Measured

NAMES = ("contactsheet", "resized on the fly", "careful pipeline", "first pipeline")


def ways(measured: Measured, assumed: Assumed) -> dict[str, dict[str, dict[str, float]]]:
    """Return the sums of the four ways, by title and name."""
    compared = {
        "1,000 photos of 5 MB, once": (
            photos(measured),
            peers.on_the_fly_photos(measured),
            peers.careful_photos(measured),
            peers.naive_photos(measured),
        ),
        f"A million page views of {assumed.pictures} pictures": (
            ours.views(measured, assumed),
            peers.on_the_fly_views(measured, assumed),
            peers.careful_views(measured, assumed),
            peers.naive_views(measured, assumed),
        ),
    }
    return {title: dict(zip(NAMES, sums, strict=True)) for title, sums in compared.items()}


def totals(measured: Measured, assumed: Assumed) -> dict[str, dict[str, float]]:
    """Return only the totals, as the chart shows them."""
    return {
        title: {name: sum(way.values()) for name, way in by_name.items()}
        for title, by_name in ways(measured, assumed).items()
    }


def photos(measured: Measured) -> dict[str, float]:
    """Return the dollars for 1,000 photos by service."""
    return {title: each * THOUSAND for title, each in photo_dollars(work_of(measured)).items()}


def report(measured: Measured, assumed: Assumed) -> str:
    """Return everything as Markdown."""
    work = work_of(measured)
    kept = storage_dollars((work.original_bytes + work.rendition_bytes) * THOUSAND)
    parts = [
        f"Prices of us-east-1 as of {AS_OF}, no free tier counted; the source of each is at the end.\n",
        start(measured, assumed),
    ]
    for title, by_name in ways(measured, assumed).items():
        parts.append(f"### {title}\n")
        parts += [by_service(name, way) for name, way in by_name.items()]
        if title.startswith("1,000"):
            parts.append(f"Keeping the originals and renditions costs {written(kept)} a month.\n")
        else:
            parts += [_payback(measured, assumed), _plans(measured, assumed)]
    parts += [
        _sensitivity(measured, assumed),
        "### An idle month\n",
        by_service("without a database", ours.idle(assumed)),
        dollars(("with", "dollars a month"), ours.databases(assumed)),
        _extras(),
        _prices(),
    ]
    return "\n".join(parts)


def _extras() -> str:
    firewall = written(PRICES.firewall.of(1) + PRICES.firewall_rule.of(2))
    asked = written(PRICES.firewall_request.of(MILLION))
    nat, endpoint = (written(price.of(ours.HOURS_IN_A_MONTH)) for price in (PRICES.nat, PRICES.endpoint))
    return (
        f"A firewall (`FIREWALL=true`) adds {firewall}, and {asked} for a million requests. In the network "
        f"of the database a NAT gateway would add {nat}, an interface endpoint {endpoint} in each zone.\n"
    )


def _payback(measured: Measured, assumed: Assumed) -> str:
    """Return the number of views from which making renditions once is cheaper."""
    once, shown = totals(measured, assumed).values()
    made_once, made_at_each_miss, *_ = NAMES
    dearer = (once[made_once] - once[made_at_each_miss]) / THOUSAND
    saved = (shown[made_at_each_miss] - shown[made_once]) / MILLION
    requests = dearer / saved * ours.pictures_shown(assumed) / MILLION
    return (
        f"Making renditions once costs {100 * dearer:.4f} cents a photo more than resizing on the fly, and "
        f"is paid back once the photo's pictures were asked for **{requests:.0f} times**.\n"
    )


def _plans(measured: Measured, assumed: Assumed) -> str:
    """Return when a flat-rate plan of CloudFront is cheaper."""
    requests = 1 + ours.pictures_shown(assumed) / MILLION
    at_the_edge = sum(
        amount for title, amount in ours.views(measured, assumed).items() if title.startswith("CloudFront")
    )
    plans = [
        (
            f"{name}: {limit:,} million requests",
            f"{limit * MILLION / requests:,.0f}",
            written(price.dollars),
            written(at_the_edge * limit / requests),
        )
        for name, limit, price in (("Pro", 10, PRICES.plan_pro), ("Business", 125, PRICES.plan_business))
    ]
    heads = ("plan", "page views it carries", "dollars a month", "the same by use")
    title = "CloudFront also has plans at a flat rate, one for each distribution (never tried here):\n"
    return f"{title}\n{table(heads, plans)}"


def _sensitivity(measured: Measured, assumed: Assumed) -> str:
    shares, kept = (0.5, 0.7, 0.9), (0.0, 0.5, 0.75)

    def million_views(way: Callable[[Measured, Assumed], dict[str, float]], **changed: Any) -> str:
        sums = way(measured, replace(assumed, **changed))
        return written(sum(sums.values()))

    pages = [
        (
            f"{share:.0%}",
            *(million_views(ours.views, pages_from_edge=share, pictures_from_browser=k) for k in kept),
        )
        for share in shares
    ]
    pictures = [
        (
            f"{share:.0%}",
            *(million_views(way, pictures_from_edge=share) for way in (ours.views, peers.on_the_fly_views)),
        )
        for share in shares
    ]
    work = work_of(measured)
    factors = {
        f"{factor}": THOUSAND * sum(photo_dollars(replace(work, vcpu_factor=factor)).values())
        for factor in (1.0, 1.5, 2.0)
    }
    return "\n".join(
        [
            "### How much the assumptions matter\n",
            "Dollars for a million page views, by how many pages the edge answers and how many",
            "pictures browsers have:\n",
            table(("pages from the edge", *(f"{share:.0%} of pictures" for share in kept)), pages),
            "The same million views by how many of the requested pictures an edge has:\n",
            table(("pictures from the edge", *NAMES[:2]), pictures),
            "1,000 photos by how much slower Lambda's core is:\n",
            dollars(("factor", "dollars"), factors),
        ]
    )


def _prices() -> str:
    prices: list[Price] = [getattr(PRICES, field.name) for field in fields(PRICES)]
    rows = [(price.unit, price.source, f"{price.dollars:g}", f"{price.per:,}") for price in prices]
    return "### Prices\n\n" + table(("of", "read in", "dollars", "for"), rows, texts=2)
