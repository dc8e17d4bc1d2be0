"""The simulated library's desk for HTTP: what the point says, as bytes, against the contract, and what is answered.

The point never says what does not fit (docs/openapi.json): where the reference service refuses with 401, 403, 413 or
422, here a rule of the house is broken.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from sync.envelope import BATCH, BODY_MAX, PROBLEM, RECEIPTS, Problem, Receipts, digest
from sync.errors import ServiceGap
from sync.rest import ANSWER, PAGE, QUERY, RULING, SAID
from tests.simulation.accounts import rule
from tests.simulation.library import POINT, Library
from tests.simulation.rules import must

TOKEN = "credential-of-p1"
BASE = f"/v1/points/{POINT}"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Request:
    """One request, as it came. ``body`` is all that came after the head so far."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def whole(self) -> bool:
        """Whether its body has come, too."""
        return len(self.body) >= int(self.headers.get("content-length", "0"))


@dataclass(frozen=True)
class Reply:
    """One answer, before it goes on the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: JSON)


def heard(data: bytes) -> Request | None:
    """A request, or its beginning; None while its head is not there."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return None
    first, *lines = head.decode("ascii").split("\r\n")
    method, target, version = first.split(" ")
    must(version == "HTTP/1.1", f"the point speaks {version}")
    split = urlsplit(target)
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    must(len(headers) == len(lines), f"a header is said twice: {first}")
    return Request(method, unquote(split.path), parse_qs(split.query, strict_parsing=bool(split.query)), headers, body)


def answered(library: Library, request: Request, now: float) -> Reply:
    """Do what is asked and say so. ``now``: the library's time."""
    must(request.headers.get("authorization") == f"Bearer {TOKEN}", "the point does not say who it is")
    must(request.headers.get("accept-encoding") == "identity", "the point takes packed answers")
    must(len(request.body) <= BODY_MAX, "the body is too long")
    if request.method == "POST":
        must(request.headers.get("content-type") == "application/json", "the body is not said to be JSON")
        must(len(request.body) == int(request.headers["content-length"]), "the body has another length than is said")
    match request.method, request.path.removeprefix(BASE):
        case "GET", "/changes":
            must(request.query.keys() <= {"after", "wait"}, f"asked for {request.query}")
            must(0.0 <= float(request.query["wait"][0]) <= 60.0, f"asked to wait {request.query['wait']}")
            page = library.changes(request.query["after"][0], now)
            return _ok(PAGE, page) if page else _problem(410, "The cursor is too old")
        case "GET", "/snapshot":
            return _ok(PAGE, library.snapshot(now))
        case "POST", "/queries":
            return _ok(ANSWER, library.answer(_read(QUERY, request.body)))
        case "POST", "/acts":
            return _ok(RULING, rule(library, _read(SAID, request.body), now))
        case "POST", "/events":
            return _told(library, request.body, now)
        case unknown:
            raise AssertionError(f"there is no {unknown}")


def _told(library: Library, body: bytes, now: float) -> Reply:
    batch = _read(BATCH, body)
    for said in json.loads(body)["events"]:
        must(digest(said["telling"]) == said["sha256"], f"the digest does not fit its telling: {said}")
    seqs = [sent.telling.seq for sent in batch.events]
    must(seqs == list(range(seqs[0], seqs[0] + len(seqs))), f"a batch with gaps: {seqs}")
    try:
        receipts = library.hear([sent.telling for sent in batch.events])
    except ServiceGap as gap:
        return _problem(409, "Tellings before these were not heard", gap.expected)
    return _ok(RECEIPTS, Receipts(receipts, now))


def _read(adapter: TypeAdapter[Any], body: bytes) -> Any:
    try:
        return adapter.validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        must(False, f"the point says what does not fit the contract: {first['loc']}, {first['type']}")


def _ok(adapter: TypeAdapter[Any], value: Any) -> Reply:
    return Reply(200, adapter.dump_json(value))


def _problem(status: int, title: str, expected: int | None = None) -> Reply:
    body = PROBLEM.dump_json(Problem(title, status, expected=expected), exclude_none=True)
    return Reply(status, body, {"Content-Type": "application/problem+json"})
