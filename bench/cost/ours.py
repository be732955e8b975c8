"""What this gallery costs: a million views of its front page, and an idle month."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost.figures import bytes_of_tile, page_ms
from gallery.operations.dashboard.prices import GIGABYTE, MILLION, PRICES, PhotoWork
from infra.deploy.schedules import mail_minutes

if TYPE_CHECKING:
    from bench.cost.figures import Assumed, Measured

HOURS_IN_A_MONTH = 730
USUAL_SWEEP_MINUTES = 5
RARE_SWEEP_MINUTES = 720
METRICS = 10
"""Metrics of our own that the two jobs write; ``tests/bench/test_cost.py`` counts them."""
MAPPINGS = 2
POLLERS = 5  # of a mapping with MaximumConcurrency: never fewer
POLLS_AN_HOUR = 180  # long polls of 20 seconds
AWAKE_HOURS = 0.25  # 5 minutes until the connection is closed, and 10 until the pause
LEAST_UNITS = 0.5
LOGS_GIGABYTES = 0.05
ALARMS = Path("infra/watch.yaml")


def views(measured: Measured, assumed: Assumed) -> dict[str, float]:
    """Return the dollars for a million page views."""
    missed = pictures_shown(assumed) * (1 - assumed.pictures_from_edge)
    return {**edge_dollars(measured, assumed), "S3: what no edge has yet": PRICES.s3_get.of(missed)}


def edge_dollars(measured: Measured, assumed: Assumed) -> dict[str, float]:
    """Return the dollars for a million pages, and for their pictures as far as the edge has them."""
    asked = MILLION * (1 - assumed.pages_from_edge)
    seconds = page_ms(measured, assumed) / 1000
    pictures = pictures_shown(assumed)
    return {
        "CloudFront: pages": PRICES.edge_request.of(MILLION)
        + PRICES.edge_gigabyte.of(MILLION * measured.page_bytes / GIGABYTE),
        "gateway and web": PRICES.gateway.of(asked)
        + PRICES.lambda_request.of(asked)
        + PRICES.lambda_arm.of(asked * seconds * PhotoWork().memory_gigabytes),
        "DynamoDB": PRICES.item_read.of(asked * assumed.pictures / 2),  # eventual: half a unit each
        "logs": PRICES.logs.of(asked * assumed.log_bytes / GIGABYTE),
        "CloudFront: requests for pictures": PRICES.edge_request.of(pictures),
        "CloudFront: bytes of pictures": PRICES.edge_gigabyte.of(
            pictures * bytes_of_tile(measured, assumed) / GIGABYTE
        ),
    }


def pictures_shown(assumed: Assumed) -> float:
    """Return the requests for pictures of a million views, without those in browser caches."""
    return MILLION * assumed.pictures * (1 - assumed.pictures_from_browser)


def alarms() -> int:
    """Count the alarms of the template."""
    return len(re.findall(r"Type: AWS::CloudWatch::Alarm$", ALARMS.read_text(), re.MULTILINE))


def idle(assumed: Assumed, sweep_minutes: int = USUAL_SWEEP_MINUTES) -> dict[str, float]:
    """Return the dollars for an idle month, without a database."""
    hours_written = min(1.0, 60 / sweep_minutes)
    return {
        f"sweep, every {every(sweep_minutes)}": job_dollars(assumed, sweep_minutes),
        f"mails, every {every(mail_minutes(sweep_minutes))}": job_dollars(
            assumed, mail_minutes(sweep_minutes)
        ),
        f"{METRICS} metrics they write": PRICES.metric.of(METRICS * hours_written),
        f"{MAPPINGS} mappings that poll empty queues": PRICES.queue_request.of(
            MAPPINGS * POLLERS * POLLS_AN_HOUR * HOURS_IN_A_MONTH
        ),
        f"{alarms()} alarms": PRICES.alarm.of(alarms()),
        "dashboard": PRICES.dashboard.of(1),
        "logs": PRICES.logs.of(LOGS_GIGABYTES),
    }


def every(minutes: int) -> str:
    """Return an interval for people.

    >>> every(1), every(5)
    ('minute', '5 minutes')
    """
    return "minute" if minutes == 1 else f"{minutes} minutes"


def job_dollars(assumed: Assumed, minutes: int) -> float:
    """Return the dollars of a month for a job that runs every ``minutes``."""
    runs = HOURS_IN_A_MONTH * 60 / minutes
    return (
        PRICES.lambda_request.of(runs)
        + PRICES.schedule.of(runs)
        + PRICES.lambda_arm.of(runs * assumed.job_ms / 1000 * PhotoWork().memory_gigabytes)
    )


def databases(assumed: Assumed) -> dict[str, float]:
    """Return the dollars for an idle month with each choice of a database."""
    often, rare = (
        sum(idle(assumed, minutes).values()) for minutes in (USUAL_SWEEP_MINUTES, RARE_SWEEP_MINUTES)
    )
    unit_hour = LEAST_UNITS * PRICES.database_unit.of(1)
    wakings = HOURS_IN_A_MONTH * 60 / RARE_SWEEP_MINUTES
    return {
        "a database that is there anyway": often,
        f"Aurora Serverless v2, 1 GB, woken every {RARE_SWEEP_MINUTES} minutes": rare
        + PRICES.database_month.of(1)
        + wakings * AWAKE_HOURS * unit_hour,
        f"Aurora Serverless v2, 1 GB, kept awake every {USUAL_SWEEP_MINUTES} minutes": often
        + PRICES.database_month.of(1)
        + HOURS_IN_A_MONTH * unit_hour,
        "RDS db.t4g.micro, 20 GB": often
        + PRICES.small_database.of(HOURS_IN_A_MONTH)
        + PRICES.small_database_month.of(20),
    }
