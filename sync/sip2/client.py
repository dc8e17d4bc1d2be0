"""One client of a SIP2 library: connects and logs in when it has something to say, says one request at a time.

Nothing of a request was said when ``ServiceUnreachable`` comes. After ``ServiceSilent`` and ``ServiceBroken`` the
connection is let go, so that a late answer can never be taken for another request's.
"""

import contextlib
import ssl
import time
from dataclasses import replace

from sync.errors import ServiceBroken, ServiceSilent, ServiceUnreachable
from sync.sip2.dialect import Dialect
from sync.sip2.exchange import QUESTIONS, Exchange, LinkDown
from sync.sip2.message import Message, NotAMessage
from sync.sip2.settings import Settings
from sync.sip2.wire import Connect, Wire
from sync.sip2.words import Words

TRIES_MAX = 3
PAUSE_S = 5.0  # from one connection that the library ended to the next
KEPT = 0.9  # of the time for which it keeps a quiet one: then something is said


class Client:
    """For one thread. Opens nothing before the first request. ``status``: the library's 98 on this connection."""

    def __init__(
        self,
        settings: Settings,
        dialect: Dialect,
        words: Words,
        tls: ssl.SSLContext | None,
        connect: Connect = Wire,
    ) -> None:
        self._settings = settings
        self._dialect = dialect
        self._words = words
        self._tls = tls
        self._connect_wire = connect
        self._wire: Wire | None = None
        self._sequence = -1
        self._heard_at = 0.0
        self._look = False
        self.status: Message | None = None

    def say(self, request: Message, until: float) -> Message:
        """The answer to one request, before ``until`` (``time.monotonic()``). A question is asked once more, on a new
        connection, when the first breaks under it. Raises ``ServiceError``, and ``Unsayable`` with nothing said."""
        try:
            return self._once(request, until)
        except ServiceSilent:
            if request.code not in QUESTIONS or time.monotonic() >= until:
                raise
            return self._once(request, until)

    def ready(self, until: float) -> None:
        """Connect and log in, if that is still to do. Raises ``ServiceUnreachable``, also where the library says that
        it is off-line: nothing else was said."""
        if self._wire and (time.monotonic() - self._heard_at > self._dialect.keep_alive_s or not self._wire.quiet(0)):
            self.close()  # routers forget quiet connections without a word, and what came unasked answers nothing
        try:
            if self._wire and self._look:
                with contextlib.suppress(ServiceSilent):  # then on a new one
                    self._ask_status(until, self._settings.connect_wait_s)  # a round has as long for it
            if self._wire is None:
                self._connect(min(until, time.monotonic() + self._settings.connect_wait_s))
        except (ServiceSilent, ServiceBroken) as error:
            raise ServiceUnreachable(f"no login: {error}") from None
        self._look = False

    def look_again(self) -> None:
        """Before anything else is said, ``ready`` asks once more whether the library is on-line."""
        self._look = True

    def quiet(self, wait_s: float) -> None:
        """Wait, no longer than the library keeps a quiet connection, and watch it: where it ends it, that is noticed
        soon, but no sooner than ``PAUSE_S``, for some end each one that says nothing for a moment."""
        began = time.monotonic()
        if self._wire and self._wire.quiet(min(wait_s, KEPT * self._dialect.keep_alive_s)):
            return
        self.close()
        time.sleep(max(0.0, min(wait_s, PAUSE_S) - (time.monotonic() - began)))

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        if self._wire:
            self._wire.close()
        self._wire, self.status = None, None

    @property
    def _tries(self) -> int:
        """How often a message is said at most: once, and as many retries as the library's 98 allows, within reason. How
        long it may take is for the point's settings to say: a 98 thinks of desks, and nobody waits a minute here."""
        retries = self.status.number("retries") if self.status else None
        return TRIES_MAX if retries is None else min(TRIES_MAX, 1 + retries)

    def _once(self, request: Message, until: float) -> Message:
        self.ready(until)
        return self._exchange(request, until, self._settings.answer_wait_s)

    def _connect(self, until: float) -> None:
        try:
            self._wire = self._connect_wire(self._settings.host, self._settings.port, self._tls, until)
        except ssl.SSLCertVerificationError as error:
            raise ServiceUnreachable(f"the library's certificate is not trusted: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise ServiceUnreachable(f"no TLS with the library ({error.reason or 'handshake failed'})") from None
        except OSError as error:
            raise ServiceUnreachable(f"no connection to the library ({type(error).__name__})") from None
        self._sequence = -1
        wait_s = self._settings.connect_wait_s  # all of it: who is slow at the login alone can be spoken to
        if self._dialect.login and not self._exchange(self._words.login(), until, wait_s).yes("ok"):
            self.close()
            raise ServiceUnreachable("the library refuses the login: check user, credential and location")
        self._ask_status(until, wait_s)

    def _ask_status(self, until: float, wait_s: float) -> None:
        if "99" in self._dialect.without:
            return
        self.status = self._exchange(self._words.status(), until, wait_s)
        if not self.status.yes("online"):
            self.close()
            raise ServiceUnreachable("the library says that it is off-line")

    def _exchange(self, request: Message, until: float, wait_s: float) -> Message:
        assert self._wire
        self._sequence = (self._sequence + 1) % 10
        exchange = Exchange(request, self._sequence, replace(self._dialect.manners, tries=self._tries))
        try:
            answer, repeated = self._converse(self._wire, exchange, until, wait_s)
        except NotAMessage as error:
            self.close()
            raise ServiceBroken(f"the library's answer to a {request.code} is none: {error}") from None
        except TimeoutError:
            self.close()
            raise ServiceSilent(f"the library did not answer a {request.code} in time") from None
        except (LinkDown, OSError) as error:
            self.close()
            raise ServiceSilent(f"the connection broke at a {request.code} ({type(error).__name__})") from None
        self._heard_at = time.monotonic()
        if repeated:  # a second answer may be on its way
            self.close()
        about, named = request.first("AB"), answer.first("AB")
        if named and about and named.strip().casefold() != about.strip().casefold():
            self.close()
            raise ServiceBroken(f"the library answered a {request.code} with another item")
        return answer

    def _converse(self, wire: Wire, exchange: Exchange, until: float, wait_s: float) -> tuple[Message, bool]:
        """The answer, and whether the request was said more than once."""
        wire.say(exchange.begin(), until)
        repeated = False
        wait_until = min(until, time.monotonic() + wait_s)
        while True:
            try:
                heard = exchange.hear(wire.hear(wait_until))
            except TimeoutError:
                heard = exchange.overdue() if self._dialect.checked and time.monotonic() < until else None
                if heard is None:
                    raise
                repeated = True
            if isinstance(heard, Message):
                return heard, repeated
            if heard is not None:
                wire.say(heard, until)
                wait_until = min(until, time.monotonic() + wait_s)
