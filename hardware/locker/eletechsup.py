"""Relay boards of Eletechsup (R4D8A08, N4D8B08, RYN404E, RYN408F) and LaskaKit 8-CH, RS-485, 9600 8N1.

A lock hangs on a relay and is pulsed by "momentary": on for one second, timed by the board itself. **One second is
long: make sure that the lock stands it.** These boards have no inputs that can be read in the standard way, so the
doors' switches hang on an input board with an address of its own, on the same bus::

    pulse     AA 06  00 rr  05 00  CRC    register rr of the relay; the reply is the same
    all off   AA 06  00 00  08 00  CRC    the reply is the same
    relay     AA 03  00 rr  00 01  CRC    reply AA 03 02 00 ss CRC: only asked to know that the board is there
    inputs    II 02  00 00  00 cc  CRC    cc inputs; reply II 02 count bits CRC, set where the contact is closed

Registers count from 1; on RYN boards one source found them to count from 0, where "all off" and relay 1 share register
0 and differ by the command only.

Source: pastebin.com/mX6PYqsB and LaskaKit's page for the commands; github.com/nobrega8/mbmap-library for the registers.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.locker import modbus
from hardware.locker.board import Board
from hardware.locker.relays import RelayBoard
from hardware.transport import Transport

BAUD = 9600
MOMENTARY, ALL_OFF = 0x0500, 0x0800


class Settings(BaseModel):
    """One board. ``inputs_address``: the board whose inputs the doors' switches hang on, channel by channel.
    ``first_register``: that of relay 1; sources disagree. 1 for a board that counts from 0 moves the second lock for
    channel 1 and none for the last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(1, ge=1, le=modbus.ADDRESS_MAX)
    channels: int = Field(8, ge=1, le=32)
    inputs_address: int = Field(ge=1, le=modbus.ADDRESS_MAX)
    first_register: Literal[0, 1] = 1
    feedback: Literal["short_when_locked", "short_when_open"] = "short_when_locked"
    """Whether the lock's micro-switch closes its contact when the door is locked, or when it is open."""
    reply_wait_s: float = Field(0.3, gt=0, le=0.4)


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, shared or not. Says nothing."""
    address, first = settings.address, settings.first_register
    return RelayBoard(
        transport,
        settings.channels,
        opening=lambda n: modbus.frame(address, modbus.WRITE_REGISTER, first + n - 1, MOMENTARY),
        all_off=modbus.frame(address, modbus.WRITE_REGISTER, 0, ALL_OFF),
        probe=modbus.frame(address, modbus.READ_REGISTERS, first, 1),
        inputs_address=settings.inputs_address,
        shut_when_closed=settings.feedback == "short_when_locked",
        reply_wait_s=settings.reply_wait_s,
    )
