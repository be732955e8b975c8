"""Make the renditions of many photos again."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gallery.accounts.models import User
from gallery.operations.dashboard.prices import rerender_dollars
from gallery.processing import campaigns
from gallery.processing.models import Campaign, CampaignPhase, CampaignState
from gallery.storage.catalogue import BATCH_SIZE, CatalogueUnavailable
from gallery.storage.originals import OriginalsUnavailable
from gallery.storage.queues import QueueUnavailable
from thumbworker.contract.policy import CURRENT
from thumbworker.contract.reasons import Reason

PAUSE_SECONDS = 1.0
WIDTH = 30


class Command(BaseCommand):
    help = (
        "Make the renditions of many photos again. Says how many and what it costs, then asks the worker. "
        "Run the same command again to resume. The sweep carries it on, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_argument_group("which photos")
        which.add_argument("--all", action="store_true", help="all photos")
        which.add_argument("--owner", metavar="USERNAME", help="photos of this user")
        which.add_argument(
            "--policy",
            nargs="?",
            type=int,
            const=CURRENT.version - 1,
            metavar="VERSION",
            help="photos made under this policy or an older one; without VERSION, any but the current",
        )
        which.add_argument("--failed", metavar="REASON", help="photos that failed for this reason")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--dry-run", action="store_true", help="only say how many and what it costs")
        action.add_argument("--background", action="store_true", help="leave the work to the sweep")
        for name in ("status", "pause", "resume", "cancel"):
            action.add_argument(f"--{name}", action="store_true", help=f"{name} of the open campaign")
        parser.add_argument("--per-minute", type=int, default=campaigns.PER_MINUTE, metavar="PHOTOS")
        parser.add_argument("--max-queue", type=int, default=campaigns.MAX_QUEUE, metavar="MESSAGES")
        parser.add_argument("--json", action="store_true", help="print the campaign as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if any(options[name] for name in ("status", "pause", "resume", "cancel")):
            self._control(options)
            return
        planned = self._planned(options)
        if options["dry_run"]:
            self._announce(planned, options)
            return
        campaign = campaigns.open_campaign()
        if campaign is not None and _key(campaign) != _key(planned):
            raise CommandError(
                f"Another campaign is open: {campaign}. Wait for its end, or run: manage.py rerender --cancel"
            )
        if campaign is None:
            self._announce(planned, options)
            try:
                campaigns.start(planned)
            except campaigns.AnotherCampaign as error:
                raise CommandError("Another campaign was started just now.") from error
            campaign = planned
        campaigns.resume(campaign.pk)
        if not options["background"]:
            self._carry_on(campaign.pk, options)
        self._report(campaign.pk, options)

    def _planned(self, options: dict[str, Any]) -> Campaign:
        policy, reason, name = options["policy"], options["failed"] or "", options["owner"]
        if not (options["all"] or name or policy is not None or reason):
            raise CommandError("Say which photos: --all, --owner, --policy or --failed.")
        if policy is not None and not 1 <= policy < CURRENT.version:
            raise CommandError(f"--policy is a version from 1 to {CURRENT.version - 1}.")
        if reason and reason not in {str(code) for code in Reason}:
            raise CommandError(f"{reason} is no reason. Reasons: {', '.join(sorted(map(str, Reason)))}.")
        if min(options["per_minute"], options["max_queue"]) < 1:
            raise CommandError("--per-minute and --max-queue are at least 1.")
        owner = User.objects.filter(username=name).first() if name else None
        if name and owner is None:
            raise CommandError(f"There is no user named {name}.")
        return campaigns.planned(
            timezone.now(),
            owner=owner,
            policy=policy,
            reason=reason,
            per_minute=options["per_minute"],
            max_queue=options["max_queue"],
        )

    def _announce(self, campaign: Campaign, options: dict[str, Any]) -> None:
        dollars = rerender_dollars(campaign.total)
        if options["json"]:
            if options["dry_run"]:
                self.stdout.write(json.dumps({"photos": campaign.total, "dollars": round(dollars, 2)}))
            return
        at_most = "at most " if campaign.policy else ""
        minutes = campaign.total / campaign.per_minute
        self.stdout.write(
            f"{campaign}: {at_most}{campaign.total} photos, about ${dollars:.2f}, "
            f"{minutes:.0f} minutes or longer at {campaign.per_minute} a minute."
        )

    def _carry_on(self, campaign_id: int, options: dict[str, Any]) -> None:
        """Ask for all photos. The second pass begins when the old addresses are dead: the sweep's work."""
        while True:
            try:
                step = campaigns.advance(timezone.now(), most=BATCH_SIZE)
            except (OriginalsUnavailable, CatalogueUnavailable, QueueUnavailable) as problem:
                raise CommandError(
                    f"AWS didn't respond: {problem} Completed steps are kept. "
                    "Run the same command again to resume."
                ) from problem
            campaign = Campaign.objects.get(pk=campaign_id)
            if not options["json"]:
                self._draw(campaign)
            if campaign.state != CampaignState.RUNNING or campaign.phase != CampaignPhase.ASKING:
                return
            if not step.photos:
                time.sleep(PAUSE_SECONDS)

    def _draw(self, campaign: Campaign) -> None:
        done = campaign.total - campaign.left
        share = done / campaign.total if campaign.total else 1.0
        bar = "#" * int(WIDTH * share)
        end = "" if self.stdout.isatty() and campaign.left else "\n"
        self.stdout.write(f"\r[{bar:<{WIDTH}}] {done}/{campaign.total}", ending=end)

    def _control(self, options: dict[str, Any]) -> None:
        campaign = campaigns.open_campaign()
        if campaign is None:
            raise CommandError("No campaign is open.")
        if options["pause"]:
            campaigns.pause(campaign.pk)
        elif options["resume"]:
            campaigns.resume(campaign.pk)
        elif options["cancel"]:
            campaigns.cancel(campaign.pk, timezone.now())
        self._report(campaign.pk, options)

    def _report(self, campaign_id: int, options: dict[str, Any]) -> None:
        campaign = Campaign.objects.select_related("owner").get(pk=campaign_id)
        if options["json"]:
            self.stdout.write(json.dumps(as_data(campaign)))
            return
        self.stdout.write(
            f"{campaign}: {campaign.state}, {campaign.phase}. {campaign.asked} asked, {campaign.skipped} "
            f"skipped, {campaign.left} left, {campaign.failed} failed."
        )
        if campaign.state == CampaignState.RUNNING:
            self.stdout.write("The sweep continues. See: manage.py rerender --status")


def _key(campaign: Campaign) -> tuple[Any, ...]:
    return campaign.owner_id, campaign.policy, campaign.reason


def as_data(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign as plain data."""
    names = ("state", "phase", "total", "asked", "skipped", "failed", "left", "policy", "reason")
    return {name: getattr(campaign, name) for name in names} | {
        "owner": campaign.owner.username if campaign.owner else "",
        "dollars": round(rerender_dollars(campaign.total), 2),
    }
