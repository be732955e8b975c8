"""The setup scripts name missing programs, and do nothing if everything is installed."""

import shutil
import subprocess

import pytest

from infra.worker_zip import PROJECT

NEED = PROJECT / "infra" / "setup" / "need.sh"
ENVIRONMENT = PROJECT / "infra" / "setup" / "environment.sh"


@pytest.fixture
def bare_machine(tmp_path):
    """Create a PATH with few programs; return a function that adds one."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "cksum", "tr", "grep", "id", "rm", "mkdir", "sh"):
        (programs / name).symlink_to(shutil.which(name))

    def add(name, script):
        (programs / name).write_text(f"#!{shutil.which('sh')}\n{script}\n")
        (programs / name).chmod(0o755)

    add.path = str(programs)
    return add


def run(machine, *command, cwd=None, **environment):
    return subprocess.run(
        ["/bin/sh", *map(str, command)],
        env={"PATH": machine.path, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_need_python__names_the_packages_to_install(bare_machine):
    done = run(bare_machine, NEED, "python")
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr


def test_need_python__refuses_an_old_version(bare_machine):
    bare_machine("python3", 'case "$1" in -V) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    done = run(bare_machine, NEED, "python")
    assert done.returncode == 1
    assert "Python 3.11 or newer is required; python3 is Python 3.9.2" in done.stderr


def test_need_venv__uses_the_chosen_python(bare_machine):
    bare_machine("python3.12", "exit 0")
    assert run(bare_machine, NEED, "venv", PYTHON="python3.12").returncode == 0


def test_need_venv__names_the_package_to_install(bare_machine):
    bare_machine("python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = run(bare_machine, NEED, "venv")
    assert done.returncode == 1
    assert "sudo apt-get install python3-venv" in done.stderr


def test_need_node__refuses_an_old_version(bare_machine):
    bare_machine("npm", "exit 0")
    bare_machine("node", "exit 1")
    assert run(bare_machine, NEED, "node").returncode != 0


def test_need_chromium__names_the_packages_to_install(bare_machine):
    done = run(bare_machine, NEED, "chromium")
    assert done.returncode == 1
    assert "the browser tests are skipped" in done.stderr
    assert "sudo apt-get install chromium libatomic1" in done.stderr


def test_need_chromium__requires_its_library(bare_machine):
    bare_machine("chromium", "exit 0")
    bare_machine("ldconfig", "echo libc.so.6")
    assert run(bare_machine, NEED, "chromium").returncode == 1
    bare_machine("ldconfig", "echo libatomic.so.1")
    assert run(bare_machine, NEED, "chromium").returncode == 0


class TestEnvironment:
    @pytest.fixture
    def project(self, tmp_path):
        (tmp_path / "requirements").mkdir()
        (tmp_path / "requirements" / "web.txt").write_text("django==5.2.19 \\\n")
        return tmp_path

    @pytest.fixture
    def machine(self, bare_machine, project):
        """Let ``python -m venv`` create a python that records its arguments."""
        made = '#!/bin/sh\necho "$@" >>asked\n'
        (project / "python-of-the-environment").write_text(made)
        (project / "python-of-the-environment").chmod(0o755)
        copy = shutil.which("cp")
        bare_machine(
            "python3",
            f'case "$2" in venv) mkdir -p "$3/bin"; {copy} python-of-the-environment "$3/bin/python" ;; esac',
        )
        return bare_machine

    def test_environment__installs_a_locked_set_by_its_hashes(self, machine, project):
        done = run(machine, ENVIRONMENT, ".venvs/web", "web", cwd=project)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "Installing 1 packages (web) into .venvs/web ...\n"
        assert "--require-hashes -r requirements/web.txt" in (project / "asked").read_text()

    def test_environment__does_nothing_when_the_set_is_installed(self, machine, project):
        run(machine, ENVIRONMENT, ".venvs/web", "web", cwd=project)
        done = run(machine, ENVIRONMENT, ".venvs/web", "web", cwd=project)
        assert done.stdout == ""
        assert len((project / "asked").read_text().splitlines()) == 1

    def test_environment__installs_again_when_the_lock_changed(self, machine, project):
        run(machine, ENVIRONMENT, ".venvs/web", "web", cwd=project)
        (project / "requirements" / "web.txt").write_text("django==5.2.20 \\\n")
        assert "Installing" in run(machine, ENVIRONMENT, ".venvs/web", "web", cwd=project).stdout
