"""The client address that limits count by."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from gallery.accounts.client_address import client_address


def request_with(**environ: Any):
    return RequestFactory().get("/", **environ)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": ""}, None),
        ({"REMOTE_ADDR": "unix:"}, None),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1::"),
        ({"REMOTE_ADDR": "::ffff:192.0.2.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": "fe80::1%eth0"}, "fe80::"),
    ],
)
def test_client_address__cannot_be_forged(environ: dict[str, Any], expected: str | None) -> None:
    assert client_address(request_with(**environ)) == expected


def test_client_address__one_ipv6_network_is_one_client() -> None:
    one = client_address(request_with(REMOTE_ADDR="2001:db8::1"))
    assert one == client_address(request_with(REMOTE_ADDR="2001:db8:0:ff::1"))
    assert one != client_address(request_with(REMOTE_ADDR="2001:db8:0:100::1"))
