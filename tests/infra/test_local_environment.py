"""Environment variables of the gallery's processes in a local run."""

from dataclasses import fields

import pytest

from infra.local.environment import web_environment
from infra.local.folder import Folder
from infra.provision import Outputs


@pytest.fixture
def made(tmp_path):
    folder = Folder(tmp_path)

    def make(**given):
        outputs = Outputs(**{field.name: field.name for field in fields(Outputs)})
        return web_environment(
            folder,
            outputs,
            site_origin="http://127.0.0.1:8000",
            endpoint_url="http://127.0.0.1:4566",
            given=given,
        )

    return make


def test_environment__has_no_aws_credentials_of_the_user(made):
    environment = made(AWS_ACCESS_KEY_ID="AKIA", AWS_PROFILE="work", AWS_SESSION_TOKEN="t", PATH="/bin")
    assert "AWS_ACCESS_KEY_ID" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_PROFILE"] == "web"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["PATH"] == "/bin"


def test_environment__uses_options(made):
    assert made()["SIGN_UP"] == "open"
    assert made(SIGN_UP="closed")["SIGN_UP"] == "closed"


def test_environment__names_the_stores(made):
    assert made()["ORIGINALS_BUCKET"] == "originals_bucket"
    assert made()["CATALOGUE_TABLE"] == "catalogue_table"


def test_email__is_printed_to_the_terminal(made):
    assert made()["EMAIL_URL"] == "consolemail://"
