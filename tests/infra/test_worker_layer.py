"""The worker in two zips, code and layer, unpacked as Lambda does."""

import re
import shutil
import zipfile
from dataclasses import replace
from uuid import uuid4

import pytest

from infra import ports, stacks, worker_zip
from infra.commands import CommandError
from infra.embedded import EmbeddedAws
from infra.provision import Parameters, provision
from infra.worker_wheels import Target, check_tags, requirements_for
from infra.worker_zip import build, build_layered
from tests.aws import EMBEDDED_PYTHON
from tests.infra.test_template import properties
from tests.infra.test_worker_zip import compiled, link_to_wheels, run_alone, runtime
from tests.pictures import flat_jpeg
from tests.stage import SITE_ORIGIN
from tests.templates import template
from tests.waiting import eventually
from thumbworker.contract import keys

__all__ = ["runtime"]


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """Unpack both as Lambda does: the code to its task folder, the layer to ``/opt``."""
    layered, folder = build_layered(), tmp_path_factory.mktemp("lambda")
    for name, path in (("task", layered.code), ("opt", layered.layer)):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / name)
    return folder


class TestBuild:
    def test_layer_and_code__equal_the_one_zip(self):
        layered = build_layered()
        in_layer = {name.removeprefix("python/"): found for name, found in contents(layered.layer).items()}
        assert contents(layered.code) | in_layer == contents(build())

    def test_code__has_only_our_files(self):
        assert all(name.startswith("thumbworker/") for name in contents(build_layered().code))

    def test_layer__has_packages_at_the_path_of_lambda(self):
        names = contents(build_layered().layer)
        assert "python/PIL/__init__.py" in names
        assert {name.split("/")[0] for name in names} == {"python", "licenses"}
        assert not [name for name in names if "thumbworker" in name]

    def test_code__is_small(self):
        layered = build_layered()
        assert layered.code.stat().st_size * 15 < layered.layer.stat().st_size

    def test_layer__is_reproducible(self, tmp_path):
        again, first = build_layered(cache=link_to_wheels(tmp_path)), build_layered()
        assert again.code.read_bytes() == first.code.read_bytes()
        assert again.layer.read_bytes() == first.layer.read_bytes()

    def test_layer_and_code__too_large_are_refused(self, monkeypatch, tmp_path):
        cache = link_to_wheels(tmp_path)
        with zipfile.ZipFile(build_layered().layer) as archive:
            packages_bytes = sum(entry.file_size for entry in archive.infolist())
        monkeypatch.setattr(worker_zip, "MAXIMUM_UNPACKED_BYTES", packages_bytes + 1)
        with pytest.raises(CommandError, match="the limit is"):
            build_layered(cache=cache)


LOCKED = """cykooz-resizer==4.0.1 ; platform_machine == 'x86_64' \\
    --hash=sha256:aa
pillow==13.0.0 \\
    --hash=sha256:bb
"""


@pytest.mark.parametrize(
    ("architecture", "names"),
    [("x86_64", ["cykooz-resizer==4.0.1", "pillow==13.0.0"]), ("arm64", ["pillow==13.0.0"])],
)
def test_requirements__are_those_of_the_target(architecture, names):
    """Pip evaluates markers for the machine that builds, not for the one that it builds for."""
    found = requirements_for(Target("3.13", architecture), LOCKED)
    assert re.findall(r"^\S+==\S+", found, re.MULTILINE) == names
    assert found.count("--hash") == len(names)
    assert ";" not in found


class TestTags:
    @pytest.fixture
    def tree(self, tmp_path):
        (tmp_path / "pillow-13.0.0.dist-info").mkdir()
        return tmp_path

    def tag(self, tree, *tags):
        lines = "".join(f"Tag: {tag}\n" for tag in tags)
        (tree / "pillow-13.0.0.dist-info" / "WHEEL").write_text(f"Wheel-Version: 1.0\n{lines}")

    @pytest.mark.parametrize(
        "tag", ["cp313-cp313-manylinux_2_28_aarch64", "cp39-abi3-manylinux2014_aarch64", "py3-none-any"]
    )
    def test_tags__of_the_platform_are_accepted(self, tree, tag):
        self.tag(tree, "cp313-cp313-manylinux_2_99_aarch64", tag)
        check_tags(Target("3.13", "arm64"), tree)

    @pytest.mark.parametrize(
        "tag",
        [
            "cp313-cp313-manylinux_2_28_x86_64",
            "cp313-cp313-manylinux_2_39_aarch64",
            "cp313-cp313-macosx_11_0_arm64",
            "cp313-cp313-musllinux_1_2_aarch64",
        ],
    )
    def test_tags__of_another_platform_are_refused(self, tree, tag):
        self.tag(tree, tag)
        with pytest.raises(CommandError, match=r"pillow-13\.0\.0 is for .*, not for cp313-arm64"):
            check_tags(Target("3.13", "arm64"), tree)


class TestAlone:
    def test_code__imports_packages_from_the_layer(self, laid_out, runtime):
        done = run_alone(
            laid_out / "task",
            runtime,
            "import PIL, pi_heif, thumbworker.handler, thumbworker.imports.handler\n"
            "print(callable(thumbworker.handler.lambda_handler), PIL.__file__)",
            layer=[laid_out / "opt" / "python"],
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["True", str(laid_out / "opt" / "python" / "PIL" / "__init__.py")]

    def test_code__alone_does_not_run(self, laid_out, runtime):
        done = run_alone(laid_out / "task", runtime, "import thumbworker.handler")
        assert "No module named 'PIL'" in done.stderr

    def test_layer__has_the_binaries(self):
        with zipfile.ZipFile(build_layered().layer) as archive:
            assert compiled(archive)


class TestTemplate:
    def test_template__has_no_layer_by_default(self):
        assert template()["Parameters"]["WorkerLayerKey"]["Default"] == ""
        assert template()["Resources"]["WorkerLayer"]["Condition"] == "HasLayer"

    @pytest.mark.parametrize("name", ["WorkerFunction", "ImportsFunction"])
    def test_layer__is_used_by_both_functions(self, name):
        assert properties(name)["Layers"] == {
            "Fn::If": ["HasLayer", [{"Ref": "WorkerLayer"}], {"Ref": "AWS::NoValue"}]
        }

    def test_layer__names_its_runtime_and_architecture(self):
        layer = properties("WorkerLayer")
        assert layer["CompatibleRuntimes"] == [{"Ref": "WorkerRuntime"}]
        assert layer["CompatibleArchitectures"] == [{"Ref": "WorkerArchitecture"}]


@pytest.mark.embedded
class TestOnEmbedded:
    @pytest.fixture
    def aws(self, tmp_path):
        made = EmbeddedAws(EMBEDDED_PYTHON, tmp_path / "aws", ports.any_free(), persist=False)
        made.start()
        yield made
        made.stop()

    @pytest.fixture
    def parameters(self):
        layered = build_layered()
        return Parameters(
            "layers",
            SITE_ORIGIN,
            layered.code,
            worker_layer=layered.layer,
            require_tls=False,
            one_machine=True,
        )

    def layers_of(self, aws, function_name):
        found = aws.client("lambda").get_function_configuration(FunctionName=function_name)
        return [layer["Arn"] for layer in found.get("Layers", [])]

    def look(self, aws, outputs):
        """Upload a photo and return the status that the worker stores."""
        photo_id = uuid4()
        aws.client("s3").put_object(
            Bucket=outputs.originals_bucket,
            Key=keys.original_key(photo_id),
            Body=flat_jpeg(),
            ContentType="image/jpeg",
            Metadata={keys.OWNER_METADATA: "7"},
        )
        item = {"TableName": outputs.catalogue_table, "Key": {"pk": {"S": keys.photo_item_key(photo_id)}}}
        found = eventually(lambda: aws.client("dynamodb").get_item(**item).get("Item"), within_seconds=60)
        return found["status"]["S"]

    def test_worker__runs_with_and_without_a_layer(self, aws, parameters, tmp_path):
        outputs = provision(aws, parameters).outputs
        (layer,) = self.layers_of(aws, outputs.worker_function_name)
        assert self.layers_of(aws, outputs.imports_function_name) == [layer]
        assert self.look(aws, outputs) == "READY"
        assert not provision(aws, parameters).changed

        newer = shutil.copy(parameters.worker_zip, tmp_path / "newer.zip")
        with zipfile.ZipFile(newer, "a") as archive:
            archive.writestr("thumbworker/newer.py", "")
        assert provision(aws, replace(parameters, worker_zip=newer)).changed
        assert self.layers_of(aws, outputs.worker_function_name) == [layer]

        assert provision(aws, replace(parameters, worker_zip=build(), worker_layer=None)).changed
        assert self.layers_of(aws, outputs.worker_function_name) == []
        assert aws.client("lambda").list_layers()["Layers"] == []
        assert self.look(aws, outputs) == "READY"

        assert stacks.delete(aws.client("cloudformation"), parameters.stack_name)
