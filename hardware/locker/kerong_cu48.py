"""Lock boards Kerong KR-CU48 (CU48B): RS-485, 19200 8N1.

AA is the board, LL the lock counted from 0::

    request                                        reply
    unlock        02  AA  LL  61  03  SUM          02  AA  LL  75  03  SUM     not from every board
    read all      02  AA  00  60  03  SUM          02  AA  00  75  L1 .. L6  S1 .. S6  03  SUM
    unlock all    02  AA  30  61  03  SUM          never sent by this driver
    L1 .. L6  hooks, lowest lock in bit 0 of L1    S1 .. S6  item sensors, set when they see something

Both replies have the same command: which length is right depends on what was asked.

Sources: two open code bases. That unlock is answered, and the sensors, stand in one of them only.
"""

from pydantic import Field

from hardware.locker import kerong
from hardware.locker.board import Board
from hardware.locker.kerong import Frame, KerongBoard, Question
from hardware.transport import Transport

BAUD = 19200
READ, UNLOCK, REPLY = 0x60, 0x61, 0x75
ALL = 0x30  # the lock that means every lock
CHANNELS_MAX = 48
HEAD = 2  # bytes that say who is meant

REQUESTS: kerong.Lengths = {READ: 6, UNLOCK: 6}
HEARD_READING: kerong.Lengths = {**REQUESTS, REPLY: 18}
HEARD_UNLOCKING: kerong.Lengths = {**REQUESTS, REPLY: 6}


class Settings(kerong.Settings):
    """One board, as the configuration describes it."""

    address: int = Field(0, ge=0, le=255)
    channels: int = Field(CHANNELS_MAX, ge=1, le=CHANNELS_MAX)


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, which several boards may share. Says nothing.

    A board that is missing shows at the first call, so that it does not keep the others on its bus from working.
    """

    def question(lock: int, command: int, lengths: kerong.Lengths) -> Question:
        head = bytes((settings.address, lock))
        return Question(Frame(head, command), lengths, lambda frame: (frame.head, frame.command) == (head, REPLY))

    look = question(0, READ, HEARD_READING)
    return KerongBoard(settings, transport, look, lambda channel: question(channel - 1, UNLOCK, HEARD_UNLOCKING))
