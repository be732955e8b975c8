"""Find out whether the database is older than the stores, so the sweep never overtakes a restore.

Each run of the sweep increments a number in SQL, then writes it to an object in S3. So the number in SQL is
never lower than the one in S3, unless SQL was restored from an older copy. Another generation is another
database. In both cases the sweep removes nothing until an operator accepts the database.
"""

from __future__ import annotations

import json
import uuid

from django.db.models import F

from gallery.processing.models import DatabaseMark
from gallery.storage.originals import originals

ROW = 1
ADVICE = "Run manage.py fsck, then manage.py accept_restore."


def check() -> str:
    """Return why nothing may be removed, or ``""``. Costs one GET and one PUT.

    Raises:
        OriginalsUnavailable: S3 did not answer, so nothing is known.
    """
    # S3 first: another run may increment both in between, and SQL must not look older because of it.
    stored = _stored()
    mark, _ = DatabaseMark.objects.get_or_create(pk=ROW)
    refused = _problem(mark, stored)
    if refused != mark.refused:
        DatabaseMark.objects.filter(pk=ROW).update(refused=refused)
    if not refused:
        _advance()
    return refused


def accept() -> None:
    """Make this database the one that S3 names, and newer than every copy of it.

    Raises:
        OriginalsUnavailable: S3 did not answer. Nothing is accepted.
    """
    stored = _stored()
    number = stored[1] if stored else 0
    mark, _ = DatabaseMark.objects.get_or_create(pk=ROW)
    DatabaseMark.objects.filter(pk=ROW).update(
        generation=uuid.uuid4(), number=max(number, mark.number), refused=""
    )
    _advance()


def compare() -> str:
    """Return why the next run of the sweep would remove nothing, or ``""``. Changes nothing; costs one GET.

    Raises:
        OriginalsUnavailable: S3 did not answer, so nothing is known.
    """
    stored = _stored()
    # A new database has no row yet. A generation of its own is what the sweep would give it.
    return _problem(DatabaseMark.objects.filter(pk=ROW).first() or DatabaseMark(), stored)


def refusal() -> str:
    """Return why the last run of the sweep removed nothing, or ``""``."""
    return DatabaseMark.objects.filter(pk=ROW).values_list("refused", flat=True).first() or ""


def _problem(mark: DatabaseMark, stored: tuple[str, int] | None) -> str:
    if stored is None:
        return ""
    generation, number = stored
    if generation != str(mark.generation):
        return "This is another database than the one that S3 was swept with."
    if number > mark.number:
        behind = number - mark.number
        runs = "1 run" if behind == 1 else f"{behind} runs"
        return f"The database is older than S3: it is {runs} of the sweep behind."
    return ""


def _advance() -> None:
    DatabaseMark.objects.filter(pk=ROW).update(number=F("number") + 1)
    mark = DatabaseMark.objects.get(pk=ROW)
    data = {"generation": str(mark.generation), "number": mark.number}
    originals().write_database_mark(json.dumps(data).encode())


def _stored() -> tuple[str, int] | None:
    data = originals().read_database_mark()
    if data is None:
        return None
    try:
        values = json.loads(data)
        return str(values["generation"]), int(values["number"])
    except (ValueError, KeyError, TypeError):
        # Not ours: no database agrees with it, until an operator accepts one.
        return "", 0
