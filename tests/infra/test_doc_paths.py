"""Documents name files, folders and links that exist, and the architecture page names every folder."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath

import pytest

from infra.words import PROJECT, tracked_files

FILES = {PurePosixPath(path) for path in tracked_files()}
PATHS = FILES | {folder for path in FILES for folder in path.parents}
TOP = {path.parts[0] for path in FILES}
FILE_NAMES = {path.name for path in FILES}
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(str(path) for path in FILES if path.match("docs/*.md"))]
ARCHITECTURE = ("docs/architecture.md", "docs/architecture.ja.md")
BUILT = ("static/build", "zappa.json")
"""Named in documents, but created by a command."""


def text(document: str) -> str:
    return (PROJECT / document).read_text(encoding="utf-8")


def exists(name: str) -> bool:
    """Return whether a name in backticks, if it is one of a file or folder, names what git tracks."""
    if not re.fullmatch(r"[\w.*/-]+", name) or name.startswith(BUILT):
        return True
    path = PurePosixPath(name)
    if len(path.parts) > 1 and path.parts[0] in TOP:
        return path in PATHS or any(known.match(name) for known in FILES)
    return path.suffix not in {".py", ".toml", ".md"} or "/" in name or name in FILE_NAMES


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__names_paths_that_exist(document: str) -> None:
    prose = re.sub(r"^```.*?^```", "", text(document), flags=re.MULTILINE | re.DOTALL)
    assert [name for name in re.findall(r"`([^`\n]+)`", prose) if not exists(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__links_to_what_exists(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text(document)):
        if "://" not in target:
            assert (PROJECT / document).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", ["gallery/photos/action.py", "infra/nothing/", "no_such.py"])
def test_exists__missing(name: str) -> None:
    assert not exists(name)


@pytest.mark.parametrize("document", ARCHITECTURE)
def test_architecture__names_every_folder(document: str) -> None:
    listed = set(re.findall(r"^\| `([\w/]+)/` \|", text(document), re.MULTILINE))
    rooms = {str(path.parent) for path in FILES if path.parts[::2] == ("gallery", "__init__.py")}
    tops = {path.parts[0] for path in FILES if path.suffix in {".py", ".html"}} - {"gallery", "manage.py"}
    assert rooms | tops | {"static/src"} <= listed
    assert all(PurePosixPath(folder) in PATHS for folder in listed)


@pytest.mark.parametrize("document", ARCHITECTURE)
def test_architecture__states_the_layers_contract(document: str) -> None:
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    # Names in parentheses are optional: these folders don't exist yet.
    named = [[name for name in layer.split(" | ") if not name.startswith("(")] for layer in layers]
    assert f"`{' > '.join(' | '.join(names) for names in named)}`" in text(document)


@pytest.mark.parametrize("document", ARCHITECTURE)
def test_glossary__has_fifteen_words(document: str) -> None:
    rows = re.findall(r"^\| .+ \| .+ \|$", text(document).rsplit("\n## ", 1)[1], re.MULTILINE)
    assert len(rows) == 16  # and the heading
