"""The twins of pads, in the shape of ``simulators.twins``, and the things with tags that a hand lays there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from hardware.rfid.book import Usage
from simulators.laid import OWNER, Laid, Layout
from simulators.pcsc_pad import PcscPad
from simulators.pcscd import Pcscd
from simulators.r2000 import R2000Pad
from simulators.twins import SPOKEN, Twin, Unfit

KINDS = Literal["book", "patron", "foreign", "blank"]
STRANGER = "FR-751131010"
_LAID_MAX = 40
_LAYOUTS: dict[str, Layout] = {layout: layout for layout in get_args(Layout)}


class Pad(Twin):
    """A pad, and what lies on it."""

    kind = "pad"

    def __init__(self, name: str, driver: str, section: Mapping[str, Any], pad: R2000Pad | PcscPad) -> None:
        super().__init__(name, driver)
        self.pad = pad
        self._owners = list(section.get("owners", ()))
        self._layout = _LAYOUTS.get(next(iter(section.get("layouts", ())), ""), "iso28560_3")
        self._laid: dict[str, Laid] = {}

    def lay(self, tag: str, kind: KINDS = "book", parts: int = 1, part: int = 1, misses: float = 0.0) -> None:
        """Lay a thing with this number on its tag there. ``misses``: of so many rounds it is not heard. A foreign one
        belongs to another library, a blank one says nothing."""
        label = f"{tag} {part}/{parts}" if parts > 1 else tag
        if label in self._laid:
            raise Unfit(f"{label} lies on {self.name} already")
        if len(self._laid) >= _LAID_MAX:
            raise Unfit(f"{self.name} is full")
        owner = STRANGER if kind == "foreign" else self._owners[0] if self._owners else OWNER
        usage = Usage.PATRON if kind == "patron" else Usage.CIRCULATING
        raw = f"?{tag}?".encode()[:12].ljust(12, b"?") if kind == "blank" else None
        laid = Laid(tag, parts, part, owner, usage, self._layout, raw=raw, misses=misses)
        try:
            self.pad.lay(laid)
        except ValueError as why:
            raise Unfit(f"no tag can say that: {why}") from None
        self._laid[label] = laid
        self._tell()

    def remove(self, tag: str = "") -> None:
        """Take it away, with all parts of its set; everything when no tag is named."""
        gone = [label for label, laid in self._laid.items() if not tag or tag in (label, laid.number)]
        if not gone:
            raise Unfit(f"{tag} does not lie on {self.name}" if tag else f"nothing lies on {self.name}")
        for label in gone:
            self.pad.remove(self._laid.pop(label))
        self._tell()

    @property
    def lies(self) -> list[str]:
        """What lies there, one by one."""
        return list(self._laid)

    def _tell(self) -> None:
        self.shows = ", ".join(self._laid)[:200] or None

    def secured(self, tag: str) -> bool:
        """Whether a gate would ring for it."""
        return self._laid[tag].afi == 0x07

    def close(self) -> None:
        self.pad.close()


class SerialPad(Pad):
    """One on a serial line."""

    fault_names = SPOKEN

    def __init__(self, name: str, section: Mapping[str, Any], link: Path, baud: int) -> None:
        pad = R2000Pad(link, baud=baud, antennas=max(section.get("antennas", (1,))), address=section.get("address", 1))
        super().__init__(name, "r2000", section, pad)
        self.line = pad.line
        self.port = pad.port
        self.section = {"port": self.port}
        self._wire = pad

    def plug(self) -> None:
        super().plug()
        self._wire.plug()

    def unplug(self) -> None:
        super().unplug()
        self._wire.unplug()


class ReaderPad(Pad):
    """One that is a PC/SC reader of the private daemon; it comes and goes only with the daemon, so all others blink."""

    def __init__(self, name: str, section: Mapping[str, Any], daemon: Pcscd, reader: str, others: list[Twin]) -> None:
        through = section.get("through", "transparent")
        pad = PcscPad(daemon.port(reader), transparent=through == "transparent", storage=through == "storage")
        super().__init__(name, "pcsc_pad", section, pad)
        self.port = reader
        self.section = {"reader": reader}
        self._daemon = daemon
        self._all = others
        others.append(self)

    def plug(self) -> None:
        if not self.plugged:
            super().plug()
            self._look_again()

    def unplug(self) -> None:
        if self.plugged:
            super().unplug()
            self._look_again()

    def _look_again(self) -> None:
        self._daemon.restart(without=[one.port for one in self._all if not one.plugged])
