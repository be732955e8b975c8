"""A command of ``manage.py`` gives its output and exit code, and ends before its function does."""

from __future__ import annotations

import json

import pytest

from gallery.operations import jobs
from gallery.operations.remote_commands import SECONDS_TO_ANSWER, TIMED_OUT, run_command
from tests.stage import ENVIRONMENT


class Context:
    """Of an invocation that has as many seconds left."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_command__gives_output_and_exit_code() -> None:
    answer = jobs.manage({"arguments": ["diffsettings", "--output", "unified"]}, Context(300))
    assert answer["exit_code"] == 0
    assert "+ STAGE" in answer["output"]
    json.dumps(answer)


def test_command__that_fails_says_why_without_a_stack_trace() -> None:
    answer = jobs.manage({"arguments": ["nonsense", "a b"]}, Context(300))
    assert answer["exit_code"] == 1
    assert "Unknown command: 'nonsense'" in answer["output"]
    assert "Traceback" not in answer["output"]


def test_command__reads_nothing_and_keeps_its_arguments_whole() -> None:
    code = "import sys; print(repr(sys.stdin.read()), 'a b')"
    assert run_command(["shell", "--verbosity=0", "--command", code], 300)["output"].endswith("'' a b\n")


def test_command__is_stopped_before_the_function_is() -> None:
    answer = jobs.manage({"arguments": ["check"]}, Context(SECONDS_TO_ANSWER))
    assert answer == {"output": "", "exit_code": TIMED_OUT}
