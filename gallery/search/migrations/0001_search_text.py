"""The texts of photos, and the indexes by which each database finds signs in them."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import F, Q

from gallery.photos.fields import WallClockField

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSTGRESQL = (
    "CREATE INDEX search_public_trigrams ON search_searchtext USING gin (public_text gin_trgm_ops)",
    "CREATE INDEX search_own_trigrams ON search_searchtext USING gin (own_text gin_trgm_ops)",
    "CREATE INDEX search_name_trigrams ON search_name USING gin (folded gin_trgm_ops)",
    "CREATE INDEX search_bigrams ON search_searchtext USING gin (string_to_array(bigrams, ' '))",
)
# Pairs of signs are separated by blanks only, so every other sign of ASCII is part of one.
_PUNCTUATION = string.punctuation.replace("'", "''").replace('"', '""')
SQLITE = (
    "CREATE VIRTUAL TABLE search_trigrams USING fts5(public_text, own_text, "
    "content='search_searchtext', content_rowid='id', tokenize='trigram case_sensitive 1')",
    "CREATE VIRTUAL TABLE search_bigrams USING fts5(bigrams, "
    f"content='search_searchtext', content_rowid='id', tokenize=\"ascii tokenchars '{_PUNCTUATION}'\")",
)
# FTS5's manual, section 4.4.3: an index beside its table is kept by triggers, which cascades fire as well.
FORGET = """
    INSERT INTO search_trigrams(search_trigrams, rowid, public_text, own_text)
        VALUES ('delete', old.id, old.public_text, old.own_text);
    INSERT INTO search_bigrams(search_bigrams, rowid, bigrams) VALUES ('delete', old.id, old.bigrams);
"""
LEARN = """
    INSERT INTO search_trigrams(rowid, public_text, own_text) VALUES (new.id, new.public_text, new.own_text);
    INSERT INTO search_bigrams(rowid, bigrams) VALUES (new.id, new.bigrams);
"""
TRIGGERS = (
    f"CREATE TRIGGER search_learn AFTER INSERT ON search_searchtext BEGIN {LEARN} END",
    f"CREATE TRIGGER search_forget AFTER DELETE ON search_searchtext BEGIN {FORGET} END",
    "CREATE TRIGGER search_change AFTER UPDATE OF id, public_text, own_text, bigrams ON search_searchtext "
    f"BEGIN {FORGET} {LEARN} END",
)


class Trigrams(TrigramExtension):
    """``pg_trgm``, which the owner of a database may create: it is a trusted extension since PostgreSQL 13."""

    reduces_to_sql = False  # it looks whether the extension is there

    def database_backwards(self, *_args: Any) -> None:
        """Keep the extension: it may have been there before, and others may use it."""


def make_indexes(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the indexes of this database."""
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else (*SQLITE, *TRIGGERS):
        editor.execute(statement, params=None)


def drop_indexes(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop what does not go with the table."""
    if editor.connection.vendor == "sqlite":
        for name in ("learn", "forget", "change"):
            editor.execute(f"DROP TRIGGER search_{name}", params=None)
        for name in ("trigrams", "bigrams"):
            editor.execute(f"DROP TABLE search_{name}", params=None)


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("photos", "0015_failed_by_owner"),
        ("albums", "0003_words_so_far"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Any]] = [
        Trigrams(),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_text", models.TextField(db_default="", default="")),
                ("own_text", models.TextField(db_default="", default="")),
                ("bigrams", models.TextField(db_default="", default="")),
                ("camera", models.CharField(db_default="", default="", max_length=200)),
                ("lens", models.CharField(db_default="", default="", max_length=200)),
                ("file_words", models.TextField(db_default="", default="")),
                ("timeline_at", WallClockField(editable=False)),
                ("is_stale", models.BooleanField(db_default=True, default=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_text",
                        to="photos.photo",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(F("timeline_at").desc(), F("photo").desc(), name="search_timeline"),
                    models.Index("id", name="search_stale", condition=Q(is_stale=True)),
                    models.Index("camera", name="search_camera", condition=~Q(camera="")),
                    models.Index("lens", name="search_lens", condition=~Q(lens="")),
                ],
            },
        ),
        migrations.CreateModel(
            name="Name",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("tag", "Tag"), ("album", "Album"), ("camera", "Camera"), ("lens", "Lens")],
                        max_length=6,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("folded", models.TextField()),
            ],
            options={
                "indexes": [models.Index("kind", "folded", name="search_name_folded")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "name"), name="search_name_unique"),
                ],
            },
        ),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
