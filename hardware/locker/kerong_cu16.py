"""Lock boards Kerong KR-CU16, KR-CU12 and NCU16L: RS-485, 19200 8N1, or TCP through the maker's base unit (port 5000).

Up to 15 boards share a bus. AA is the board (0..14) in its high half and the lock (0..15) in its low half::

    request                                        reply
    unlock        02  AA  31  03  SUM              as to a status read; not from every board
    read all      02  B0  30  03  SUM              02  B0  35  H1  H2  I1  I2  03  SUM
    read boards   02  B0  32  03  SUM              02  B0  36  ...             never sent by this driver
    unlock all    02  B0  33  03  SUM              never sent by this driver
    H1 H2  hooks of locks 1-8 and 9-16, lowest lock in bit 0    I1 I2  item sensors, set when they see something

Half F means every board to some commands, so no board here has the address 15.

Sources, which disagree about the reply to unlock (two say none, two a status) and about a set hook bit (four say
locked, one open): the open drivers jin0949/KR-CU16_locker, julio-alv/lkaas-kerong and suryavirkapur/kerong-lib.
"""

from pydantic import Field

from hardware.locker import kerong
from hardware.locker.board import Board
from hardware.locker.kerong import Frame, KerongBoard, Question
from hardware.transport import Transport

BAUD = 19200
READ, UNLOCK, READ_BOARDS, UNLOCK_ALL, STATUS, STATUS_OF_BOARDS = 0x30, 0x31, 0x32, 0x33, 0x35, 0x36
HEAD = 1  # bytes that say who is meant

REQUESTS: kerong.Lengths = {READ: 5, UNLOCK: 5, READ_BOARDS: 5, UNLOCK_ALL: 5}
HEARD: kerong.Lengths = {**REQUESTS, STATUS: 9, STATUS_OF_BOARDS: 9}


class Settings(kerong.Settings):
    """One board, as the configuration describes it."""

    address: int = Field(0, ge=0, le=14)
    channels: int = Field(16, ge=1, le=16)


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, which several boards may share. Says nothing.

    A board that is missing shows at the first call, so that it does not keep the others on its bus from working.
    """
    board = settings.address << 4

    def look_answered(frame: Frame) -> bool:
        return frame.command == STATUS and frame.head[0] == board

    def opening(channel: int) -> Question:
        lock = board | channel - 1

        def answered(frame: Frame) -> bool:
            return frame.command == STATUS and frame.head[0] in (board, lock)

        return Question(Frame(bytes((lock,)), UNLOCK), HEARD, answered)

    return KerongBoard(settings, transport, Question(Frame(bytes((board,)), READ), HEARD, look_answered), opening)
