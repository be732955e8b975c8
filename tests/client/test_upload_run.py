"""The upload engine against a gallery in memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from contactsheet.engine.folders import find_files
from contactsheet.engine.interfaces import Outcome, PutOutcome, Refusal, Unavailable
from contactsheet.engine.sending import MAX_OFFER_AGE_SECONDS
from contactsheet.engine.upload import MAX_ATTEMPTS, MAX_UNANSWERED, UploadRun
from tests.client.fake_gallery import FakeGallery, RecordingObserver

if TYPE_CHECKING:
    from pathlib import Path


def make_files(folder: Path, count: int, prefix: str = "photo") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{prefix}-{number:04}.jpg").write_bytes(f"{prefix} {number}".encode() * 10)


class Bench:
    """A folder, a gallery, an observer, and a clock that advances on each sleep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gallery = FakeGallery()
        self.observer = RecordingObserver()
        self.now = 0.0
        self.run: UploadRun

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.gallery.process()

    def upload(self, **options) -> Counter[Outcome]:
        self.observer = RecordingObserver()
        options = {"sleep": self.sleep, "clock": lambda: self.now} | options
        self.run = UploadRun(self.gallery, self.observer, **options)
        results = self.run.run(find_files([self.folder]).files)
        assert results == self.observer.results
        return Counter(result.outcome for result in results)

    def reasons(self) -> set[str]:
        return {result.reason for result in self.run.results if result.reason}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "photos")


def test_run__requests_lists_and_sends_each_file_once(bench):
    make_files(bench.folder, 120)
    assert bench.upload() == {Outcome.UPLOADED: 120}
    assert bench.gallery.lists == [50, 50, 20]
    assert len(bench.gallery.puts) == len(set(bench.gallery.puts)) == 120
    assert bench.observer.bytes_sent == sum(path.stat().st_size for path in bench.folder.iterdir())


def test_second_run__sends_nothing(bench):
    make_files(bench.folder, 60)
    bench.upload()
    bench.gallery.process()
    assert bench.upload() == {Outcome.ALREADY_THERE: 60}
    assert len(bench.gallery.puts) == 60


def test_second_run__sends_nothing_while_the_first_is_processed(bench):
    make_files(bench.folder, 60)
    bench.upload()
    assert bench.upload() == {Outcome.ALREADY_THERE: 60}
    assert len(bench.gallery.puts) == 60


def test_second_run__sends_what_is_missing_after_a_kill(bench):
    make_files(bench.folder, 60)
    bench.upload()
    # Offered, but the bytes had not arrived when the first run was killed.
    for photo in list(bench.gallery.photos.values())[::2]:
        photo.stored = False
    bench.gallery.puts.clear()
    assert bench.upload() == {Outcome.UPLOADED: 30, Outcome.ALREADY_THERE: 30}
    assert len(bench.gallery.puts) == 30
    assert bench.gallery.stored == len(bench.gallery.photos) == 60


def test_run__sends_identical_files_once(bench):
    make_files(bench.folder, 3)
    make_files(bench.folder / "copies", 3)
    assert bench.upload() == {Outcome.UPLOADED: 3, Outcome.SAME_AS_ANOTHER: 3}
    assert bench.gallery.stored == 3


def test_run__waits_for_capacity(bench):
    bench.gallery.capacity = 40
    make_files(bench.folder, 130)
    assert bench.upload() == {Outcome.UPLOADED: 130}
    assert bench.gallery.stored == 130
    assert any(bench.observer.waiting_sentences)
    assert bench.observer.waiting_sentences[-1] == ""


def test_run__without_capacity_fails_with_a_reason(bench):
    bench.gallery.capacity = 0
    make_files(bench.folder, 60)
    assert bench.upload() == {Outcome.NOT_SENT: 60}
    assert bench.reasons() == {"too_many_outstanding"}


def test_refusal__of_a_file_does_not_affect_others(bench):
    make_files(bench.folder, 10)
    bench.gallery.refused["photo-0003.jpg"] = "too_large"
    assert bench.upload() == {Outcome.UPLOADED: 9, Outcome.REFUSED: 1}
    (refused,) = [result for result in bench.run.results if result.reason]
    assert (refused.path.name, refused.reason, refused.sentence) == (
        "photo-0003.jpg",
        "too_large",
        "Not this one.",
    )


def test_refusal__of_a_list_names_each_file(bench):
    def refuse(_wanted_uploads):
        raise Refusal("not_allowed", "You may not do that.")

    bench.gallery.offer = refuse
    make_files(bench.folder, 60)
    assert bench.upload() == {Outcome.REFUSED: 60}
    assert bench.reasons() == {"not_allowed"}


def test_answer__without_a_file_is_a_failure(bench):
    bench.gallery.offer = lambda uploads: FakeGallery.offer(bench.gallery, uploads)[1:]
    make_files(bench.folder, 3)
    assert bench.upload() == {Outcome.UPLOADED: 2, Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"no_answer"}


def test_conflict__asks_the_gallery_again(bench):
    """The store has the bytes because of a lost answer or a parallel run."""
    make_files(bench.folder, 1)
    answer = bench.gallery.answer

    def stored_meanwhile(upload):
        found = answer(upload)
        bench.gallery.photos[upload.sha256].stored = True
        return found

    bench.gallery.answer = stored_meanwhile
    assert bench.upload() == {Outcome.ALREADY_THERE: 1}
    assert bench.gallery.puts == ["photo-0000.jpg"]


def test_offer__rejected_by_the_store_is_requested_again(bench):
    make_files(bench.folder, 1)
    put = bench.gallery.put
    answers = [PutOutcome.OFFER_REJECTED]
    bench.gallery.put = lambda *arguments: answers.pop() if answers else put(*arguments)
    assert bench.upload() == {Outcome.UPLOADED: 1}
    assert bench.gallery.lists == [1, 1]


def test_offer__expired_on_a_slow_connection_is_requested_again(bench):
    make_files(bench.folder, MAX_ATTEMPTS + 3)
    put = bench.gallery.put

    def slow_put(*arguments):
        bench.now += MAX_OFFER_AGE_SECONDS + 1
        return put(*arguments)

    bench.gallery.put = slow_put
    assert bench.upload(parallel=1) == {Outcome.UPLOADED: MAX_ATTEMPTS + 3}
    assert bench.gallery.lists == list(range(MAX_ATTEMPTS + 3, 0, -1))
    assert len(bench.gallery.puts) == MAX_ATTEMPTS + 3


def test_offer__always_rejected_fails(bench):
    make_files(bench.folder, 1)
    bench.gallery.put = lambda *_: PutOutcome.OFFER_REJECTED
    assert bench.upload() == {Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"not_taken"}
    assert len(bench.gallery.lists) == MAX_ATTEMPTS


@pytest.mark.parametrize("content", [b"other bytes", b"", b"photo 0" * 10 + b"more"])
def test_file__changed_during_the_run_is_reported(bench, content):
    make_files(bench.folder, 1)
    offer = bench.gallery.offer

    def change_meanwhile(uploads):
        (bench.folder / "photo-0000.jpg").write_bytes(content)
        return offer(uploads)

    bench.gallery.offer = change_meanwhile
    assert bench.upload() == {Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"file_changed"}
    assert bench.gallery.stored == 0


def test_unavailable__store_ends_the_run_early(bench):
    def unavailable(*_):
        raise Unavailable("Not responding.")

    bench.gallery.put = unavailable
    make_files(bench.folder, 100)
    with pytest.raises(Unavailable):
        bench.upload(parallel=1)
    assert MAX_UNANSWERED <= len(bench.run.results) <= 2 * MAX_UNANSWERED
    assert bench.reasons() == {"store_unavailable"}


def test_unavailable__gallery_ends_the_run_and_keeps_uploads(bench):
    make_files(bench.folder, 120)
    offer = bench.gallery.offer

    def unavailable_later(uploads):
        if len(bench.gallery.lists) == 1:
            raise Unavailable("Not responding.")
        return offer(uploads)

    bench.gallery.offer = unavailable_later
    with pytest.raises(Unavailable):
        bench.upload()
    del bench.gallery.offer
    assert set(bench.upload()) <= {Outcome.UPLOADED, Outcome.ALREADY_THERE}
    assert bench.gallery.stored == 120


def test_file__name_that_is_not_text_is_sent(bench):
    make_files(bench.folder, 0)
    (bench.folder / b"caf\xe9.jpg".decode(errors="surrogateescape")).write_bytes(b"x")
    assert bench.upload() == {Outcome.UPLOADED: 1}
    assert bench.gallery.puts[0].encode().decode() == "caf\ufffd.jpg"


def test_file__removed_during_the_run_is_reported(bench):
    make_files(bench.folder, 2)
    files = find_files([bench.folder]).files
    files[0].path.unlink()
    results = UploadRun(bench.gallery, bench.observer).run(files)
    assert [(result.outcome, result.reason) for result in results if result.reason] == [
        (Outcome.NOT_SENT, "unreadable")
    ]
    assert bench.gallery.stored == 1
