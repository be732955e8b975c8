"""What an examination finds: one line for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``advice`` says what to do where it is not well."""

    what: str
    is_well: bool
    advice: str = ""
    was_seen: bool = True


def well(what: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(what, is_well=True)


def ill(what: str, advice: str) -> Finding:
    """Say that something is not as it should be, and what to do."""
    return Finding(what, is_well=False, advice=advice)


def unseen(what: str) -> Finding:
    """Say that the credentials at hand may not look at something."""
    return Finding(what, is_well=True, advice="these credentials may not look at it", was_seen=False)


def mark(finding: Finding) -> str:
    """Return the word that a line about it begins with."""
    if not finding.is_well:
        return "LOOK"
    return "ok  " if finding.was_seen else "?   "
