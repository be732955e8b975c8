"""Each check that the templates and the image don't pass has its reason."""

from __future__ import annotations

import re

import yaml

from infra.worker_zip import PROJECT

CONFIGURATION = PROJECT / "infra" / "setup" / "checkov.yaml"
SKIPPED = re.compile(r"  - (CKV2?_(?:AWS|DOCKER)_\d+)  # ([^:]+: .{10,})")


def test_skipped_checks__have_reasons() -> None:
    text = CONFIGURATION.read_text()
    found = SKIPPED.findall(text)
    skipped = yaml.safe_load(text)["skip-check"]
    assert [check for check, _ in found] == skipped == sorted(skipped, key=_place)
    assert len({reason for _, reason in found}) == len(found)


def test_checks__are_of_templates_and_the_image() -> None:
    configuration = yaml.safe_load(CONFIGURATION.read_text())
    assert configuration["framework"] == ["cloudformation", "dockerfile"]
    (folder,) = configuration["directory"]
    # checkov finds the image's file by its ending.
    assert list((PROJECT / folder).glob("*.Dockerfile"))


def _place(check: str) -> tuple[str, int]:
    family, number = check.rsplit("_", 1)
    return family.replace("CKV2", "CKV"), int(number)
