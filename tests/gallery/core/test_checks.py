"""``manage.py check --deploy`` names what a deployment lacks, and reports nothing for a complete one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gallery.core.checks import REQUIRED

PROJECT = Path(__file__).resolve().parents[3]
COMPLETE = {
    "SECRET_KEY": "s3cr3t-" * 10,
    "SITE_ORIGIN": "https://photos.example.org",
    "ALLOWED_HOSTS": "photos.example.org",
    "DATABASE_URL": "postgres://user:secret@database.example.org/gallery",
    "ORIGINALS_BUCKET": "originals",
    "RENDITIONS_BUCKET": "renditions",
    "CATALOGUE_TABLE": "catalogue",
    "PHOTO_EVENTS_TOPIC_ARN": "arn:aws:sns:eu-central-1:123456789012:photo-events",
    "PICTURES_ORIGIN": "https://pictures.example.org",
    "SIGNING_KEY_ID": "K2JCJMDEHXQW5F",
    "SIGNING_PRIVATE_KEY": "a private key",
    "ORIGIN_SECRET": "only CloudFront knows it",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Contactsheet <photos@example.org>",
}
# Depends on whether this working copy has a built bundle.
NOT_ABOUT_SETTINGS = {"staticfiles.W004"}


def check(environment: dict[str, str]) -> dict[str, str]:
    """Run the command with only this environment; return its messages by id."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--no-color"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = dict(re.findall(r"\((\w+\.[EW]\d+)\) (.*)", done.stderr + done.stdout))
    assert done.returncode == int(any(".E" in number for number in found)), done.stderr
    return {number: words for number, words in found.items() if number not in NOT_ABOUT_SETTINGS}


def test_deployment__complete_reports_nothing() -> None:
    assert check(COMPLETE) == {}


def test_deployment__names_every_missing_setting() -> None:
    found = " ".join(check({}).values())
    needed = {*REQUIRED, "SECRET_KEY", "SITE_ORIGIN", "DATABASE_URL"}
    recommended = {"PICTURES_ORIGIN", "ORIGIN_SECRET", "DEFAULT_FROM_EMAIL", "EMAIL_URL"}
    assert {name for name in needed | recommended if name not in found} == set()


@pytest.mark.slow  # two seconds for each process
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SIGN_UP": "maybe"}, "contactsheet.E001"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"DEBUG": "true"}, "security.W018"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "contactsheet.E022"),
        ({"ALLOWED_HOSTS": "elsewhere.example.org"}, "contactsheet.E025"),
        ({"CSRF_TRUSTED_ORIGINS": "https://elsewhere.example.org"}, "contactsheet.E026"),
        ({"SIGNING_PRIVATE_KEY": ""}, "contactsheet.E027"),
    ],
)
def test_deployment__names_a_wrong_setting(changes: dict[str, str], expected: str) -> None:
    assert set(check(COMPLETE | changes)) == {expected}


def test_deployment__without_tls_names_every_protection_that_needs_it() -> None:
    plain = {"SITE_ORIGIN": "http://photos.example.org"}
    assert set(check(COMPLETE | plain)) == {
        "contactsheet.E021",
        "security.W004",
        "security.W012",
        "security.W016",
    }
