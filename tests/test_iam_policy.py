"""The evaluator of policies follows AWS's documentation, element by element."""

from __future__ import annotations

from typing import Any

import pytest

from tests.iam_policy import Request, is_allowed, is_like, meets

ALL = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def deny(**elements: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", **elements}]}


def test_evaluation__needs_an_allow_and_no_deny() -> None:
    request = Request("s3:GetObject", "arn:aws:s3:::b/k")
    assert not is_allowed(request, [])
    assert is_allowed(request, [ALL])
    assert not is_allowed(request, [ALL, deny()])
    assert not is_allowed(request, [ALL], [])
    assert not is_allowed(request, [ALL], [ALL, deny(Action="s3:Get*")])
    assert is_allowed(request, [ALL], [ALL])


@pytest.mark.parametrize(
    ("elements", "is_denied"),
    [
        ({"Action": "s3:getobject"}, True),
        ({"Action": ["s3:Put*", "s3:Get?bject"]}, True),
        ({"Action": "s3:Get"}, False),
        ({"Resource": "arn:aws:s3:::B/*"}, False),
        ({"Resource": "arn:aws:s3:::b"}, False),
        ({"NotResource": "arn:aws:s3:::b/*"}, False),
        ({"NotResource": "arn:aws:s3:::c/*"}, True),
    ],
)
def test_statement__is_about_action_and_resource(elements: dict[str, Any], is_denied: bool) -> None:
    assert is_allowed(Request("s3:GetObject", "arn:aws:s3:::b/k"), [ALL, deny(**elements)]) is not is_denied


def test_not_action__is_every_other() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert is_allowed(Request("s3:GetObject"), [{"Statement": statement}])
    assert not is_allowed(Request("iam:CreateUser"), [{"Statement": statement}])


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a", None, False),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", "b", False),
        ("StringNotEquals", "a", "a", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", "a", None, True),
        ("StringLike", "a*", "abc", True),
        ("StringNotLike", "a*", "abc", False),
        ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
        ("ArnEquals", "arn:aws:iam::*", "arn:aws:iam::1:role/x", False),
        ("Bool", "true", "TRUE", True),
        ("Null", "true", None, True),
        ("Null", "false", None, False),
        ("Null", "false", "a", True),
        ("ForAnyValue:StringEquals", "a", ["a", "b"], True),
        ("ForAnyValue:StringEquals", "c", ["a", "b"], False),
        ("ForAnyValue:StringEquals", "a", None, False),
        ("ForAllValues:StringLike", ["a*", "b*"], ["a1", "b1"], True),
        ("ForAllValues:StringLike", "a*", ["a1", "b1"], False),
        ("ForAllValues:StringLike", "a*", None, True),
        ("ForAnyValue:StringNotEquals", "a", None, False),
    ],
)
def test_operator__holds_as_documented(operator: str, wanted: Any, found: Any, holds: bool) -> None:
    context = {} if found is None else {"aws:Key": found}
    assert meets({operator: {"AWS:key": wanted}}, context) is holds


def test_operators__hold_together() -> None:
    both = {"StringEquals": {"a": "1", "b": "2"}, "Null": {"c": "true"}}
    assert meets(both, {"a": "1", "b": "2"})
    assert not meets(both, {"a": "1", "b": "3"})
    assert not meets(both, {"a": "1", "b": "2", "c": "3"})


def test_operator__unknown_is_an_error() -> None:
    with pytest.raises(ValueError, match="NumericLessThan"):
        meets({"NumericLessThan": {"a": "1"}}, {"a": "0"})


def test_pattern__takes_only_two_characters_as_special() -> None:
    assert is_like("a.b[c]*", "a.b[c]\n")
    assert not is_like("a.b", "axb")
