"""The twin of ``hardware/locker/eletechsup.py``: relay boards, and the input boards beside them, wired to a cabinet."""

from collections.abc import Iterable, Mapping

from hardware.locker import modbus
from hardware.locker.eletechsup import ALL_OFF, MOMENTARY, Settings
from hardware.locker.modbus import Frame
from simulators.cabinet import Cabinet
from simulators.relays import NO_ADDRESS, NO_FUNCTION, NO_VALUE, Refused, RelayBus, Relays, packed, words
from simulators.wired import wire_up

ON, OFF, ALL_ON = 0x0100, 0x0200, 0x0700


class EletechsupBoard(Relays):
    """One relay board, and the input board it is paired with."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(
            cabinet, channels, settings.feedback, settings.address, settings.inputs_address, settings.channels
        )
        self._first = settings.first_register

    def obey(self, request: Frame) -> Frame:
        """Commands to relays; reads say 1 for a relay that is on."""
        register, value = words(request)
        channel = register - self._first + 1
        match request.function:
            case modbus.WRITE_REGISTER if register == 0 and value in (ALL_ON, ALL_OFF):
                self.burning = set(range(1, self.count + 1)) if value == ALL_ON else set()
                for each in self.burning:
                    self.pulse(each)
            case modbus.WRITE_REGISTER if not 1 <= channel <= self.count:
                raise Refused(NO_ADDRESS)
            case modbus.WRITE_REGISTER if value in (ON, MOMENTARY):
                if value == ON:
                    self.burning.add(channel)
                self.pulse(channel)
            case modbus.WRITE_REGISTER if value == OFF:
                self.burning.discard(channel)
            case modbus.WRITE_REGISTER:
                raise Refused(NO_VALUE)
            case modbus.READ_REGISTERS if 1 <= value <= self.count - channel + 1:
                states = (channel + n in self.burning for n in range(value))
                return packed(request, b"".join(int(state).to_bytes(2, "big") for state in states))
            case _:
                raise Refused(NO_FUNCTION)
        return request


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> RelayBus:
    """The boards of one bus, each with the compartments on its channels."""
    return RelayBus(wire_up(EletechsupBoard, boards, cabinet), pace)
