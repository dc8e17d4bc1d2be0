"""Wires and what goes wrong on them."""

import os
import socket
import time

import pytest

from hardware.errors import DeviceGone
from hardware.serialport import open_port
from simulators.line import Fault, Line
from simulators.serve import Memory, Mute, serve_pty, serve_tcp


class Shout:
    def __init__(self):
        self.heard = []

    def received(self, data):
        self.heard.append(data)
        return [data.upper()]


@pytest.fixture
def peer():
    return Shout()


def said(line, request=b"hello"):
    return b"".join(line.received(request))


def test_an_undisturbed_line_passes_everything(peer):
    assert said(Line(peer)) == b"HELLO"


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_wears_off(peer, fault):
    line = Line(peer)
    line.late_s = line.pause_s = 0
    line.unasked = b"!"
    line.disturb(fault, times=2)
    assert line.faults_ahead == 2
    replies = [said(line) for _ in range(3)]
    assert replies[2] == b"HELLO"
    assert line.faults_ahead == 0
    match fault:
        case Fault.DEAF:
            assert replies[:2] == [b"", b""]
            assert len(peer.heard) == 1
        case Fault.SILENT:
            assert replies[:2] == [b"", b""]
            assert len(peer.heard) == 3
        case Fault.CUT:
            assert all(0 < len(reply) < 5 and b"HELLO".startswith(reply) for reply in replies[:2])
        case Fault.GARBAGE:
            assert all(len(reply) > 5 and reply.endswith(b"HELLO") for reply in replies[:2])
        case Fault.BAD_CHECK:
            for reply in replies[:2]:
                wrong = int.from_bytes(reply, "big") ^ int.from_bytes(b"HELLO", "big")
                assert wrong.bit_count() == 1
        case Fault.SPLIT | Fault.LATE:
            assert replies[:2] == [b"HELLO", b"HELLO"]
        case Fault.UNASKED:
            assert replies[:2] == [b"!HELLO", b"!HELLO"]


def test_the_seed_decides(peer):
    def storm(seed):
        line = Line(peer, seed)
        line.late_s = line.pause_s = 0
        line.storm(20)
        return [said(line) for _ in range(20)]

    assert storm(3) == storm(3)
    assert storm(3) != storm(4)


def test_an_echo_comes_first_and_wears_off(peer):
    line = Line(peer)
    line.disturb(Fault.ECHO, 2)
    assert [said(line), said(line), said(line)] == [b"helloHELLO", b"helloHELLO", b"HELLO"]


@pytest.mark.parametrize("serve", [serve_pty, serve_tcp])
def test_a_wire_takes_the_time_of_its_baud_rate_both_ways(tmp_path, peer, serve):
    where = tmp_path / "tty" if serve is serve_pty else "127.0.0.1"
    with serve(peer, where, baud=9600) as wire:
        port = open_port(wire.port, 9600)
        begun = time.monotonic()
        port.write(b"x" * 48)
        data = b""
        while len(data) < 48:
            data += port.read(2)
        assert time.monotonic() - begun >= 2 * 48 * 10 / 9600
        port.close()


def test_the_name_of_a_pseudo_terminal_outlives_the_cable(tmp_path):
    link = tmp_path / "ttyLOCKER0"
    with serve_pty(Mute(), link) as wire:
        assert wire.port == str(link)
        wire.unplug()
        wire.unplug()
        assert not os.path.lexists(link)
        wire.send(b"nobody hears this")
        wire.plug()
        wire.plug()
        port = open_port(wire.port, 9600)
        wire.send(b"but this")
        data = b""
        while len(data) < 8:
            data += port.read(2)
        assert data == b"but this"
        port.close()
    assert not os.path.lexists(link)


def test_bytes_nobody_reads_do_not_hold_the_speaker(tmp_path):
    with serve_pty(Mute(), tmp_path / "tty") as wire:
        for _ in range(100):
            wire.send(b"z" * 4096)


def test_a_socket_serves_one_client_after_another(peer):
    with serve_tcp(peer) as wire:
        address = tuple(wire.port.removeprefix("socket://").split(":"))
        for _ in range(2):
            with socket.create_connection(address, timeout=5) as client:
                client.sendall(b"tap")
                assert client.recv(10) == b"TAP"
        port = wire.port
        wire.unplug()
        with pytest.raises(DeviceGone):
            open_port(port, 9600)
        wire.plug()
        assert wire.port == port


def test_memory_is_cut_into_pieces_of_any_size(peer):
    port = Memory(peer, piece=2)
    port.write(b"tapped")
    assert peer.heard == [b"ta", b"pp", b"ed"]
    assert [port.read(0) for _ in range(4)] == [b"TA", b"PP", b"ED", b""]
    port.write(b"late")
    port.discard_input()
    assert port.read(0.01) == b""
    port.close()


def test_of_one_byte_nothing_is_left_when_it_is_cut(peer):
    line = Line(peer)
    line.disturb(Fault.CUT)
    assert (said(line, b"a"), said(line, b"a")) == (b"", b"A")


class Stumbles:
    """Fails once."""

    def __init__(self):
        self.well = False

    def received(self, data):
        if not self.well:
            self.well = True
            raise ValueError("stumbled")
        return [data]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_twin_that_fails_once_answers_again(tmp_path):
    with serve_pty(Stumbles(), tmp_path / "tty") as wire:
        transport = open_port(wire.port, 9600)
        transport.write(b"a")
        assert transport.read(0.3) == b""
        transport.write(b"b")
        assert transport.read(5) == b"b"
        transport.close()
