"""From what pydantic finds wrong to one sentence for the person who wrote the file."""

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]  # of a key in the file: ``("board", 0, "port")``

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": 'text in "quotes"',
    "path": 'a path in "quotes"',
    "tuple": "a list, in [brackets]",
    "list": "a list, in [brackets]",
    "model": "a section of its own",
    "dict": "a section of its own",
}


def first_flaw(error: ValidationError, model: type[BaseModel], raw: Any, names: Iterable[str]) -> tuple[Place, str]:
    """The key and the words for the flaw to mend first. ``names``: keys that may stand at the top.

    A misspelt key also leaves its right name missing, so unknown keys come first.
    """
    flaws = sorted(error.errors(include_url=False), key=lambda flaw: flaw["type"] != "extra_forbidden")
    place, value = _place(flaws[0], raw)
    if flaws[0]["type"] == "extra_forbidden":
        near = nearest(str(place[-1]), names if len(place) == 1 else _names_at(model, place[:-1]))
        return place, f"no such setting; {near}" if near else "no such setting"
    here = [flaw for flaw in flaws if _place(flaw, raw)[0] == place]  # several: it fits no member of a union
    types = [kind for flaw in here if (kind := _type_wanted(flaw))]
    if types:
        return place, f"must be {' or '.join(dict.fromkeys(types))}, not {_shown(value)}"
    return place, _words(here[0], value)


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint for a name that is not one of ``names``; empty when there are none."""
    known = sorted(set(names))
    if near := difflib.get_close_matches(name, known, n=1):
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}" if known else ""


def dotted(place: Iterable[str | int]) -> str:
    """``("board", 0, "port")`` as ``board[0].port``."""
    key = ""
    for part in place:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def _place(flaw: ErrorDetails, raw: Any) -> tuple[Place, Any]:
    """Where in the file, and what stands there: pydantic's path without what it adds for members of a union."""
    place: list[str | int] = []
    for part in flaw["loc"]:
        if isinstance(part, int):
            inside = isinstance(raw, list) and part < len(raw)
        else:
            inside = isinstance(raw, Mapping) and part in raw
        if inside:
            raw = raw[part]
        elif flaw["type"] != "missing":
            break
        place.append(part)
    return tuple(place), raw


def fields_of(annotation: Any) -> Mapping[str, FieldInfo]:
    """The fields of the section that stands at a key of this type, alone or in a list; none for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.model_fields
    return next(filter(None, map(fields_of, get_args(annotation))), {})


def _names_at(model: type[BaseModel], place: Iterable[str | int]) -> Iterable[str]:
    fields = fields_of(model)
    for part in place:
        if isinstance(part, str):
            fields = fields_of(fields[part].annotation) if part in fields else {}
    return fields


def _type_wanted(flaw: ErrorDetails) -> str:
    kind = flaw["type"]
    wrong_type = kind.endswith(("_type", "_parsing", "_from_float", "_parsing_size"))
    return _TYPES.get(kind.split("_")[0], "") if wrong_type else ""


def _words(flaw: ErrorDetails, value: Any) -> str:
    kind, context, words = flaw["type"], flaw.get("ctx", {}), flaw["msg"]
    if kind == "missing":
        return "is missing"
    if kind in ("literal_error", "enum"):
        near = difflib.get_close_matches(str(value), _choices(context), n=1)
        return f"must be {context['expected']}" + (f"; did you mean {near[0]!r}?" if near else "")
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return f"must fit the pattern {context['pattern']}"
    if kind == "path_not_file":
        return f"there is no file {value}"
    return "must be " + words.removeprefix("Input should be ") if words.startswith("Input should be ") else words


def _choices(context: Mapping[str, Any]) -> list[str]:
    return [choice.strip("' ") for choice in str(context["expected"]).replace(" or ", ",").split(",")]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:39] + "…"
