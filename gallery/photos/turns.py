"""Fair shares: jobs take the open work of accounts in turns, so that no account delays another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.db.models import QuerySet


def in_turns(rows: QuerySet[Any], *, by: str, then: str) -> QuerySet[Any]:
    """Order rows so that the first of each account come first, then the second of each, and so on.

    Among rows of one turn, and within an account, the smallest ``then`` comes first.
    """
    turn: Any = Window(RowNumber(), partition_by=F(by), order_by=[then, "pk"])
    ordered: QuerySet[Any] = rows.alias(turn=turn).order_by("turn", then, "pk")
    return ordered


def share_of(owner_id: int) -> int:
    """Return a number that stands for an account but does not tell which, without the secret key."""
    # 31 bits: what an integer column holds. Two accounts with one number would share their turns.
    return int.from_bytes(salted_hmac("gallery.sweep", str(owner_id)).digest()[:4]) >> 1
