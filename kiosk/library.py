"""The library's threads: questions, tellings and the change feed, each with a connection of its own."""

import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from kiosk.core.commands import Ask, Do
from kiosk.core.events import Acted, Answered, Online
from kiosk.incoming import Polled, Upload, Uploaded, UploadFailed
from kiosk.workers import COMMANDS_MAX, WAIT_S, Post, Worker
from sync.acts import Activate, Ruling, Said
from sync.backoff import delay_s
from sync.errors import ServiceError, ServiceSilent, ServiceUnreachable
from sync.library_clock import LibraryClock
from sync.messages import Page
from sync.service import Service

CHANGES_WAIT_S = 25.0
CHANGES_WAIT_MIN_S = 5.0
LISTEN_CAP_S = 30.0  # that the library is back is to be noticed soon: one small request of each point
CLOCK_UNSURE_S = 2.0
AT_ONCE_S = 1.0


class LibraryWorkers:
    """Three threads, each with a connection of its own: a person's question never waits behind an upload, nor an
    upload behind the long poll for changes."""

    def __init__(self, connect: Callable[[], Service], cursor: str, post: Post) -> None:
        self._connect = connect
        self._cursor = cursor
        self._post = post
        self._asks: queue.Queue[Ask | Do] = queue.Queue(COMMANDS_MAX)
        self._uploads: queue.Queue[Upload] = queue.Queue(1)
        self._refresh = threading.Event()

    def ask(self, command: Ask | Do) -> None:
        """Take a question or an act. Never blocks."""
        try:
            self._asks.put_nowait(command)
        except queue.Full:
            self._post(_unsaid(command))

    def refresh(self) -> None:
        """Begin anew with a snapshot, once the long poll under way has ended. Never blocks."""
        self._refresh.set()

    def upload(self, upload: Upload) -> None:
        """Take a batch. Never blocks; the loop keeps one in flight."""
        try:
            self._uploads.put_nowait(upload)
        except queue.Full:
            self._post(UploadFailed(ServiceSilent("an upload is under way")))

    def answer(self, worker: Worker) -> None:
        """The asking thread's work."""
        service = self._connect()
        try:
            while not worker.stopping:
                try:
                    command = self._asks.get(timeout=WAIT_S)
                except queue.Empty:
                    continue
                if isinstance(command, Do):
                    self._post(Acted(command.said.key, outcome(service, command.said)))
                    continue
                try:
                    self._post(Answered(command.key, service.ask(command.query)))
                except ServiceError:
                    self._post(_unsaid(command))
        finally:
            service.close()

    def tell(self, worker: Worker) -> None:
        """The telling thread's work."""
        service = self._connect()
        try:
            while not worker.stopping:
                try:
                    upload = self._uploads.get(timeout=WAIT_S)
                except queue.Empty:
                    continue
                try:
                    self._post(Uploaded(upload.batch, service.tell(upload.batch, upload.known)))
                except ServiceError as error:
                    self._post(UploadFailed(error))
        finally:
            service.close()

    def listen(self, worker: Worker) -> None:
        """The listening thread's work: the change feed, for ever."""
        service = self._connect()
        clock = LibraryClock()
        failures = 0
        before: Page | None = None
        barren = 0  # pages, in a row
        usual_s = CHANGES_WAIT_S
        wait_s = 0.0  # the first answer at once, to know that the library is there
        try:
            while not worker.stopping:
                if self._refresh.is_set():
                    self._refresh.clear()
                    self._cursor = ""
                asked_at = time.monotonic()
                try:
                    page = service.changes(self._cursor, wait_s)
                except ServiceError as error:
                    if wait_s and isinstance(error, ServiceSilent):  # perhaps a gateway that waits for less
                        usual_s, wait_s = max(usual_s / 2, CHANGES_WAIT_MIN_S), 0.0
                        continue
                    failures += 1
                    wait_s = 0.0
                    self._post(Online(False))
                    asked = getattr(error, "retry_after_s", None)
                    worker.pause(delay_s(failures, random.uniform, asked, LISTEN_CAP_S))
                    continue
                failures = 0
                self._post(Online(True))
                heard_at = time.monotonic()
                clock = clock.heard(page.server_time, asked_at, heard_at)
                barren = barren + 1 if _barren(page, before, heard_at - asked_at) else 0
                before = page
                self._cursor = page.cursor
                self._post(Polled(page, clock))
                known = clock.bounds(heard_at)
                unsure = known is None or known.width_s > CLOCK_UNSURE_S
                quick = page.more or (unsure and wait_s > 0)  # an answer given at once says best how late it is
                wait_s = 0.0 if quick else usual_s
                if barren > 1:  # one is usual: it was asked for at once
                    worker.pause(min(2.0 ** (barren - 2), LISTEN_CAP_S) * random.uniform(0.5, 1.0))
        finally:
            service.close()


def _barren(page: Page, before: Page | None, took_s: float) -> bool:
    """Whether this page leads no further than the one before, and came at once; or is one more snapshot. A library that
    does not wait, or knows no cursor, is not to be asked as fast as it answers."""
    if before is None:
        return False
    return (page.snapshot and before.snapshot) or (page.cursor == before.cursor and took_s < AT_ONCE_S)


def _unsaid(command: Ask | Do) -> Answered | Acted:
    return Acted(command.said.key, "away") if isinstance(command, Do) else Answered(command.key, None)


def outcome(service: Service, said: Said) -> Ruling | Literal["away", "unknown"]:
    """An act, said once more where what became of it is not known, as ``Service.act`` allows."""
    try:
        return _unsecret(said, service.act(said))
    except ServiceUnreachable:
        return "away"
    except ServiceError:
        pass
    try:
        return _unsecret(said, service.act(said))
    except ServiceError:
        return "unknown"


def _unsecret(said: Said, ruling: Ruling) -> Ruling:
    """The ruling, whose words go into the journal, without what was typed: not even if the library repeats it."""
    words = ruling.words
    typed = (said.act.phone, said.act.pin) if isinstance(said.act, Activate) else (said.pin,)
    for secret in filter(None, typed):
        words = words.replace(secret.get_secret_value(), "…")
    return replace(ruling, words=words)
