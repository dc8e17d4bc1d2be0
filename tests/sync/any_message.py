"""Hypothesis strategies for any value of the shared language, drawn from its own annotations."""

import dataclasses
import types
import typing
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import SecretStr
from pydantic.fields import FieldInfo

TEXT = st.characters(exclude_categories=["Cs"])


def any_of(kind: Any, *limits: Any) -> st.SearchStrategy[Any]:
    """Values of a type of sync/messages.py, within its bounds."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return any_of(inner, *more, *limits)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) in (types.UnionType, typing.Union):
        return st.one_of([any_of(one) for one in get_args(kind)])
    bounds = _bounds(limits)
    if get_origin(kind) is tuple:
        sizes = {"min_size": bounds.get("min_length", 0), "max_size": min(bounds.get("max_length", 3), 3)}
        return st.lists(any_of(get_args(kind)[0]), **sizes).map(tuple)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return st.builds(kind, **{field.name: any_of(hints[field.name]) for field in dataclasses.fields(kind)})
    if kind is str and "pattern" in bounds:
        longest = bounds.get("max_length", 1000)
        return st.from_regex(bounds["pattern"].replace("$", r"\Z"), fullmatch=True).filter(lambda s: len(s) <= longest)
    simple = {
        str: lambda: st.text(TEXT, min_size=bounds.get("min_length", 0), max_size=bounds.get("max_length", 50)),
        int: lambda: st.integers(bounds.get("ge", 0), bounds.get("le", 2**53 - 1)),
        float: lambda: st.floats(0, 32503680000, allow_nan=False),
        bool: st.booleans,
        type(None): st.none,
        SecretStr: lambda: st.text(TEXT, min_size=1, max_size=12).map(SecretStr),
    }
    return simple[kind]()


def _bounds(limits: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in limits:
        for one in limit.metadata if isinstance(limit, FieldInfo) else [limit]:
            if isinstance(one, annotated_types.MinLen):
                found["min_length"] = one.min_length
            elif isinstance(one, annotated_types.MaxLen):
                found["max_length"] = one.max_length
            elif isinstance(one, annotated_types.Ge):
                found["ge"] = one.ge
            elif isinstance(one, annotated_types.Le):
                found["le"] = one.le
            elif getattr(one, "pattern", None):
                found["pattern"] = one.pattern
    return found
