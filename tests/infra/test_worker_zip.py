"""The worker's zip is small, reproducible, self-contained and built for Lambda's platform."""

import importlib.util
import marshal
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import worker_zip
from infra.bytecode import RUNNING, compile_sources
from infra.commands import CommandError
from infra.worker_zip import MAXIMUM_UNPACKED_BYTES, PROJECT, Target, build
from tests.stage import ENVIRONMENT

AMAZON_LINUX_2023_GLIBC = (2, 34)
UNCHECKED_HASH = (1).to_bytes(4, "little")
"""The flags of bytecode with an unchecked source hash (PEP 552)."""
MAXIMUM_IMPORTED_MODULES = 650
FROM_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""Packages of Lambda's Python; all others must be in the zip."""
ELF_MACHINES = {"x86_64": 62, "arm64": 183}


@pytest.fixture(scope="module")
def archive():
    with zipfile.ZipFile(build()) as opened:
        yield opened


@pytest.fixture(scope="module")
def unpacked(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """Create a folder with only the packages of Lambda's runtime."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in FROM_THE_RUNTIME:
        origin = Path(importlib.util.find_spec(name).origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def run_alone(unpacked, runtime, code, *, layer=()):
    """Run code that can import only the standard library, the runtime's packages and the zip."""
    folders = [str(folder) for folder in (unpacked, *layer, runtime)]
    prelude = f"import sys; sys.path[:0] = {folders!r}\n"
    return subprocess.run(
        # No bytecode is written, because in Lambda the package's folder is read-only.
        [sys.executable, "-I", "-S", "-B", "-c", prelude + code],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=unpacked,
        timeout=60,
        check=False,
    )


def compiled(archive):
    return [entry for entry in archive.infolist() if re.search(r"\.so(\.|$)", entry.filename)]


def test_zip__is_small_unpacked(archive):
    assert sum(entry.file_size for entry in archive.infolist()) < MAXIMUM_UNPACKED_BYTES


def test_zip__too_large_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(worker_zip, "MAXIMUM_UNPACKED_BYTES", 1000)
    with pytest.raises(CommandError, match="the limit is 1000"):
        build(cache=link_to_wheels(tmp_path))


def link_to_wheels(folder):
    build()
    for wheels in worker_zip.CACHE.glob("wheels-*"):
        (folder / wheels.name).symlink_to(wheels)
    return folder


def test_zip__is_reproducible(tmp_path):
    assert build(cache=link_to_wheels(tmp_path)).read_bytes() == build().read_bytes()


def test_zip__has_no_times_or_modes_of_this_machine(archive):
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}


def test_zip__has_no_tests_or_other_packages(archive):
    names = archive.namelist()
    assert not [name for name in names if re.search(r"(^|/)tests?/|\.dist-info/", name)]
    assert not [name for name in names if name.startswith(("gallery/", "infra/", "django/", "boto"))]


def test_zip__has_the_whole_worker(archive):
    sources = {str(path.relative_to(PROJECT)) for path in (PROJECT / "thumbworker").rglob("*.py")}
    assert sources <= set(archive.namelist())


def test_bytecode__is_unchecked_and_complete(archive):
    """Lambda can write no bytecode, and a zip keeps no times to check bytecode against."""
    names = set(archive.namelist())
    expected = {importlib.util.cache_from_source(name) for name in names if name.endswith(".py")}
    assert len(expected) > 50
    assert expected == {name for name in names if name.endswith(".pyc")}
    for name in expected:
        head = archive.read(name)[:8]
        assert head == importlib.util.MAGIC_NUMBER + UNCHECKED_HASH, name


def test_bytecode__matches_its_source(archive):
    for path in (PROJECT / "thumbworker").rglob("*.py"):
        name = str(path.relative_to(PROJECT))
        stored = marshal.loads(archive.read(importlib.util.cache_from_source(name))[16:])
        assert stored == compile(path.read_bytes(), name, "exec", dont_inherit=True), name


def test_bytecode__is_left_out_for_another_python(tmp_path):
    """Another version ignores our bytecode; the deployed version of Python must build the package."""
    (tmp_path / "sound.py").write_text("sound = True\n")
    compile_sources(tmp_path, "3.99")
    assert [path.name for path in tmp_path.iterdir()] == ["sound.py"]
    assert Target("3.99", "arm64").recipe == "cp399-arm64-sources"


def test_bytecode__names_a_source_that_does_not_compile(tmp_path):
    (tmp_path / "broken.py").write_text("def\n")
    with pytest.raises(CommandError, match=r"(?s)does not compile.*broken\.py"):
        compile_sources(tmp_path, RUNNING)


def test_zip__has_the_licenses_of_its_packages(archive):
    license_files = [name for name in archive.namelist() if name.startswith("licenses/")]
    for package in ("pillow", "pi_heif"):
        assert [name for name in license_files if name.startswith(f"licenses/{package}-")]


def test_binaries__are_for_the_target_processor(archive):
    assert compiled(archive)
    for entry in compiled(archive):
        head = archive.read(entry)[:20]
        assert head[:4] == b"\x7fELF", entry.filename
        assert struct.unpack_from("<H", head, 18)[0] == ELF_MACHINES[Target().architecture], entry.filename


def test_binaries__run_with_the_glibc_of_lambda(archive):
    for entry in compiled(archive):
        wanted = {
            tuple(map(int, version.split(b".")))
            for version in re.findall(rb"GLIBC_(\d+\.\d+)", archive.read(entry))
        }
        assert max(wanted, default=(0, 0)) <= AMAZON_LINUX_2023_GLIBC, entry.filename


def test_zip__runs_with_only_the_lambda_runtime(unpacked, runtime):
    done = run_alone(
        unpacked,
        runtime,
        "import PIL._webp, PIL._imaging, PIL._imagingcms, pi_heif, thumbworker.handler\n"
        "print(callable(thumbworker.handler.lambda_handler), PIL.__file__)",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", str(unpacked / "PIL" / "__init__.py")]


@pytest.mark.parametrize("module", ["thumbworker.handler", "thumbworker.imports.handler"])
def test_cold_import__is_short(unpacked, runtime, module):
    """What a cold start costs is counted: it compiles nothing and loads few modules."""
    code = f"""
import importlib.machinery, sys
compiled = []
machinery = importlib.machinery.SourceFileLoader
compile_source = machinery.source_to_code
def source_to_code(self, data, path, **options):
    compiled.append(path)
    return compile_source(self, data, path, **options)
machinery.source_to_code = source_to_code
import {module}
print([path for path in compiled if path.startswith({str(unpacked)!r})])
print(sorted({{"numpy", "rawpy"}} & set(sys.modules)))
print(len(sys.modules))
"""
    done = run_alone(unpacked, runtime, code)
    assert done.returncode == 0, done.stderr
    *lists, modules = done.stdout.splitlines()
    assert lists == ["[]", "[]"]
    assert int(modules) <= MAXIMUM_IMPORTED_MODULES


@pytest.mark.parametrize("module", ["thumbworker.handler", "thumbworker.imports.handler"])
def test_cold_import__enables_garbage_collection_again(unpacked, runtime, module):
    done = run_alone(
        unpacked, runtime, f"import gc, {module}\nprint(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_zip__allows_no_private_network(unpacked, runtime):
    """With any environment variables, the deployed zip connects only to public addresses."""
    code = """
import os
os.environ["IMPORT_LOOPBACK_PORT"] = "8123"
from thumbworker.imports import handler
from thumbworker.imports.errors import NotFetched
guard = handler._batch.importer.source.guard
assert guard.allowed == frozenset(), guard.allowed
for host in ("127.0.0.1:8123", "10.0.0.1", "169.254.169.254", "[::1]", "localhost"):
    try:
        guard.target(f"http://{host}/")
    except NotFetched as refused:
        print(refused.reason)
"""
    done = run_alone(unpacked, runtime, code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["import_address_not_allowed"] * 5
