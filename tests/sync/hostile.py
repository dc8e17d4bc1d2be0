"""A lending service gone bad: a real listening socket that says what it is told, byte by byte if need be."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = Callable[[socket.socket], None]


@contextlib.contextmanager
def hostile(act: Act, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Takes one connection after the other, reads a whole request, then does ``act``; yields the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    open_ones: list[socket.socket] = []

    def serve() -> None:
        while not ended.is_set():
            try:
                plain = listening.accept()[0]
            except OSError:
                return
            with contextlib.suppress(OSError, ValueError):
                connection = tls.wrap_socket(plain, server_side=True) if tls else plain
                open_ones.append(connection)
                if _read_request(connection):
                    act(connection)
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        for one in [listening, *open_ones]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        thread.join(timeout=10)


@contextlib.contextmanager
def black_hole(port: int) -> Iterator[str]:
    """An address at which all that is sent to this port is lost: its queue is full, and nobody takes anything out."""
    address = "127.0.0.9"
    with contextlib.ExitStack() as open_ones:
        open_ones.enter_context(socket.create_server((address, port), backlog=0))
        for _ in range(4):
            queued = open_ones.enter_context(socket.socket())
            queued.setblocking(False)
            queued.connect_ex((address, port))
        yield address


def called(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """What a name server would have to say: from now on every name has these addresses, in this order."""

    def found(host: str, port: int, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def _read_request(connection: socket.socket) -> bool:
    said = b""
    while b"\r\n\r\n" not in said:
        chunk = connection.recv(65536)
        if not chunk:
            return False
        said += chunk
    head, _, body = said.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65536)
    return True


def reply(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP reply."""
    usual = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
    return "\r\n".join([f"HTTP/1.1 {status}", *usual, *headers, "", ""]).encode() + body


def certificate(directory: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context with a fresh self-signed certificate for an address, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = directory / f"{name}.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(pem)
    both = directory / f"{name}.key.pem"
    both.write_bytes(pem + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, file
