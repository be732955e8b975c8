"""Choosing a port, and the error if it is in use."""

import socket

import pytest

from infra import ports
from infra.commands import CommandError


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_choose__prefers_the_usual_port(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    usual = ports.any_free()
    assert ports.choose("PORT", usual) == usual


def test_choose__takes_another_when_the_usual_one_is_in_use(taken, monkeypatch, capsys):
    monkeypatch.delenv("PORT", raising=False)
    chosen = ports.choose("PORT", taken)
    assert chosen != taken
    assert ports.is_free(chosen)
    assert capsys.readouterr().out.startswith(f"Port {taken} is in use by another program. Using port")


def test_choose__refuses_a_requested_port_that_is_in_use(taken, monkeypatch):
    monkeypatch.setenv("PORT", str(taken))
    with pytest.raises(CommandError, match=rf"Port {taken} is in use .*make run PORT=\d+$"):
        ports.choose("PORT", 8000)


def test_choose__takes_a_requested_port(monkeypatch):
    requested = ports.any_free()
    monkeypatch.setenv("PORT", str(requested))
    assert ports.choose("PORT", 8000) == requested


@pytest.mark.parametrize("words", ["http", "0", "65536", "-1"])
def test_choose__refuses_an_invalid_port(words, monkeypatch):
    monkeypatch.setenv("PORT", words)
    with pytest.raises(CommandError, match=f"PORT={words} is not a port number"):
        ports.choose("PORT", 8000)
