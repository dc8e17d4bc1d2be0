"""A SIP2 library written by hand: a listening socket that answers each line as a test says. None of our codec in it."""

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

WHEN = "20261124    120000"
Answer = Callable[[str], "str | bytes | list[bytes | float] | None"]
CUT: list[bytes | float] = []
"""Close without a word."""


def sealed(body: str, sequence: str, charset: str = "utf-8") -> bytes:
    summed = f"{body}AY{sequence}AZ".encode(charset)
    return summed + f"{(-sum(summed)) & 0xFFFF:04X}".encode() + b"\r"


@dataclass
class Library:
    """``answers``: by the request's code. A text is sealed with the request's number; bytes go as they are; a list is
    sent part by part (numbers are seconds of waiting), then the connection is closed; None: nothing is said."""

    answers: dict[str, Answer]
    port: int = 0
    said: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    line_feeds: bool = False  # one after each answer, by itself

    def codes(self) -> list[str]:
        """What was said after logging in."""
        return [line[:2] for line in self.said if line[:2] not in ("93", "99")]

    def answer(self, line: bytes, connection: socket.socket) -> bool:
        self.raw.append(line)
        text = line.decode("utf-8", "replace")
        self.said.append(text)
        found = re.search(r"AY(\d)AZ", text)
        answered = self.answers.get(text[:2], lambda _: CUT)(text)
        if answered is None:
            return True
        if isinstance(answered, list):
            for n, part in enumerate(answered, 1):
                if isinstance(part, bytes):
                    # The last words travel with the end of the connection: nobody says more in between.
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, n == len(answered))
                    connection.sendall(part)
                else:
                    time.sleep(part)
            return False
        said = answered if isinstance(answered, bytes) else sealed(answered, found[1] if found else "0")
        connection.sendall(said)
        if self.line_feeds:
            time.sleep(0.05)
            connection.sendall(b"\n")
        return True


LOGIN: dict[str, Answer] = {
    "93": lambda _: "941",
    "99": lambda _: f"98YYYYYN100003{WHEN}2.00AOmain|BXYYYYYYYYYYYYYYYY|",
}


@contextlib.contextmanager
def library(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Library]:
    lib = Library(LOGIN | answers)
    listening = socket.create_server(("127.0.0.1", 0))
    lib.port = listening.getsockname()[1]
    open_ones: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            served = tls.wrap_socket(connection, server_side=True) if tls else connection
            open_ones.append(served)
            lib.connections += 1
            held = b""
            while data := served.recv(65536):
                held += data
                while b"\r" in held:
                    line, _, held = held.partition(b"\r")
                    if not lib.answer(line, served):
                        served.close()
                        return
            served.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listening.accept()[0]
                open_ones.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield lib
    finally:
        for one in [listening, *open_ones]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        thread.join(timeout=5)
