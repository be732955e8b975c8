"""The folder of a local run and its permissions."""

import pytest

from infra.commands import CommandError
from infra.local.folder import Folder


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "var")
    made.prepare()
    return made


def test_lock__names_its_holder(folder):
    with folder.lock() as lock:
        lock.write("The gallery is already running: http://127.0.0.1:8000/ (process 1).")
        lock.flush()
        with pytest.raises(CommandError, match=r"http://127\.0\.0\.1:8000/"):
            folder.lock()


def test_lock__is_free_again_after_its_holder(folder):
    folder.lock().close()
    folder.lock().close()


def test_secret_key__is_created_once(folder):
    assert folder.secret_key() == folder.secret_key()
    assert len(folder.secret_key()) >= 50


def test_secrets__are_readable_only_by_their_owner(folder):
    folder.secret_key()
    folder.save_environment({"SECRET_KEY": "x"})
    for path in (folder.path / "secret-key", folder.environment_file):
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_environment__none_before_the_first_run(folder):
    assert folder.environment() is None


def test_environment__is_what_was_saved(folder):
    folder.save_environment({"SITE_ORIGIN": "http://127.0.0.1:8000"})
    assert folder.environment() == {"SITE_ORIGIN": "http://127.0.0.1:8000"}


def test_running_marker__is_not_there_before_the_first_run(folder):
    assert not folder.running_marker.exists()


def test_prepare__deletes_old_logs(folder):
    (folder.logs / "web.log").write_text("old")
    folder.prepare()
    assert not list(folder.logs.iterdir())
