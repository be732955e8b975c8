"""Find words that the project does not use: ``python -m infra.words``; ``words.toml`` lists them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LIST = "infra/words.toml"
READ = (".py", ".html", ".js", ".md", ".txt", ".yaml", ".toml")
NOT_READ = (LIST, "tests/infra/test_words.py", "docs/decisions/", "requirements/")
"""The list and its test; records of their time; names of packages."""


class Words:
    """The words of a list and where they may stand."""

    def __init__(self, text: str) -> None:
        """Read a list in TOML."""
        data = tomllib.loads(text)
        # An underscore separates words too, so that names are read like prose.
        self.say = {
            re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE): say
            for word, say in data["say"].items()
        }
        self.allowed = {(entry["path"], entry["word"]) for entry in data["allow"]}

    def found(self, path: str, text: str) -> list[str]:
        """Return one line for each word of the list in the text of a file."""
        return [
            f"{path}:{number}: {match[0]!r}: say {say}"
            for number, line in enumerate(text.splitlines(), 1)
            for word, say in self.say.items()
            for match in word.finditer(line)
            if (path, match[0].lower()) not in self.allowed
        ]


def tracked_files() -> list[str]:
    """Return the paths of the files that git tracks."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, check=True, text=True)  # noqa: S607
    return listed.stdout.splitlines()


def main() -> int:
    """Read all tracked files and print what is found; return 1 if it is anything."""
    words = Words((PROJECT / LIST).read_text(encoding="utf-8"))
    found = [
        line
        for path in tracked_files()
        if path.endswith(READ) and not path.startswith(NOT_READ) and (PROJECT / path).is_file()
        for line in words.found(path, (PROJECT / path).read_text(encoding="utf-8"))
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
