"""How a query is understood: each kind of input, and any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.core import reasons
from gallery.search.folding import bigrams_of, folded_for_search
from gallery.search.query import MAX_TERMS, Kind, last_typed, parse, period, written

DAY = date(2019, 5, 31)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", []),
        ("  \t ", []),
        ("sea  shore", [("word", "sea"), ("word", "shore")]),
        ("sea SEA séa", [("word", "séa")]),
        ('"old town" sea', [("phrase", "old town"), ("word", "sea")]),
        ("“old town”", [("phrase", "old town")]),
        ('"not closed', [("phrase", "not closed")]),
        ('"" " "', []),
        ("東京　タワー", [("word", "東京"), ("word", "タワー")]),
        ("tag:sea", [("tag", "sea")]),
        ("TAG:Sea", [("tag", "Sea")]),
        ("tag：海", [("tag", "海")]),
        ('tag:"blue hour"', [("tag", "blue hour")]),
        ('album:"Norway', [("album", "Norway")]),
        ("camera:x100 lens:xf", [("camera", "x100"), ("lens", "xf")]),
        ("owner:alice", [("owner", "alice")]),
        ("from:2019 until:2019-05", [("from", "2019"), ("until", "2019-05")]),
        ("from:2019/5/3 until:2019.05.03", [("from", "2019/5/3"), ("until", "2019.05.03")]),
        ("from:٢٠١٩", [("from", "٢٠١٩")]),
        ("uploaded:2026-11-24", [("uploaded", "2026-11-24")]),
        ("format:JPG format:raw", [("format", "jpg"), ("format", "raw")]),
        ("orientation:Portrait", [("orientation", "portrait")]),
        ("-caption", [("no", "caption")]),
        ("no:caption", [("no", "caption")]),
        ("12:30", [("word", "12:30")]),
        ("-sea", [("word", "-sea")]),
        ("\x00se\u202ea", [("word", "sea")]),
        ("sea\ttag:a", [("word", "sea"), ("tag", "a")]),
    ],
)
def test_parse__understands(typed: str, understood: list[tuple[str, str]]) -> None:
    query = parse(typed)
    assert [(term.kind.value, term.value) for term in query.terms] == understood
    assert query.notes == ()


@pytest.mark.parametrize(
    ("typed", "reason", "terms"),
    [
        ("place:oslo", reasons.SEARCH_FILTER_UNKNOWN, ["place:oslo"]),
        ("favorites:yes", reasons.SEARCH_FILTER_UNKNOWN, ["favorites:yes"]),
        ('place:"new york"', reasons.SEARCH_FILTER_UNKNOWN, ["place:new", "york"]),
        ("tag:", reasons.SEARCH_VALUE_MISSING, []),
        ('tag:""', reasons.SEARCH_VALUE_MISSING, []),
        ("from:may", reasons.SEARCH_DATE_INVALID, []),
        ("from:2019-13", reasons.SEARCH_DATE_INVALID, []),
        ("until:2019-02-30", reasons.SEARCH_DATE_INVALID, []),
        ("until:0000", reasons.SEARCH_DATE_INVALID, []),
        ("uploaded:9999-12-31", reasons.SEARCH_DATE_INVALID, []),
        ("from:²⁰¹⁹-05-5555", reasons.SEARCH_DATE_INVALID, []),
        ("format:exe", reasons.SEARCH_FORMAT_UNKNOWN, []),
        ("orientation:up", reasons.SEARCH_ORIENTATION_UNKNOWN, []),
        ("no:tag", reasons.SEARCH_NO_WHAT, []),
        ("is:sea", reasons.SEARCH_IS_WHAT, []),
    ],
)
def test_parse__says_what_it_does_not_understand(
    typed: str, reason: reasons.Reason, terms: list[str]
) -> None:
    query = parse(f"sea {typed}")
    assert [(note.text, note.reason) for note in query.notes] == [(typed, reason)]
    assert [term.text for term in query.terms] == ["sea", *terms]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("a", reasons.SEARCH_TOO_SHORT),
        ("海", reasons.SEARCH_TOO_SHORT),
        ("a b", reasons.SEARCH_TOO_SHORT),
        ('"é"', reasons.SEARCH_TOO_SHORT),
        ("ab c", None),
        ("a tag:sea", None),
        ("x" * 200, None),
        ("x" * 201, reasons.SEARCH_TOO_LONG),
        (" ".join(f"word{number}" for number in range(MAX_TERMS)), None),
        (" ".join(f"word{number}" for number in range(MAX_TERMS + 1)), reasons.SEARCH_TOO_LONG),
    ],
)
def test_parse__refuses(typed: str, refusal: reasons.Reason | None) -> None:
    assert parse(typed).refusal is refusal


@given(st.text(max_size=80) | st.from_regex(r'([a-z]{1,7}[:：]"?|["“ -]|\w){0,20}', fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_parse__of_its_own_text_is_the_same(typed: str) -> None:
    query = parse(typed)
    again = parse(str(query))
    assert [(term.kind, term.folded) for term in again.terms] == [
        (term.kind, term.folded) for term in query.terms
    ]
    last_typed(typed)


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_folding__is_the_same_for_each_form(text: str) -> None:
    folded = folded_for_search(text)
    assert folded_for_search(folded) == folded
    assert all(len(pair) == 2 and not pair.isspace() for pair in bigrams_of(folded))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE\u0301"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("ὁδός", "οδος"),
        ("Ёлка", "елка"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("می\u200cخواهم", "میخواهم"),
        ("ज़मीन", "जमीन"),
        ("ﾀﾜｰ", "タワー"),
        ("ＡＢＣ１２", "abc12"),
        ("ﬁsh", "fish"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
    ],
)
def test_folding__makes_spellings_equal(one: str, other: str) -> None:
    assert folded_for_search(one) == folded_for_search(other)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("कि", "की"), ("は", "ぱ"), ("हिदी", "हिंदी")])
def test_folding__keeps_letters_apart(one: str, other: str) -> None:
    assert folded_for_search(one) != folded_for_search(other)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2019", date(2019, 1, 1), date(2020, 1, 1)),
        ("2019-12", date(2019, 12, 1), date(2020, 1, 1)),
        ("2020-2", date(2020, 2, 1), date(2020, 3, 1)),
        ("2019-05-31", DAY, date(2019, 6, 1)),
        ("2019-12-31", date(2019, 12, 31), date(2020, 1, 1)),
    ],
)
def test_period__of_a_year_a_month_and_a_day(text: str, first: date, after: date) -> None:
    assert period(text) == (first, after)


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("", ("", "", "")),
        ("sea ", ("sea", "", "")),
        ("sea sho", ("sea", "", "sho")),
        ("tag:se", ("", "tag", "se")),
        ('sea album:"nor wa', ("sea", "album", "nor wa")),
        ('sea "old to', ("sea", "", "old to")),
    ],
)
def test_last_typed__is_what_a_suggestion_replaces(typed: str, last: tuple[str, str, str]) -> None:
    assert last_typed(typed) == last


def test_written__is_understood() -> None:
    for value in ("sea", "blue hour", 'a "quoted" name', "x:y", "東京"):
        (term,) = parse(written(Kind.TAG, value).text).terms
        assert (term.kind, term.value) == (Kind.TAG, value.replace('"', ""))
