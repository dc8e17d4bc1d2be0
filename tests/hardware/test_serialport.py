"""Ports opened through pyserial, against real pseudo-terminals and sockets."""

import ctypes
import socket
import struct
import threading
import time

import pytest

from hardware import serialport
from hardware.errors import DeviceGone
from hardware.serialport import AGAIN_S, QUIET_S, READ_MAX, UNHEARD_WAIT_S, open_port
from simulators.serve import Mute, serve_pty, serve_tcp

SO_ATTACH_FILTER = 26  # of Linux, on what kiosks run on; Python does not name it


class Shout:
    def received(self, data):
        return [data.upper()]


class Deaf:
    """Keeps the wire busy, so that nobody takes what is written."""

    def __init__(self):
        self.let_go = threading.Event()

    def received(self, data):
        self.let_go.wait(10)
        return ()


@pytest.fixture(params=["pty", "socket"])
def served(request, tmp_path):
    def serve(peer):
        wire = serve_pty(peer, tmp_path / "ttyTEST") if request.param == "pty" else serve_tcp(peer)
        request.addfinalizer(wire.close)
        return wire

    return serve


@pytest.fixture
def opened_at(request):
    def open_it(name):
        port = open_port(name, 9600)
        request.addfinalizer(port.close)
        return port

    return open_it


@pytest.fixture
def opened(opened_at):
    return lambda wire: opened_at(wire.port)


def read_all(port, count):
    data = b""
    until = time.monotonic() + 20
    while len(data) < count and time.monotonic() < until:
        data += port.read(0.5)
    return data


def write_on(port, data, times, pause_s=0.0):
    for _ in range(times):
        port.write(data)
        time.sleep(pause_s)


def test_what_is_written_arrives_and_what_comes_back_is_read(served, opened):
    port = opened(served(Shout()))
    port.write(b"tap")
    assert read_all(port, 3) == b"TAP"


def test_every_byte_value_passes(served, opened):
    wire = served(Mute())
    port = opened(wire)
    port.discard_input()
    assert port.read(0) == b""
    while not read_all(port, 0):  # a socket's client is accepted a moment after it connects
        wire.send(bytes(range(256)))
        if data := port.read(0.2):
            break
    assert data + read_all(port, 256 - len(data)) == bytes(range(256))


def test_reading_waits_no_longer_than_told(served, opened):
    port = opened(served(Mute()))
    begun = time.monotonic()
    assert port.read(0.05) == b""
    assert port.read(0) == b""
    assert port.read(-1) == b""
    assert 0.05 <= time.monotonic() - begun < 1


def test_reading_returns_with_the_first_byte(served, opened):
    port = opened(served(Shout()))
    port.write(b"x")
    begun = time.monotonic()
    assert port.read(5) == b"X"
    assert time.monotonic() - begun < 4


def test_one_read_is_bounded(served, opened):
    port = opened(served(Shout()))
    for _ in range(3):
        port.write(b"y" * 2000)
        time.sleep(0.05)
    sizes = []
    while data := port.read(0.3):
        sizes.append(len(data))
    assert max(sizes) <= READ_MAX


def test_discarded_input_is_not_read(served, opened):
    port = opened(served(Shout()))
    port.write(b"late")
    time.sleep(0.1)
    port.discard_input()
    assert port.read(0.05) == b""
    port.write(b"now")
    assert read_all(port, 3) == b"NOW"


def test_a_pulled_cable_is_gone_for_every_call(served, opened):
    wire = served(Shout())
    port = opened(wire)
    port.write(b"x")
    assert read_all(port, 1)
    wire.unplug()
    with pytest.raises(DeviceGone):
        port.read(1)
    with pytest.raises(DeviceGone):
        write_on(port, b"x", times=3, pause_s=0.05)  # a socket's write may still succeed once
    with pytest.raises(DeviceGone):
        open_port(wire.port, 9600)
    port.close()
    port.close()
    wire.plug()
    port = opened(wire)
    port.write(b"again")
    assert read_all(port, 5) == b"AGAIN"


def cut_off(peer):
    """Nothing reaches this end of a socket any more, nor does its kernel answer."""
    nothing = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: of what comes keep no byte
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(nothing)))


def test_a_peer_without_power_is_noticed_though_nothing_is_ever_written(opened_at, monkeypatch):
    assert QUIET_S + max(AGAIN_S, UNHEARD_WAIT_S) <= 30
    for name in ("QUIET_S", "AGAIN_S", "UNHEARD_WAIT_S"):
        monkeypatch.setattr(serialport, name, 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = opened_at(f"socket://127.0.0.1:{server.getsockname()[1]}")
        peer = server.accept()[0]
    with peer:
        peer.sendall(b"one")
        assert read_all(port, 3) == b"one"
        cut_off(peer)
        with pytest.raises(DeviceGone, match="timed out"):
            read_all(port, 1)


def test_discarding_on_a_pulled_pseudo_terminal_is_gone_too(tmp_path, opened):
    with serve_pty(Mute(), tmp_path / "tty") as wire:
        port = opened(wire)
    with pytest.raises(DeviceGone):
        port.discard_input()


def test_a_closed_port_is_gone(served, opened):
    port = opened(served(Mute()))
    port.close()
    for call in (lambda: port.read(0), lambda: port.write(b"x"), port.discard_input):
        with pytest.raises(DeviceGone):
            call()


def test_a_port_is_opened_once(tmp_path, opened):
    with serve_pty(Mute(), tmp_path / "tty") as wire:
        opened(wire)
        with pytest.raises(DeviceGone):
            open_port(wire.port, 9600)


def test_writing_to_a_stuck_port_ends_within_a_second_or_so(tmp_path, opened):
    deaf = Deaf()
    with serve_pty(deaf, tmp_path / "tty") as wire:
        port = opened(wire)
        begun = time.monotonic()
        with pytest.raises(DeviceGone):
            write_on(port, b"z" * 4096, times=1000)
        assert time.monotonic() - begun < 5
        deaf.let_go.set()


@pytest.mark.parametrize("port", ["/dev/no-such-port", "socket://127.0.0.1:1", "/etc/hostname"])
def test_what_is_no_port_is_gone(port):
    with pytest.raises(DeviceGone, match=port.rsplit("/", 1)[1]):
        open_port(port, 9600)


@pytest.mark.parametrize(
    "port", ["loop://", "carrier-pigeon://roof", "tcp://10.0.0.5:5000", "SOCKET://127.0.0.1:1", ""]
)
def test_a_name_that_is_no_ports_is_gone_and_says_the_form(port):
    with pytest.raises(DeviceGone, match="socket://host:port"):
        open_port(port, 9600)


def test_a_speed_that_there_is_not_is_gone(served):
    wire = served(Mute())
    if not wire.port.startswith("socket:"):
        with pytest.raises(DeviceGone, match="baud"):
            open_port(wire.port, -1)


def test_a_server_at_an_ipv6_address():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = open_port(f"socket://[::1]:{server.getsockname()[1]}", 9600)
        peer = server.accept()[0]
        with peer:
            peer.sendall(b"six")
            assert read_all(port, 3) == b"six"
        port.close()
