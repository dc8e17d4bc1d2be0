"""The shared language survives the wire, is bounded, and its JSON fits the published document."""

import json
from typing import Any

import pytest
from any_message import any_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from rest_contract import validate

from sync import messages
from sync.acts import Ruling, Said
from sync.asked import Answer, Query
from sync.envelope import BATCH, PROBLEM, RECEIPTS, Batch, Problem, Receipts, digest
from sync.messages import Page, Telling

KINDS: list[tuple[Any, str]] = [
    (Telling, "Telling"),
    (Page, "Page"),
    (Batch, "Batch"),
    (Receipts, "Receipts"),
    (Problem, "Problem"),
    (Said, "Said"),
    (Ruling, "Ruling"),
]
calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("kind", "name"), KINDS, ids=[name for _, name in KINDS])
def test_what_is_written_reads_back_the_same_and_fits_the_document(kind: Any, name: str) -> None:
    adapter = TypeAdapter(kind)

    @calm
    @given(any_of(kind))
    def check(value: Any) -> None:
        said = adapter.dump_json(value)
        assert adapter.validate_json(said, strict=True) == value
        validate({"$ref": f"#/components/schemas/{name}"}, json.loads(said))

    check()


@pytest.mark.parametrize(("kind", "path"), [(Query, "request"), (Answer, "reply")], ids=["query", "answer"])
def test_questions_and_answers_too(kind: Any, path: str) -> None:
    adapter = TypeAdapter(kind)

    @calm
    @given(any_of(kind))
    def check(value: Any) -> None:
        said = adapter.dump_json(value)
        assert adapter.validate_json(said, strict=True) == value
        validate({"$ref": f"#/components/schemas/{type(value).__name__}"}, json.loads(said))

    check()


@calm
@given(any_of(Telling))
def test_the_digest_does_not_depend_on_how_the_json_was_written(telling: Telling) -> None:
    said = TypeAdapter(Telling).dump_python(telling, mode="json")
    shuffled = json.loads(json.dumps(dict(reversed(said.items())), indent=3, ensure_ascii=True))
    assert digest(shuffled) == digest(telling)


@calm
@given(any_of(Telling), any_of(Telling))
def test_other_tellings_have_other_digests(one: Telling, other: Telling) -> None:
    assert (digest(one) == digest(other)) == (one == other)


@calm
@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.floats(), st.lists).map(repr).map(str.encode))
def test_noise_is_refused_by_one_error(noise: bytes) -> None:
    for adapter in (BATCH, RECEIPTS, PROBLEM, TypeAdapter(Page), TypeAdapter(Answer)):
        with pytest.raises(ValidationError):
            adapter.validate_json(noise, strict=True)


def test_every_text_and_list_is_bounded() -> None:
    open_ended = []

    def walk(where: str, schema: Any) -> None:
        if isinstance(schema, dict):
            kind = schema.get("type")
            if kind == "string" and not {"maxLength", "pattern", "const", "enum"} & set(schema):
                open_ended.append(where)
            if kind == "array" and "maxItems" not in schema:
                open_ended.append(where)
            for name, inner in schema.items():
                walk(f"{where}.{name}", inner)

    for kind in (Telling, Page, Query, Answer, messages.Receipt):
        walk(str(kind), TypeAdapter(kind).json_schema())
    assert open_ended == []


def test_every_number_that_a_library_says_is_bounded() -> None:
    """No row, no JSON and no date is at a loss with it."""
    open_ended = []

    def walk(where: str, schema: Any) -> None:
        if isinstance(schema, dict):
            low, high = schema.get("minimum", -1), schema.get("maximum", float("inf"))
            if schema.get("type") in ("integer", "number") and not 0 <= low <= high <= 32503680000:
                open_ended.append(where)
            for name, inner in schema.items():
                walk(f"{where}.{name}", inner)

    for kind in (Page, Answer, Ruling, Receipts, Problem):
        walk(str(kind), TypeAdapter(kind).json_schema())
    assert open_ended == []
