"""The lending service's HTTP wire: the contract of docs/openapi.json over a ``Ledger``."""

import asyncio
import contextlib
import hashlib
from functools import cache
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from simulators.library.account import account
from simulators.library.acting import KeyReused, allowed, rule
from simulators.library.activating import offered
from simulators.library.booking import SequenceGap, hear
from simulators.library.ledger import CursorTooOld, Ledger
from simulators.library.searching import titles_like
from sync import asked
from sync.account import AccountOf
from sync.acts import Ruling, Said
from sync.asked import MayBorrow, WhoIs
from sync.envelope import BODY_MAX, PROBLEM, Batch, Problem, Receipts, digest
from sync.messages import Page
from sync.titles import TitlesLike

WAIT_MAX_S = 60.0
ELSEWHERE_S = 0.5  # another process may have written to the ledger
SUMMARY = """How a pickup point and a lending service talk. Words, order, times and retries: docs/integrator.md.

Every error is `application/problem+json` (RFC 9457). `sha256` of an event is the SHA-256, in hex, over the canonical
JSON (RFC 8785) of its `telling` exactly as sent."""


class _Refused(Exception):
    def __init__(self, status: int, title: str, detail: str = "", expected: int | None = None) -> None:
        super().__init__(title)
        self.problem = Problem(title, status, detail=detail, expected=expected)


def _problems(**titles: str) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status[1:]): {"description": words, "content": content} for status, words in titles.items()}


ALWAYS = _problems(
    s401="The token is not known. Nothing happened.",
    s403="The token is not this point's. Nothing happened.",
    s413="The body is longer than 4 MB, or its length is not told. Nothing happened.",
    s422="The request does not fit this document. Nothing happened.",
    s429="Come back after Retry-After seconds. Nothing happened.",
    s503="Come back after Retry-After seconds. Nothing happened.",
)
bearer = HTTPBearer(auto_error=False, description="The token of this point.")


def _point(request: Request, point: str, token: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    known = token and _ledger(request).point_of_token(hashlib.sha256(token.credentials.encode()).hexdigest())
    if known is None:
        raise _Refused(401, "This token is not known")
    if known != point:
        raise _Refused(403, "This token is not for this point")
    return point


def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.state.ledger
    return ledger


async def _raw(request: Request) -> Any:
    return await request.json()


Point = Annotated[str, Depends(_point)]
Books = Annotated[Ledger, Depends(_ledger)]


@cache
def lending() -> FastAPI:
    """The application. Whose books a request is about stands in its scope: ``state`` has the ``ledger``."""
    app = FastAPI(
        title="Shuxiang lending service",
        version="1",
        description=SUMMARY,
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(_Refused, _problem)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _http)

    @app.post("/v1/points/{point}/events", responses=ALWAYS | _problems(s409="Tellings before these were not heard."))
    def events(point: Point, ledger: Books, batch: Batch, raw: Annotated[Any, Depends(_raw)]) -> Receipts:
        """Upload tellings in order of seq; one receipt for each. All of the batch is kept before the answer."""
        for event, said in zip(batch.events, raw["events"], strict=True):
            if not _is_digest(said["telling"], event.sha256):
                raise _Refused(422, "The digest does not fit its telling", event.telling.key)
        try:
            return Receipts(hear(ledger, point, batch.events), ledger.clock())
        except SequenceGap as gap:
            raise _Refused(409, "Tellings before these were not heard", expected=gap.expected) from None

    @app.get("/v1/points/{point}/changes", responses=ALWAYS | _problems(s410="The cursor is too old: take a snapshot."))
    async def changes(
        point: Point,
        ledger: Books,
        after: Annotated[str, Query(min_length=1, max_length=200, description="The cursor of the last page.")],
        wait: Annotated[float, Query(ge=0, le=WAIT_MAX_S, description="Seconds to wait for something to happen.")] = 0,
    ) -> Page:
        """What changed for this point, oldest first; an empty page after `wait` seconds without a change."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def listener() -> None:
            loop.call_soon_threadsafe(changed.set)

        ledger.listeners.add(listener)
        try:
            async with asyncio.timeout(wait):
                while not (page := ledger.page(point, after)).changes:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), ELSEWHERE_S)
                    changed.clear()
        except CursorTooOld:
            raise _Refused(410, "The cursor is too old") from None
        except TimeoutError:
            return ledger.page(point, after)
        finally:
            ledger.listeners.discard(listener)
        return page

    @app.get("/v1/points/{point}/snapshot", responses=ALWAYS)
    def snapshot(point: Point, ledger: Books) -> Page:
        """All that concerns this point, in one page, and the cursor from which to go on."""
        return ledger.snapshot(point)

    @app.post("/v1/points/{point}/queries", responses=ALWAYS)
    def queries(point: Point, ledger: Books, query: Annotated[asked.Query, Body()]) -> asked.Answer:
        """One question; changes nothing.

        who_is: patron_is. what_is: item_is. loans_with: loans_are. may_borrow: allowed. account_of: account_is.
        titles_like: titles_are.
        """
        match query:
            case AccountOf():
                return account(ledger, point, query)
            case TitlesLike():
                return titles_like(ledger, query)
            case WhoIs():
                return offered(ledger, point, query, ledger.answer(point, query))
            case MayBorrow():
                return allowed(ledger, query)
            case _:
                return ledger.answer(point, query)

    @app.post("/v1/points/{point}/acts", responses=ALWAYS | _problems(s409="This key came before with another act."))
    def acts(point: Point, ledger: Books, said: Said) -> Ruling:
        """What a reader wants changed. The same key again: the same ruling, and nothing changes by it."""
        try:
            return rule(ledger, point, said)
        except KeyReused:
            raise _Refused(409, "This key came before with another act") from None

    app.openapi = lambda: describe(app)  # type: ignore[method-assign]

    @app.middleware("http")
    async def bound(request: Request, call_next: Any) -> Any:
        length = request.headers.get("content-length", "")
        if request.method == "POST" and not (length.isdigit() and int(length) <= BODY_MAX):
            return await _problem(request, _Refused(413, "The body is too long, or does not say how long it is"))
        return await call_next(request)

    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document that is committed as docs/openapi.json."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    schemas: dict[str, Any] = document["components"]["schemas"]
    schemas["Problem"] = PROBLEM.json_schema()
    for schema in schemas.values():
        if "kind" in schema.get("properties", {}):  # has a default in the code, but tells unions apart on the wire
            schema["required"] = [*schema.get("required", []), "kind"]
    return document


def _is_digest(said: Any, sha256: str) -> bool:
    try:
        return digest(said) == sha256
    except ValueError:
        return False


async def _problem(_: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, _Refused)
    problem = refused.problem
    body = PROBLEM.dump_python(problem, mode="json", exclude_none=True)
    return JSONResponse(body, problem.status, media_type="application/problem+json")


async def _unfit(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    detail = f"{'.'.join(map(str, first['loc']))}: {first['type']}"[:200]
    return await _problem(request, _Refused(422, "The request does not fit the contract", detail))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # the body is no JSON, or not in UTF-8
        return await _problem(request, _Refused(422, "The request does not fit the contract", "body: not JSON"))
    return await _problem(request, _Refused(error.status_code, "There is nothing here to do that"))
