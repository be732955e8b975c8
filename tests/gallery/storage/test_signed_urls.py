"""Addresses are AWS's own signatures, equal within a window and dead soon after."""

from __future__ import annotations

import datetime as dt
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from gallery.storage.signed_urls import (
    LIFETIME_SECONDS,
    WINDOW_SECONDS,
    Credentials,
    S3AddressSigner,
    window_start,
)

START = 1_790_000_400 // WINDOW_SECONDS * WINDOW_SECONDS
KEY = "320/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11-1.webp"


def signer(*, token: str | None = None, endpoint_url: str = "", start: int = START) -> S3AddressSigner:
    return S3AddressSigner(
        credentials=Credentials("AKIDEXAMPLE", "secret", token),
        region="eu-central-1",
        bucket="renditions",
        endpoint_url=endpoint_url,
        window_start=start,
    )


def signed_by_botocore(url: str, token: str | None, instant: int) -> str:
    """Sign by botocore as of ``instant``: its clock is replaced, for it takes no time from outside."""
    frozen = dt.datetime.fromtimestamp(instant, dt.UTC)
    request = AWSRequest("GET", url)
    credentials = BotocoreCredentials("AKIDEXAMPLE", "secret", token)
    auth = botocore.auth.S3SigV4QueryAuth(credentials, "s3", "eu-central-1", expires=LIFETIME_SECONDS)
    with mock.patch("botocore.auth.get_current_datetime", return_value=frozen.replace(tzinfo=None)):
        auth.add_auth(request)
    return str(request.prepare().url)


@pytest.mark.parametrize("token", [None, "a/token+with=signs"])
@pytest.mark.parametrize("endpoint_url", ["", "http://127.0.0.1:4566"])
def test_the_signature_is_the_one_that_botocore_makes(token: str | None, endpoint_url: str) -> None:
    ours = signer(token=token, endpoint_url=endpoint_url).address(KEY)
    theirs = signed_by_botocore(ours.split("?")[0], token, START)
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert ours.split("?")[0] == theirs.split("?")[0]


def test_addresses_are_equal_within_a_window_and_differ_between_windows() -> None:
    assert window_start(START) == window_start(START + WINDOW_SECONDS - 0.001) == START
    assert window_start(START + WINDOW_SECONDS) == START + WINDOW_SECONDS
    assert signer().address(KEY) != signer(start=START + WINDOW_SECONDS).address(KEY)


@pytest.mark.parametrize("seconds_into_window", [0, 1, WINDOW_SECONDS // 2, WINDOW_SECONDS - 1])
def test_an_address_lives_seven_to_fourteen_minutes(seconds_into_window: int) -> None:
    now = START + seconds_into_window
    query = parse_qs(urlsplit(signer(start=window_start(now)).address(KEY)).query)
    signed_at = dt.datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    remaining = signed_at.timestamp() + int(query["X-Amz-Expires"][0]) - now
    assert 7 * 60 < remaining <= 14 * 60


def test_each_key_has_its_own_signature() -> None:
    addresses = [signer().address(f"{size}/{KEY}") for size in (320, 800, 1600)]
    assert len({parse_qs(urlsplit(a).query)["X-Amz-Signature"][0] for a in addresses}) == 3
