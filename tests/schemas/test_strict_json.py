"""JSON from strangers is either a value or one clear refusal, and nothing else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.schemas.strict_json import MalformedJsonError, decode
from tests.schemas.attacks import ATTACKS


@pytest.mark.parametrize("body", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_in_a_short_sentence(body: bytes) -> None:
    with pytest.raises(MalformedJsonError) as caught:
        decode(body)
    assert 20 < len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\\\\u0000"}',  # a backslash, then u0000
        b'{"a": "\\"a\\": 1", "b": "\\"a\\": 1"}',
        b'{"a\\\\": "\\\\\\\\", "a": "\\\\\\""}',
        b'{"a": {"a": {"a": "a"}}}',
        '{"é": "💥", "e\u0301": "\\ud83d\\udca5"}'.encode(),
        b" [1, 2.5, -0, 1e-400, 12345678901234567890] ",
        b"[" * 32 + b"]" * 32,
        b'"a"',
        b"null",
    ],
)
def test_what_only_looks_like_an_attack_is_taken(body: bytes) -> None:
    assert decode(body) == json.loads(body)


def test_more_values_than_anybody_needs_are_refused_before_each_is_looked_at() -> None:
    with pytest.raises(MalformedJsonError, match="more than 200,000 values"):
        decode(b"[" + b"[]," * 200_000 + b"[]]")


TEXTS = st.sampled_from(
    ["", "a", "b", '"', "\\", '\\"', "\\\\", ":", '":"', "{}", "[],", "u0000", "\\u0000", "é", "💥"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.booleans())
@settings(max_examples=max(200, settings().max_examples))
def test_valid_json_is_read_as_it_was_written(value: object, ascii_only: bool) -> None:
    assert decode(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.lists(st.tuples(TEXTS, VALUES), min_size=1, max_size=4), st.data())
@settings(max_examples=max(200, settings().max_examples))
def test_a_duplicate_name_is_found_wherever_it_stands(members: list[tuple[str, Any]], data: st.DataObject) -> None:
    members.insert(data.draw(st.integers(0, len(members))), (data.draw(st.sampled_from(members))[0], "x"))
    text = ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members)
    with pytest.raises(MalformedJsonError, match="twice"):
        decode(b"[{%s}]" % text.encode())


@given(st.binary(max_size=60) | st.text(st.sampled_from('{}[]",:\\u0tn1e- ')).map(str.encode))
@settings(max_examples=max(1_000, settings().max_examples))
def test_any_bytes_are_a_value_or_one_kind_of_error(body: bytes) -> None:
    with suppress(MalformedJsonError):
        decode(body)
