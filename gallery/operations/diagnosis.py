"""What an examination finds: one line for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    ``advice`` says what to do where it is not well, or why it was not looked at. ``section`` is the part of
    docs/runbook.md that says more.
    """

    what: str
    is_well: bool
    advice: str = ""
    was_seen: bool = True
    section: str = ""


def well(what: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(what, is_well=True)


def bearable(what: str, advice: str) -> Finding:
    """Say that something works as it is and could be better."""
    return Finding(what, is_well=True, advice=advice)


def ill(what: str, advice: str, section: str = "") -> Finding:
    """Say that something is not as it should be, and what to do."""
    return Finding(what, is_well=False, advice=advice, section=section)


def unseen(what: str) -> Finding:
    """Say that the credentials at hand may not look at something."""
    return apart(what, "could not look: these credentials may not")


def apart(what: str, why: str) -> Finding:
    """Say that something was not looked at, and why; that is neither well nor ill."""
    return Finding(what, is_well=True, advice=why, was_seen=False)


def line(finding: Finding) -> str:
    """Return the line that a person reads."""
    more = f" Runbook: {finding.section}." if finding.section else ""
    return f"{mark(finding)} {finding.what}{': ' * bool(finding.advice)}{finding.advice}{more}"


def mark(finding: Finding) -> str:
    """Return the word that a line about it begins with."""
    if not finding.is_well:
        return "LOOK"
    if not finding.was_seen:
        return "?   "
    return "note" if finding.advice else "ok  "
