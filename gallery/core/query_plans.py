"""How PostgreSQL plans the gallery's queries: short ones, by indexes, on disks without moving parts.

Measured at 100,000 photos: compiling a search (``jit``) took 1.5 s, running it 0.1 s. With the cost of random
reads on a turning disk, a page's 200 tags were found by reading all tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

SETTINGS = {"jit": "off", "random_page_cost": "1.1"}


@receiver(connection_created, dispatch_uid="gallery.core.query_plans")
def set_up(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Set it once for each connection, by the driver: it is no query of a request.

    Behind a pooler the session is shared, so the role needs it there: see ``docs/database.md``.
    """
    is_shared = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    if connection.vendor == "postgresql" and not is_shared:
        raw: Any = connection.connection
        raw.execute("; ".join(f"SET {name} = {value}" for name, value in SETTINGS.items()))
