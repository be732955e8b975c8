"""The engine against a gallery in memory: what is sent, what is not, and that nothing is lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from contactsheet.engine.folders import find
from contactsheet.engine.interfaces import Outcome, Put, Refusal, Unavailable
from contactsheet.engine.sending import FRESH_SECONDS
from contactsheet.engine.upload import MAX_SILENCES, MAX_TRIES, UploadRun
from tests.client.fakes import FakeGallery, Onlooker

if TYPE_CHECKING:
    from pathlib import Path


def make_files(folder: Path, count: int, prefix: str = "photo") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{prefix}-{number:04}.jpg").write_bytes(f"{prefix} {number}".encode() * 10)


class Bench:
    """A folder, a gallery, somebody who looks on, and a clock that moves when somebody waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gallery = FakeGallery()
        self.onlooker = Onlooker()
        self.now = 0.0
        self.run: UploadRun

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.gallery.process()

    def upload(self, **options) -> Counter[Outcome]:
        self.onlooker = Onlooker()
        options = {"pause": self.pause, "clock": lambda: self.now} | options
        self.run = UploadRun(self.gallery, self.onlooker, **options)
        results = self.run.run(find([self.folder]).files)
        assert results == self.onlooker.results
        return Counter(result.outcome for result in results)

    def reasons(self) -> set[str]:
        return {result.reason for result in self.run.results if result.reason}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "photos")


def test_it_asks_in_lists_and_sends_each_file_once(bench):
    make_files(bench.folder, 120)
    assert bench.upload() == {Outcome.UPLOADED: 120}
    assert bench.gallery.lists == [50, 50, 20]
    assert len(bench.gallery.puts) == len(set(bench.gallery.puts)) == 120
    assert bench.onlooker.bytes_sent == sum(path.stat().st_size for path in bench.folder.iterdir())


def test_a_second_run_sends_nothing(bench):
    make_files(bench.folder, 60)
    bench.upload()
    bench.gallery.process()
    assert bench.upload() == {Outcome.ALREADY_THERE: 60}
    assert len(bench.gallery.puts) == 60


def test_a_second_run_sends_nothing_while_the_first_is_still_processed(bench):
    make_files(bench.folder, 60)
    bench.upload()
    assert bench.upload() == {Outcome.ALREADY_THERE: 60}
    assert len(bench.gallery.puts) == 60


def test_after_a_kill_it_sends_what_is_missing(bench):
    make_files(bench.folder, 60)
    bench.upload()
    # Offered, but the bytes had not arrived when the first run was killed.
    for photo in list(bench.gallery.photos.values())[::2]:
        photo.stored = False
    bench.gallery.puts.clear()
    assert bench.upload() == {Outcome.UPLOADED: 30, Outcome.ALREADY_THERE: 30}
    assert len(bench.gallery.puts) == 30
    assert bench.gallery.stored == len(bench.gallery.photos) == 60


def test_the_same_picture_twice_is_sent_once(bench):
    make_files(bench.folder, 3)
    make_files(bench.folder / "copies", 3)
    assert bench.upload() == {Outcome.UPLOADED: 3, Outcome.SAME_AS_ANOTHER: 3}
    assert bench.gallery.stored == 3


def test_more_files_than_places_all_arrive(bench):
    bench.gallery.places = 40
    make_files(bench.folder, 130)
    assert bench.upload() == {Outcome.UPLOADED: 130}
    assert bench.gallery.stored == 130
    assert any(bench.onlooker.waited_for)
    assert bench.onlooker.waited_for[-1] == ""


def test_without_any_room_it_gives_up_in_words(bench):
    bench.gallery.places = 0
    make_files(bench.folder, 60)
    assert bench.upload() == {Outcome.NOT_SENT: 60}
    assert bench.reasons() == {"too_many_outstanding"}


def test_a_refused_file_does_not_hinder_the_others(bench):
    make_files(bench.folder, 10)
    bench.gallery.refused["photo-0003.jpg"] = "too_large"
    assert bench.upload() == {Outcome.UPLOADED: 9, Outcome.REFUSED: 1}
    (refused,) = [result for result in bench.run.results if result.reason]
    assert (refused.path.name, refused.reason, refused.sentence) == (
        "photo-0003.jpg",
        "too_large",
        "Not this one.",
    )


def test_a_list_that_is_refused_names_each_file(bench):
    def refuse(_wishes):
        raise Refusal("not_allowed", "You may not do that.")

    bench.gallery.offer = refuse
    make_files(bench.folder, 60)
    assert bench.upload() == {Outcome.REFUSED: 60}
    assert bench.reasons() == {"not_allowed"}


def test_an_answer_that_lacks_a_file_is_not_taken_for_success(bench):
    bench.gallery.offer = lambda wishes: FakeGallery.offer(bench.gallery, wishes)[1:]
    make_files(bench.folder, 3)
    assert bench.upload() == {Outcome.UPLOADED: 2, Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"no_answer"}


def test_a_conflict_is_asked_about(bench):
    """The store has the bytes though nobody said so: a lost answer, or another run at the same time."""
    make_files(bench.folder, 1)
    answer = bench.gallery.answer

    def stored_meanwhile(wish):
        found = answer(wish)
        bench.gallery.photos[wish.sha256].stored = True
        return found

    bench.gallery.answer = stored_meanwhile
    assert bench.upload() == {Outcome.ALREADY_THERE: 1}
    assert bench.gallery.puts == ["photo-0000.jpg"]


def test_an_offer_that_lapsed_is_asked_for_again(bench):
    make_files(bench.folder, 1)
    put = bench.gallery.put
    answers = [Put.STALE]
    bench.gallery.put = lambda *told: answers.pop() if answers else put(*told)
    assert bench.upload() == {Outcome.UPLOADED: 1}
    assert bench.gallery.lists == [1, 1]


def test_on_a_slow_line_old_offers_are_asked_for_again_and_not_tried(bench):
    make_files(bench.folder, MAX_TRIES + 3)
    put = bench.gallery.put

    def slow_put(*told):
        bench.now += FRESH_SECONDS + 1
        return put(*told)

    bench.gallery.put = slow_put
    assert bench.upload(parallel=1) == {Outcome.UPLOADED: MAX_TRIES + 3}
    assert bench.gallery.lists == list(range(MAX_TRIES + 3, 0, -1))
    assert len(bench.gallery.puts) == MAX_TRIES + 3


def test_a_store_that_never_agrees_ends(bench):
    make_files(bench.folder, 1)
    bench.gallery.put = lambda *_: Put.STALE
    assert bench.upload() == {Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"not_taken"}
    assert len(bench.gallery.lists) == MAX_TRIES


@pytest.mark.parametrize("content", [b"other bytes", b"", b"photo 0" * 10 + b"more"])
def test_a_file_that_changes_on_the_way_is_named(bench, content):
    make_files(bench.folder, 1)
    offer = bench.gallery.offer

    def change_meanwhile(wishes):
        (bench.folder / "photo-0000.jpg").write_bytes(content)
        return offer(wishes)

    bench.gallery.offer = change_meanwhile
    assert bench.upload() == {Outcome.NOT_SENT: 1}
    assert bench.reasons() == {"file_changed"}
    assert bench.gallery.stored == 0


def test_a_silent_store_ends_the_run_early(bench):
    def silent(*_):
        raise Unavailable("Silent.")

    bench.gallery.put = silent
    make_files(bench.folder, 100)
    with pytest.raises(Unavailable):
        bench.upload(parallel=1)
    assert MAX_SILENCES <= len(bench.run.results) <= 2 * MAX_SILENCES
    assert bench.reasons() == {"store_unavailable"}


def test_a_silent_gallery_ends_the_run_and_leaves_what_is_done(bench):
    make_files(bench.folder, 120)
    offer = bench.gallery.offer

    def silent_later(wishes):
        if len(bench.gallery.lists) == 1:
            raise Unavailable("Silent.")
        return offer(wishes)

    bench.gallery.offer = silent_later
    with pytest.raises(Unavailable):
        bench.upload()
    del bench.gallery.offer
    assert set(bench.upload()) <= {Outcome.UPLOADED, Outcome.ALREADY_THERE}
    assert bench.gallery.stored == 120


def test_a_name_that_is_no_text_can_be_sent(bench):
    make_files(bench.folder, 0)
    (bench.folder / b"caf\xe9.jpg".decode(errors="surrogateescape")).write_bytes(b"x")
    assert bench.upload() == {Outcome.UPLOADED: 1}
    assert bench.gallery.puts[0].encode().decode() == "caf\ufffd.jpg"


def test_a_file_that_goes_away_is_named(bench):
    make_files(bench.folder, 2)
    files = find([bench.folder]).files
    files[0].path.unlink()
    results = UploadRun(bench.gallery, bench.onlooker).run(files)
    assert [(result.outcome, result.reason) for result in results if result.reason] == [
        (Outcome.NOT_SENT, "unreadable")
    ]
    assert bench.gallery.stored == 1
