"""Find words that the project does not use: ``python -m infra.words``; ``words.toml`` lists them.

``--pending`` reads also the paths that are still being reworded, and counts what it finds in each.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
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
        self.pending = tuple(data["pending"]["paths"])

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
    skipped = NOT_READ if "--pending" in sys.argv else (*NOT_READ, *words.pending)
    found = [
        line
        for path in tracked_files()
        if path.endswith(READ) and not path.startswith(skipped) and (PROJECT / path).is_file()
        for line in words.found(path, (PROJECT / path).read_text(encoding="utf-8"))
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    counts = Counter(path for path in words.pending for line in found if line.startswith(path))
    sys.stdout.writelines(f"{path}: {count} left\n" for path, count in counts.items())
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
