"""How a library's tags are written and secured: the settings all pads share, and what they make of a tag.

Security is an AFI (ISO/IEC 15693: application family), an EAS bit of NXP's chips, or both; gates look for it. Usual is
AFI 07 in the library and C2 on loan (dp2, pyrfidgeek); older systems have 21 for loans (libdanrfid).
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hardware.rfid import iso28560_2, iso28560_4
from hardware.rfid.book import Content, Unreadable, checked
from hardware.rfid.iso28560_3 import Basic

Layout = Literal["iso28560_3", "iso28560_2", "iso28560_4", "text"]
MEMORY_MAX = 256  # bytes looked at of any tag


class PadSettings(BaseModel):
    """What stands in ``[[pad]]`` whatever the driver.

    ``layouts``: how tags are written, the first that fits a tag. ``text``: a maker's own layout, the number as plain
    ASCII, ``text_length`` bytes from ``text_offset``. ``owners``: the ISILs of this library; with none, an item's
    number alone says whose it is, and so it does where a tag names no owner.
    ``secured_by``: where security stands; AFIs as numbers (0x07). ``rounds``: a tag counts once it was seen in so many
    rounds. ``gone_s``: and is gone when it was not seen for so long.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layouts: Annotated[tuple[Layout, ...], Field(min_length=1, max_length=4)] = ("iso28560_3", "iso28560_2")
    text_offset: int = Field(0, ge=0, lt=MEMORY_MAX)
    text_length: int = Field(16, ge=1, le=64)
    owners: Annotated[tuple[str, ...], Field(max_length=64)] = ()
    secured_by: Literal["afi", "eas", "both"] = "afi"
    afi_in_library: int = Field(0x07, ge=0, le=0xFF)
    afi_on_loan: int = Field(0xC2, ge=0, le=0xFF)
    rounds: int = Field(3, ge=1, le=20)
    gone_s: float = Field(1.5, ge=0.2, le=10)

    @property
    def writes(self) -> bool:
        """Whether a pad with these settings can change a tag's security at all."""
        return True

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.afi_in_library == self.afi_on_loan:
            raise ValueError("afi_in_library and afi_on_loan are the same, so no gate could tell")
        return self

    def content(self, memory: bytes) -> Content | None:
        """What a tag's memory says in the first layout that fits; None: in none of them."""
        for layout in self.layouts:
            try:
                return _READ[layout](self, memory[:MEMORY_MAX])
            except Unreadable:
                continue
        return None

    def secured(self, afi: int | None, eas: bool | None) -> bool | None:
        """Whether a gate would ring; None: not known, or the two do not agree."""
        by_afi = {self.afi_in_library: True, self.afi_on_loan: False}.get(-1 if afi is None else afi)
        match self.secured_by:
            case "afi":
                return by_afi
            case "eas":
                return eas
        return by_afi if by_afi is eas else None

    def afi(self, secured: bool) -> int:
        """The AFI to write."""
        return self.afi_in_library if secured else self.afi_on_loan


def _text(settings: PadSettings, memory: bytes) -> Content:
    raw = memory[settings.text_offset : settings.text_offset + settings.text_length].rstrip(b"\0 ")
    try:
        number = raw.decode("ascii")
    except UnicodeDecodeError:
        raise Unreadable("no plain text") from None
    checked(number, 1, 1)
    return Content(number)


_READ = {
    "iso28560_3": lambda settings, memory: Basic.from_bytes(memory).content,
    "iso28560_2": lambda settings, memory: iso28560_2.read(memory),
    "iso28560_4": lambda settings, memory: iso28560_4.read(memory),
    "text": _text,
}
