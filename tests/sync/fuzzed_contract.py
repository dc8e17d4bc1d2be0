"""Whatever docs/openapi.json allows, and much that it does not, said to the reference service over real HTTP.

No answer is a failure of the server, and each fits the document. ``make test`` says a little of it, and much more does
``python -m tests.sync.fuzzed_contract EXAMPLES [SEED]``.
"""

import contextlib
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from simulators.library.server import Library
from sync.envelope import digest
from tests.sync.rest_contract import DOCUMENT

POINT = "dongmen"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)
Case = schemathesis.Case


def operations() -> list[Any]:
    """Every method of every path of the document."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    return [found.ok() for found in schema.get_all_operations()]


def fit(case: Case, library: Library, whole: bool) -> None:
    """This point and its token; and nothing that would only be waited for. ``whole``: digests and numbers that a
    generator cannot guess are put right, so that what follows them is reached."""
    _, token, _ = library.settings_of(POINT)
    case.path_parameters["point"] = POINT
    case.headers["Authorization"] = f"Bearer {token}"
    if isinstance(wait := (case.query or {}).get("wait"), int | float) and wait > 0:
        case.query["wait"] = min(wait, 0.01)
    if whole and "after" in (case.query or {}):
        case.query["after"] = library.ledger.snapshot(POINT).cursor
    body = case.body
    if not whole or not isinstance(body, dict):
        return
    events = body.get("events")
    row = library.ledger.row("select coalesce(max(seq), 0) as n from received where point = ?", POINT)
    for n, event in enumerate(events if isinstance(events, list) else (), 1 + (row or {"n": 0})["n"]):
        if isinstance(event, dict) and isinstance(event.get("telling"), dict):
            event["telling"]["seq"] = n
            event["telling"]["key"] = f"{POINT}-{n}"
            with contextlib.suppress(ValueError):
                event["sha256"] = digest(event["telling"])


def fuzz(operation: Any, library: Library, examples: int, number: int) -> int:
    """Say so many things to one operation; how many were taken (2xx). Raises what schemathesis does."""
    taken = 0

    def said(mode: GenerationMode, whole: bool) -> Callable[[], None]:
        @seed(number)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Case) -> None:
            nonlocal taken
            fit(case, library, whole)
            answer = case.call(base_url=library.url, timeout=30)
            taken += 200 <= answer.status_code < 300
            case.validate_response(answer, checks=list(CHECKS))

        return one

    said(GenerationMode.POSITIVE, True)()
    said(GenerationMode.NEGATIVE, False)()
    return taken


def main(examples: int, number: int) -> None:
    """Every operation, so many times."""
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder)) as library:
        for operation in operations():
            taken = fuzz(operation, library, examples, number)
            print(f"{operation.label}: {taken} of {2 * examples} taken, seed {number}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbelow(1 << 32))
