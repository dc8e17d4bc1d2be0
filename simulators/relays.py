"""Relay boards on Modbus RTU: what their twins share. Locks hang on relays, door switches on inputs.

They speak through the drivers' codec, which is pymodbus; what all could get wrong together is held by tests/vectors.
"""

from collections.abc import Iterator, Mapping, Sequence

from hardware.locker import modbus
from hardware.locker.modbus import Decoder, Frame
from simulators.cabinet import Cabinet
from simulators.wired import Bus, Wired

THINK_S = 0.01  # from the end of a request to the start of its reply
NO_FUNCTION, NO_ADDRESS, NO_VALUE = 1, 2, 3


class Refused(Exception):
    """The board answers with this exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Relays(Wired):
    """A relay board, and the inputs that belong to it, perhaps at an address of their own."""

    def __init__(
        self, cabinet: Cabinet, channels: Mapping[int, str], feedback: str, relays: int, inputs: int, count: int
    ) -> None:
        super().__init__(cabinet, channels, feedback)
        self.relays_address = relays
        self.inputs_address = inputs
        self.count = count
        self.burning: set[int] = set()
        """Relays left on: their coils are under current until somebody switches them off."""

    def obey(self, request: Frame) -> Frame:
        """Do what a request to the relays says; its reply. Raises ``Refused``."""
        raise Refused(NO_FUNCTION)

    def read(self, request: Frame) -> Frame:
        """The inputs, a bit each, set where the contact is closed. Raises ``Refused``."""
        if request.function != modbus.READ_INPUTS:
            raise Refused(NO_FUNCTION)
        start, count = words(request)
        if not 1 <= count <= self.count - start:
            raise Refused(NO_ADDRESS)
        bits = sum(self.pressed(start + n + 1) << n for n in range(count))
        return packed(request, bits.to_bytes((count + 7) // 8, "little"))


class RelayBus(Bus):
    """The relay boards on one bus."""

    def __init__(self, boards: Sequence[Relays], pace: float = 1.0) -> None:
        super().__init__((), Decoder(requests=True).feed, pace)
        self.boards = {at: board for board in boards for at in (board.relays_address, board.inputs_address)}

    def answered(self, board: Relays, request: Frame) -> Iterator[bytes]:
        """What a board does and says: its own reply, or a refusal."""
        self.take(THINK_S)
        at_inputs = request.address == board.inputs_address and request.function == modbus.READ_INPUTS
        try:
            done = board.read(request) if at_inputs or request.address != board.relays_address else board.obey(request)
        except Refused as no:
            done = Frame(request.address, request.function | modbus.REFUSED, bytes((no.code,)))
        yield done.to_bytes()


def words(request: Frame) -> tuple[int, int]:
    """The two words of which most requests are made. Raises ``Refused`` for another length."""
    if len(request.data) != 4:
        raise Refused(NO_VALUE)
    return int.from_bytes(request.data[:2], "big"), int.from_bytes(request.data[2:], "big")


def packed(request: Frame, data: bytes) -> Frame:
    """A reply with data: their count before them."""
    return Frame(request.address, request.function, bytes((len(data),)) + data)
