"""The whole system, run as by ``make run``: started, stopped, killed and started twice."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from infra import ports
from infra.local.folder import FOLDER_VARIABLE
from infra.worker_zip import PROJECT
from tests.running import descendants, gallery_in, start_gallery
from tests.waiting import eventually

pytestmark = pytest.mark.embedded


def status_of(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status


def originals(gallery):
    return gallery.manage("fsck").splitlines()[0]


def test_banner__names_addresses_and_password(running_gallery):
    said = running_gallery.said()
    assert f"{running_gallery.address}/" in said
    assert f"{running_gallery.address}/admin/" in said
    assert f"{running_gallery.admin} / {running_gallery.admin_password}" in said
    assert "sign up" in said


def test_run__serves_the_front_page(running_gallery):
    assert status_of(running_gallery.address) == 200


def test_run__gives_the_web_its_own_role(running_gallery):
    environment = running_gallery.folder.environment()
    assert environment["AWS_PROFILE"] == "web"
    assert not [name for name in environment if "SECRET_ACCESS" in name]


def test_run__refuses_a_second_run(running_gallery):
    second = subprocess.run(
        [sys.executable, "-m", "infra.local"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", FOLDER_VARIABLE: str(running_gallery.folder.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stdout.startswith(f"The gallery is already running: {running_gallery.address}/")


def test_run__names_a_port_in_use(running_gallery, tmp_path):
    refused = start_gallery(
        tmp_path, web_port=running_gallery.web_port, aws_port=ports.any_free(), settings={}
    )
    assert refused.process.wait(60) == 1
    assert f"Port {running_gallery.web_port} is in use by another program." in refused.said()
    assert "make run PORT=" in refused.said()


@pytest.mark.slow
def test_run__is_stopped_by_ctrl_c_and_restarts(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        password = gallery.admin_password
        processes = descendants(gallery.process.pid)
        assert len(processes) >= 3
        assert gallery.stop() == 0
        assert "Photos and accounts are kept for the next run" in gallery.said()
        # A function of the embedded AWS ends a moment after its connection is closed.
        eventually(lambda: not [number for number in processes if Path(f"/proc/{number}").exists()])
    with gallery_in(tmp_path / "var") as gallery:
        assert "not stopped cleanly" not in gallery.said()
        assert gallery.admin_password == password


@pytest.mark.slow
def test_run__after_a_kill_checks_photos(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        processes = descendants(gallery.process.pid)
        gallery.process.kill()
        gallery.process.wait()
        # The children end too, so none holds a port or the database.
        eventually(lambda: not ports_in_use(gallery))
        assert processes
    with gallery_in(tmp_path / "var") as gallery:
        assert "not stopped cleanly" in gallery.said()
        assert originals(gallery) == "0 photos, 0 originals."


def ports_in_use(gallery):
    return [port for port in (gallery.web_port, gallery.aws_port) if not ports.is_free(port)]


@pytest.mark.slow
def test_run__stops_when_the_embedded_aws_ends(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        (aws_process,) = [
            process_id
            for process_id in descendants(gallery.process.pid)
            if "embedded_server.py" in command_of(process_id)
        ]
        subprocess.run(["/bin/kill", "-9", str(aws_process)], check=True)
        assert gallery.process.wait(60) == 1
        assert "The embedded AWS process ended unexpectedly" in gallery.said()


def command_of(process_id):
    return Path(f"/proc/{process_id}/cmdline").read_text()


def test_environment_file__is_json(running_gallery):
    saved = json.loads(running_gallery.folder.environment_file.read_text())
    assert saved["SITE_ORIGIN"] == running_gallery.address
