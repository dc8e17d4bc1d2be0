"""Relay boards Waveshare "Modbus RTU Relay" with 8, 16 or 32 channels, RS-485, 9600 8N1.

A lock hangs on a relay and is pulsed by "flash on": on, then off again, timed by the board itself, so that nothing this
side of the wire can leave the coil under current. Door switches hang on the inputs of the models that have some ((D),
"IO"), or on an input board with an address of its own::

    pulse     AA 05  02 nn  tt tt  CRC    relay nn from 0, for tt tt times 100 ms; the reply is the same
    all off   AA 05  00 FF  00 00  CRC    the reply is the same
    inputs    AA 02  00 00  00 cc  CRC    cc inputs; reply AA 02 count bits CRC, set where the contact is closed
    relays    AA 01  00 00  00 cc  CRC    reply AA 01 count bits CRC: only asked to know that the board is there
    version   AA 03  80 00  00 01  CRC    reply AA 03 02 vv vv CRC, 200 for 2.00

Boards with firmware from before September 2021 ("V1") know no standard flash and refuse it or do nothing.

Source: waveshare.com/wiki/Modbus_RTU_Relay and Modbus_RTU_Relay_(D); github.com/Open-Locker/Open-Locker (ADR 0004).
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.locker import modbus
from hardware.locker.board import Board
from hardware.locker.relays import RelayBoard
from hardware.transport import Transport

BAUD = 9600
FLASH_ON = 0x0200
ALL_RELAYS, OFF = 0x00FF, 0x0000
VERSION = 0x8000


class Settings(BaseModel):
    """One board. ``inputs_address``: the board whose inputs the doors' switches hang on, channel by channel; left out,
    the relay board's own. ``pulse_s``: in steps of 0.1; many locks of 12 V stand less than a second."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(1, ge=1, le=modbus.ADDRESS_MAX)
    channels: int = Field(8, ge=1, le=32)
    inputs_address: int | None = Field(None, ge=1, le=modbus.ADDRESS_MAX)
    feedback: Literal["short_when_locked", "short_when_open"] = "short_when_locked"
    """Whether the lock's micro-switch closes its contact when the door is locked, or when it is open."""
    pulse_s: float = Field(0.4, ge=0.1, le=1.0)
    reply_wait_s: float = Field(0.3, gt=0, le=0.4)


class WaveshareBoard(RelayBoard):
    """A ``Board`` that can tell its firmware."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        address = settings.address
        super().__init__(
            transport,
            settings.channels,
            opening=lambda n: modbus.frame(
                address, modbus.WRITE_COIL, FLASH_ON + n - 1, max(1, round(settings.pulse_s * 10))
            ),
            all_off=modbus.frame(address, modbus.WRITE_COIL, ALL_RELAYS, OFF),
            probe=modbus.frame(address, modbus.READ_COILS, 0, settings.channels),
            inputs_address=settings.inputs_address or address,
            shut_when_closed=settings.feedback == "short_when_locked",
            reply_wait_s=settings.reply_wait_s,
        )
        self._version = modbus.frame(address, modbus.READ_REGISTERS, VERSION, 1)

    def firmware(self) -> str:
        """Such as ``2.00``. Raises what ``doors`` raises, and ``DeviceRefused`` from boards that do not tell."""
        reply = self._relays.ask(self._version, lambda reply: len(reply.data) == 3)
        return f"{int.from_bytes(reply.data[1:], 'big') / 100:.2f}"


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, shared or not. Says nothing."""
    return WaveshareBoard(settings, transport)
