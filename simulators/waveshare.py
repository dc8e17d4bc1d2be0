"""The twin of ``hardware/locker/waveshare.py``: relay boards with inputs, wired to a cabinet."""

from collections.abc import Iterable, Mapping

from hardware.locker import modbus
from hardware.locker.modbus import Frame
from hardware.locker.waveshare import ALL_RELAYS, FLASH_ON, OFF, VERSION, Settings
from simulators.cabinet import Cabinet
from simulators.relays import NO_ADDRESS, NO_FUNCTION, NO_VALUE, Refused, RelayBus, Relays, packed, words
from simulators.wired import wire_up

ON = 0xFF00
FLASH_MAX = 0x7FFF
FIRMWARE = 200


class WaveshareBoard(Relays):
    """One board; ``old`` firmware ("V1") does not know the standard flash."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings, old: bool = False) -> None:
        inputs = settings.inputs_address or settings.address
        super().__init__(cabinet, channels, settings.feedback, settings.address, inputs, settings.channels)
        self._old = old

    def obey(self, request: Frame) -> Frame:
        """Coils and the version."""
        first, value = words(request)
        match request.function:
            case modbus.WRITE_COIL if first == ALL_RELAYS and value in (ON, OFF):
                for channel in range(1, self.count + 1):
                    self._switch(channel, value)
            case modbus.WRITE_COIL if first < self.count and value in (ON, OFF):
                self._switch(first + 1, value)
            case modbus.WRITE_COIL if 0 <= first - FLASH_ON < self.count and not self._old:
                if not 1 <= value <= FLASH_MAX:
                    raise Refused(NO_VALUE)
                self.pulse(first - FLASH_ON + 1)
            case modbus.WRITE_COIL:
                raise Refused(NO_ADDRESS)
            case modbus.READ_COILS if value <= self.count - first:
                bits = sum((first + n + 1 in self.burning) << n for n in range(value))
                return packed(request, bits.to_bytes((value + 7) // 8, "little"))
            case modbus.READ_REGISTERS if (first, value) == (VERSION, 1):
                return packed(request, FIRMWARE.to_bytes(2, "big"))
            case _:
                raise Refused(NO_FUNCTION)
        return request

    def _switch(self, channel: int, value: int) -> None:
        if value == ON:
            self.burning.add(channel)
            self.pulse(channel)
        else:
            self.burning.discard(channel)


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> RelayBus:
    """The boards of one bus, each with the compartments on its channels."""
    return RelayBus(wire_up(WaveshareBoard, boards, cabinet), pace)
