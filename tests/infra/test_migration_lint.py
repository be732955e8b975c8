"""New migrations may run while the release before serves."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from infra import migration_lint

KEY = ("photos", "9999_tried")
Model = "photo"


def judged(*operations: migrations.operations.base.Operation, is_contract: bool = False) -> list[str]:
    """Judge a migration of these operations after all others."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    (leaf,) = [key for key in loader.graph.leaf_nodes() if key[0] == "photos"]
    made = type(
        "Migration",
        (migrations.Migration,),
        {"operations": list(operations), "dependencies": [leaf], "is_contract": is_contract},
    )(KEY[1], KEY[0])
    loader.disk_migrations[KEY] = made
    loader.graph.add_node(KEY, made)
    loader.graph.add_dependency(made, KEY, leaf)
    return migration_lint.judge(loader, KEY)


def test_listed_migrations__exist_and_others_are_safe() -> None:
    assert migration_lint.main() == 0
    assert len(migration_lint.before_the_first_release()) > 25


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField(Model, "note", models.TextField(null=True)),
        migrations.AddField(Model, "note", models.TextField(db_default="")),
        migrations.AddField(Model, "stars", models.IntegerField(default=0, db_default=0)),
        migrations.CreateModel(
            "Note", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]
        ),
        migrations.AddIndex(Model, models.Index(fields=["caption"], name="tried")),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
    ],
    ids=["nullable", "text-default", "number-default", "table", "index", "data"],
)
def test_expanding_migration__is_taken(operation: migrations.operations.base.Operation) -> None:
    assert judged(operation) == []


@pytest.mark.parametrize(
    ("operation", "advice"),
    [
        (migrations.AddField(Model, "note", models.TextField(default="")), "db_default"),
        (migrations.RemoveField(Model, "caption"), "is_contract"),
        (migrations.DeleteModel("Photo"), "is_contract"),
        (migrations.RenameField(Model, "caption", "words"), "Add what is new beside it"),
        (migrations.AlterModelTable(Model, "pictures"), "Add what is new beside it"),
        (
            migrations.AlterField(Model, "caption", models.IntegerField(default=0)),
            "Add what is new beside it",
        ),
        (
            migrations.AddConstraint(Model, models.UniqueConstraint(fields=["caption"], name="tried")),
            "is_contract",
        ),
        (migrations.RunSQL("ALTER TABLE photos_photo DROP COLUMN caption"), "is_contract"),
    ],
    ids=["not-null", "column", "table", "renamed", "renamed-table", "type", "unique", "sql"],
)
def test_breaking_migration__is_refused_with_advice(
    operation: migrations.operations.base.Operation, advice: str
) -> None:
    lines = judged(operation)
    assert lines
    assert all(line.startswith("photos.9999_tried: ") for line in lines)
    assert advice in lines[0]


def test_contract_migration__removes_what_may_be_left_out() -> None:
    nullable = migrations.AddField(Model, "note", models.TextField(null=True))
    needed = migrations.AddField(Model, "note", models.TextField(default=""))
    unique = migrations.AddConstraint(Model, models.UniqueConstraint(fields=["caption"], name="tried"))
    assert judged(unique, is_contract=True) == []
    assert judged(nullable, migrations.RemoveField(Model, "note"), is_contract=True) == []
    assert len(judged(needed, is_contract=True)) == 1
    assert len(judged(migrations.RenameField(Model, "caption", "words"), is_contract=True)) == 1
    (line,) = judged(migrations.RemoveField(Model, "caption"), is_contract=True)
    assert "photo.caption is NOT NULL without db_default" in line
