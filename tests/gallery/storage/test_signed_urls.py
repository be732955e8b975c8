"""S3 URLs have AWS's own signatures, stay the same within a window and expire soon after."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials

from gallery.storage.signed_urls import LIFETIME_SECONDS, WINDOW_SECONDS, S3UrlSigner, window_start

START = 1_790_000_400 // WINDOW_SECONDS * WINDOW_SECONDS
KEY = "320/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11-1.webp"


def signer(*, token: str | None = None, endpoint_url: str = "", start: int = START) -> S3UrlSigner:
    return S3UrlSigner(
        credentials=ReadOnlyCredentials("AKIDEXAMPLE", "secret", token),
        region="eu-central-1",
        bucket="renditions",
        endpoint_url=endpoint_url,
        window_start=start,
    )


def signed_by_botocore(url: str, token: str | None, instant: int) -> str:
    """Sign by botocore as of ``instant``. Its clock is patched, because it accepts no time as an argument."""
    frozen = dt.datetime.fromtimestamp(instant, dt.UTC)
    request = AWSRequest("GET", url)
    credentials = Credentials("AKIDEXAMPLE", "secret", token)
    auth = botocore.auth.S3SigV4QueryAuth(credentials, "s3", "eu-central-1", expires=LIFETIME_SECONDS)
    with mock.patch("botocore.auth.get_current_datetime", return_value=frozen.replace(tzinfo=None)):
        auth.add_auth(request)
    return str(request.prepare().url)


@pytest.mark.parametrize("token", [None, "a/token+with=signs"])
@pytest.mark.parametrize("endpoint_url", ["", "http://127.0.0.1:4566"])
def test_url__has_botocores_signature(token: str | None, endpoint_url: str) -> None:
    ours = signer(token=token, endpoint_url=endpoint_url).url(KEY)
    overrides = "&".join(part for part in urlsplit(ours).query.split("&") if part.startswith("response-"))
    theirs = signed_by_botocore(f"{ours.split('?')[0]}?{overrides}", token, START)
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert ours.split("?")[0] == theirs.split("?")[0]


def test_url__is_the_same_within_a_window_only() -> None:
    assert window_start(START) == window_start(START + WINDOW_SECONDS - 0.001) == START
    assert window_start(START + WINDOW_SECONDS) == START + WINDOW_SECONDS
    assert signer().url(KEY) != signer(start=START + WINDOW_SECONDS).url(KEY)


@pytest.mark.parametrize("seconds_into_window", [0, 1, WINDOW_SECONDS // 2, WINDOW_SECONDS - 1])
def test_url__is_valid_for_seven_to_fourteen_minutes(seconds_into_window: int) -> None:
    now = START + seconds_into_window
    query = parse_qs(urlsplit(signer(start=window_start(now)).url(KEY)).query)
    signed_at = dt.datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    remaining = signed_at.timestamp() + int(query["X-Amz-Expires"][0]) - now
    assert 7 * 60 < remaining <= 14 * 60


def test_url__is_cached_by_browsers_until_it_expires_and_no_longer() -> None:
    query = {name: value for name, (value,) in parse_qs(urlsplit(signer().url(KEY)).query).items()}
    assert set(query["response-cache-control"].split(", ")) == {"private", "immutable"}, "max-age outlives it"
    until = parsedate_to_datetime(query["response-expires"]).timestamp()
    assert until == START + int(query["X-Amz-Expires"])
    assert until - START <= 840


def test_url__has_its_own_signature_per_key() -> None:
    addresses = [signer().url(f"{size}/{KEY}") for size in (320, 800, 1600)]
    assert len({parse_qs(urlsplit(a).query)["X-Amz-Signature"][0] for a in addresses}) == 3
