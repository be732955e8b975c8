"""Each check that the templates don't pass has its reason."""

from __future__ import annotations

import re

import yaml

from infra.worker_zip import PROJECT

CONFIGURATION = PROJECT / "infra" / "setup" / "checkov.yaml"
SKIPPED = re.compile(r"  - (CKV2?_AWS_\d+)  # ([^:]+: .{10,})")


def test_skipped_checks__have_reasons() -> None:
    text = CONFIGURATION.read_text()
    found = SKIPPED.findall(text)
    skipped = yaml.safe_load(text)["skip-check"]
    assert [check for check, _ in found] == skipped == sorted(skipped, key=lambda check: int(check[8:]))
    assert len({reason for _, reason in found}) == len(found)
