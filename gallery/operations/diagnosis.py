"""The results of checks: one finding for each thing checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. Its field names are the keys of ``doctor --json``.

    ``advice`` says what to do about a problem, or why the check was skipped. ``section`` is the section of
    docs/runbook.md with more details.
    """

    what: str
    is_well: bool
    advice: str = ""
    was_seen: bool = True
    section: str = ""


def ok(what: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(what, is_well=True)


def note(what: str, advice: str) -> Finding:
    """Return a finding that works and could be better."""
    return Finding(what, is_well=True, advice=advice)


def broken(what: str, advice: str, section: str = "") -> Finding:
    """Return a finding with a problem and what to do about it."""
    return Finding(what, is_well=False, advice=advice, section=section)


def skipped(what: str, reason: str) -> Finding:
    """Return a finding that was not checked: neither ok nor broken."""
    return Finding(what, is_well=True, advice=reason, was_seen=False)


def line(finding: Finding) -> str:
    """Return the line that a person reads."""
    more = f" Runbook: {finding.section}." if finding.section else ""
    return f"{mark(finding)} {finding.what}{': ' * bool(finding.advice)}{finding.advice}{more}"


def mark(finding: Finding) -> str:
    """Return the four characters that the line of a finding begins with."""
    if not finding.is_well:
        return "FAIL"
    if not finding.was_seen:
        return "?   "
    return "note" if finding.advice else "ok  "
