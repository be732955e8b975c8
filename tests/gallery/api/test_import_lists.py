"""The API and the command take the same URLs, and refuse a wrong one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from gallery.photos.models import Photo

if TYPE_CHECKING:
    from pathlib import Path

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.stores import Stores


@pytest.mark.parametrize(
    "url",
    [
        "http://my_photos.example.com/a.jpg",
        "HTTP://EXAMPLE.com/a.jpg",
        "https://faß.de/größe.jpg",
        "https://example.com./a b.jpg",
        "https://example.org:443/a.jpg?b=c#d",
        "http://93.184.215.14/",
        "http://example.org/a[1].jpg",
        'http://example.org/a"b<c>|d.jpg',
    ],
)
def test_request_imports__api_and_command_take_the_same(
    alice: User, program_of: ProgramFactory, stores: Stores, tmp_path: Path, capsys: Any, url: str
) -> None:
    program = program_of(alice)
    assert program.post("/images", {"url": url}).status_code == 202
    assert program.post("/images", {"urls": [f" <{url}>\r"]}).json()["results"][0]["outcome"] == "accepted"
    file = tmp_path / "urls.txt"
    file.write_text(f"<{url}>")
    call_command("import_urls", str(file), owner="alice")
    assert list(Photo.objects.values_list("origin_url", flat=True)) == [url] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        "ftp://example.org/",
        "example.org/a.jpg",
        "http://a b/",
        "http://user@example.org/",
        "",
        "http://a\x00/",
        "x" * 3000,
    ],
)
def test_request_imports__one_wrong_url_of_forty(
    alice: User, program_of: ProgramFactory, stores: Stores, tmp_path: Path, capsys: Any, wrong: str
) -> None:
    urls = [f"https://example.org/{number}.jpg" for number in range(40)]
    urls[17] = wrong or "-"
    answer = program_of(alice).post("/images", {"urls": urls})
    results = answer.json()["results"]
    reason = "import_url_too_long" if len(wrong) > 2048 else "import_url_not_allowed"
    assert (answer.status_code, len(results)) == (202, 40)
    assert [place for place, result in enumerate(results) if result["outcome"] == "refused"] == [17]
    assert (results[17]["reason"], results[17]["originUrl"]) == (reason, urls[17])
    file = tmp_path / "urls.txt"
    file.write_bytes("\r\n".join(["\ufeff# Forty", *urls]).encode())
    call_command("import_urls", str(file), owner="alice")
    output = capsys.readouterr()
    assert "39 of 40 imports requested." in output.out
    assert output.err.startswith(f"Line 19: {urls[17]}")
    assert Photo.objects.count() == 78


def test_import_images__only_wrong_urls(alice: User, program_of: ProgramFactory) -> None:
    answer = program_of(alice).post("/images", {"urls": ["ftp://x/"]})
    assert (answer.status_code, answer.json()["requestId"]) == (202, None)
    assert answer.json()["results"][0]["reason"] == "import_url_not_allowed"
