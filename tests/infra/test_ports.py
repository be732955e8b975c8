"""Choosing a port, and the error if it is in use."""

import socket

import pytest

from infra import ports


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_choose__prefers_the_usual_port():
    usual = ports.any_free()
    assert ports.choose(usual, None) == usual


def test_choose__takes_another_when_the_usual_one_is_in_use(taken):
    chosen = ports.choose(taken, None)
    assert chosen != taken
    assert ports.is_free(chosen)


def test_choose__refuses_a_requested_port_that_is_in_use(taken):
    with pytest.raises(ports.PortTakenError, match=f"Port {taken} is in use"):
        ports.choose(8000, str(taken))


def test_choose__takes_a_requested_port():
    requested = ports.any_free()
    assert ports.choose(8000, str(requested)) == requested


@pytest.mark.parametrize("words", ["http", "0", "65536", "-1"])
def test_choose__refuses_an_invalid_port(words):
    with pytest.raises(ValueError, match=words):
        ports.choose(8000, words)
