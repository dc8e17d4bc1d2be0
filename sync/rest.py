"""The lending service over HTTP and JSON; the contract is docs/openapi.json. Only this file imports requests.

How failures are told apart:

- nothing was said (``ServiceUnreachable``): no name, no connection, no trust in the certificate, and what the contract
  gives before any effect: 401 or 403 (``ServiceDenied``), 429 or 503 (``ServiceBusy``). Retry-After is passed on.
- said, outcome unknown (``ServiceSilent``): the deadline passed, the connection was lost, any other 5xx.
- the reply breaks the contract (``ServiceBroken``): any other status, not JSON, wrong shape, receipts that do not
  match, an answer to another question, a body above 4 MB or a reply above 8, times that cannot be.
- 409 with the seq the service wants (``ServiceGap``).

One thread at a time may use one client: a second client for the long poll keeps questions quick.
"""

import ssl
import time
from collections.abc import Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import BaseModel, ConfigDict, Field, FilePath, TypeAdapter, ValidationError, field_validator
from pydantic_core import from_json
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as TlsError

from sync import asked, deadline
from sync.account import AccountIs, AccountOf
from sync.acts import Ruling, Said
from sync.asked import Answer, Query, Question
from sync.backoff import patience_s
from sync.envelope import BATCH, BODY_MAX, PROBLEM, RECEIPTS, Batch, Sent, digest
from sync.errors import (
    ServiceBroken,
    ServiceBusy,
    ServiceDenied,
    ServiceError,
    ServiceGap,
    ServiceSilent,
    ServiceUnreachable,
)
from sync.messages import Page, Receipt, Telling
from sync.outbox import BATCH_MAX
from sync.seal import Seal
from sync.service import NOTHING, Abilities, Known, Service
from sync.titles import TitlesAre, TitlesLike

T = TypeVar("T")
PAGE: TypeAdapter[Page] = TypeAdapter(Page)
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
QUERY: TypeAdapter[Query] = TypeAdapter(Query)
RULING: TypeAdapter[Ruling] = TypeAdapter(Ruling)
SAID: TypeAdapter[Said] = TypeAdapter(Said)
ANSWERS: dict[type, type] = {
    asked.WhoIs: asked.PatronIs,
    asked.WhatIs: asked.ItemIs,
    asked.LoansWith: asked.LoansAre,
    asked.MayBorrow: asked.Allowed,
    AccountOf: AccountIs,
    TitlesLike: TitlesAre,
}
CHUNK = 65536
IDLE_S = 30.0  # routers forget quiet connections without a word: then a new one is made
REPLY_MAX = 2 * BODY_MAX  # with its headers and the lengths of its chunks


class Settings(BaseModel):
    """The ``[service]`` section for ``rest``. ``url``: where /v1 stands; plain http only to this very machine.
    ``ca``: PEM file of the authority to trust instead of the usual ones. ``titles``: the library can be searched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(max_length=500)
    ca: FilePath | None = None
    titles: bool = True
    connect_wait_s: float = Field(default=3.0, gt=0, le=60)
    ask_wait_s: float = Field(default=3.0, gt=0, le=60)
    tell_wait_s: float = Field(default=10.0, gt=0, le=300)

    @field_validator("url")
    @classmethod
    def _fit(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must look like https://library.example/kiosk")
        if parts.username or parts.password:
            raise ValueError("must not hold a password; the credential has its own file")
        if parts.scheme == "http" and not _is_here(parts.hostname):
            raise ValueError("must be https; http is for a service on this machine")
        return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def abilities(settings: Settings) -> Abilities:
    """All there is, but for a library that cannot be searched."""
    return Abilities(titles=settings.titles)


def connect(settings: Settings, credential: str, point: str, seal: Seal | None = None) -> Service:
    """A client for this point. Opens nothing yet. ``credential``: the point's bearer token. ``seal``: for clients
    that say numbers of patrons; this one never does."""
    return Rest(settings, credential, point)


class _Adapter(HTTPAdapter):
    """Never retries; its connections keep the deadline of the whole exchange."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=deadline.tls_context(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = deadline.POOLS


class _Session(requests.Session):
    """Goes nowhere else, and does not look where it is sent: requests works that out for every redirect, followed or
    not, and breaks down at an address that is none; and it unpacks the body for it, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class Rest:
    """A ``Service`` over HTTP; see the module for failures."""

    def __init__(self, settings: Settings, credential: str, point: str) -> None:
        self._settings = settings
        self._base = f"{settings.url}/v1/points/{quote(point, safe='')}"
        self._session = _Session()
        self._heard_at = 0.0
        self._session.trust_env = False  # no proxy, .netrc or CA from the environment of whoever started us
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # they pile up
        self._session.verify = str(settings.ca) if settings.ca else True
        self._session.headers.update(
            {"Authorization": f"Bearer {credential}", "Accept-Encoding": "identity", "User-Agent": "shuxiang-kiosk"}
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=1))

    def ask(self, query: Question) -> Answer:
        """One question; at most ``ask_wait_s``. An answer of another kind than the question is ``ServiceBroken``."""
        assert not isinstance(query, asked.Shown)  # see ``abilities``
        status, body = self._exchange("POST", "/queries", self._settings.ask_wait_s, body=QUERY.dump_json(query))
        answer = _read(ANSWER, _expect_ok(status, body))
        if not isinstance(answer, ANSWERS[type(query)]):
            raise ServiceBroken(f"the service answered {query.kind} with {answer.kind}")
        return answer

    def act(self, said: Said) -> Ruling:
        """One act; at most ``ask_wait_s``. Heard again under the same key, the service says what it did then."""
        status, body = self._exchange("POST", "/acts", self._settings.ask_wait_s, body=SAID.dump_json(said))
        return _read(RULING, _expect_ok(status, body))

    def tell(self, tellings: Sequence[Telling], known: Known = NOTHING) -> tuple[Receipt, ...]:
        """Upload 1 to 100 tellings in order; at most ``tell_wait_s``."""
        assert 0 < len(tellings) <= BATCH_MAX
        batch = Batch(tuple(Sent(telling, digest(telling)) for telling in tellings))
        status, body = self._exchange("POST", "/events", self._settings.tell_wait_s, body=BATCH.dump_json(batch))
        if status == 409:
            expected = _read(PROBLEM, body).expected
            if expected is not None and expected < tellings[0].seq:  # never forward: that would skip some
                raise ServiceGap(f"the service expects telling {expected}, not {tellings[0].seq}", expected)
        receipts = _read(RECEIPTS, _expect_ok(status, body)).receipts
        if [receipt.key for receipt in receipts] != [telling.key for telling in tellings]:
            raise ServiceBroken("the receipts do not match the tellings")
        return receipts

    def changes(self, cursor: str, wait_s: float) -> Page:
        """A page after ``cursor``, or a snapshot; blocks at most ``wait_s`` plus twice ``tell_wait_s``."""
        if cursor:
            query = {"after": cursor, "wait": f"{min(max(0.0, wait_s), 60.0):g}"}
            status, body = self._exchange("GET", "/changes", wait_s + self._settings.tell_wait_s, query=query)
            if status != 410:
                page = _read(PAGE, _expect_ok(status, body))
                return _check_page(page, snapshot=False)
        status, body = self._exchange("GET", "/snapshot", self._settings.tell_wait_s)
        return _check_page(_read(PAGE, _expect_ok(status, body)), snapshot=True)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _exchange(
        self, method: str, path: str, wait_s: float, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """One request and its whole reply within ``wait_s``; the statuses that mean "no reply" are raised here."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        timeout = (min(self._settings.connect_wait_s, wait_s), wait_s)
        if time.monotonic() - self._heard_at > IDLE_S:
            self._session.close()
        try:
            with (
                deadline.within(wait_s, REPLY_MAX),
                self._session.request(
                    method,
                    self._base + path,
                    params=query,
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response,
            ):
                self._heard_at = time.monotonic()
                status = response.status_code
                _raise_for_no_reply(status, response.headers)
                return status, _read_body(response)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error) from None
        except ValueError:  # of the sockets or some library below, about the reply
            raise ServiceBroken("the reply cannot be read") from None


def _read_body(response: requests.Response) -> bytes:
    """The body as sent (never unpacked: no gzip bombs), at most ``BODY_MAX`` bytes."""
    if "Content-Length" not in response.headers and "Transfer-Encoding" not in response.headers:
        raise ServiceSilent("the reply does not say where it ends")  # it may have been cut anywhere
    body = bytearray()
    for chunk in response.raw.stream(CHUNK, decode_content=False):
        body += chunk
        if len(body) > BODY_MAX:
            raise ServiceBroken(f"the reply is longer than {BODY_MAX} bytes")
    return bytes(body)


def _raise_for_no_reply(status: int, headers: Mapping[str, str]) -> None:
    if status == 401:
        raise ServiceDenied("the library does not know this point's credential (401): check the credential file")
    if status == 403:
        raise ServiceDenied(
            "the library refuses this credential for this point (403): check the point's name, that it is enabled, "
            "and what stands before it (a web firewall)"
        )
    if status in (429, 503):
        asked_s = patience_s(headers.get("Retry-After"), time.time())
        raise ServiceBusy(f"the library asks for patience ({status})", asked_s)
    if status >= 500:
        raise ServiceSilent(f"the library failed ({status})")


def _expect_ok(status: int, body: bytes) -> bytes:
    if status == 200:
        return body
    hint = ": check the service's url and the point's name" if status in (301, 302, 307, 308, 404) else ""
    raise ServiceBroken(f"the service answered with status {status}{hint}")


def _read(adapter: TypeAdapter[T], body: bytes) -> T:
    """Validate a reply; the message says where it is wrong, never what it held."""
    try:
        from_json(body, allow_inf_nan=False)
        return adapter.validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:100]
        raise ServiceBroken(f"the reply has the wrong shape at {where or 'its top'}: {first['type']}") from None
    except ValueError:
        raise ServiceBroken("the reply is not JSON") from None


def _check_page(page: Page, snapshot: bool) -> Page:
    """What the shapes do not say."""
    if page.snapshot != snapshot or (snapshot and page.more) or not page.cursor:
        raise ServiceBroken("the page is not what was asked for: snapshot, more and cursor do not fit")
    return page


def _failure(error: Exception) -> ServiceError:
    """Whether the request had left when this happened. In doubt: it had."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NewConnectionError | ConnectTimeoutError | LocationValueError):
        return ServiceUnreachable(f"no connection to the library ({type(reason).__name__})")
    if isinstance(reason, TlsError):
        inner = reason.args[0] if reason.args else None
        if isinstance(inner, ssl.SSLCertVerificationError):
            return ServiceUnreachable(f"the library's certificate is not trusted: {inner.verify_message}")
        if isinstance(inner, ssl.SSLError) and inner.reason == "WRONG_VERSION_NUMBER":
            return ServiceUnreachable("the library does not speak TLS at this address")
    if isinstance(reason, ReadTimeoutError | requests.Timeout | TimeoutError):
        return ServiceSilent("the library did not answer in time")
    return ServiceSilent(f"the connection to the library was lost ({type(reason).__name__})")
