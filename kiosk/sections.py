"""The sections of the configuration that are the kiosk's own; the others stand with what they set."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hardware.port import Port
from kiosk.core.plan import Space
from sync.things import Size

Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")]


Centimetres = Annotated[int, Field(ge=1, le=300)]
USUAL_CM = {"S": (35, 12, 45), "M": (35, 25, 45), "L": (35, 40, 45)}
LOWEST_CM, HIGHEST_CM = 10, 190  # of a cabinet whose heights nobody has measured


class Section(BaseModel):
    """A section of ours: no setting that is not named here, and none changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(Section):
    """The point's name in each language."""

    zh: Annotated[str, Field(min_length=1, max_length=60)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


def _named(phone: str) -> str:
    if not phone.strip():
        raise ValueError("must be the number of somebody who helps; many screens end with it")
    return phone


class Point(Section):
    """``[point]``. ``id``: as the library knows it; it never changes. ``phone``: for help; a machine that stands alone
    must name somebody. ``counter``: readers may borrow here what they bring to it, from shelves that stand open; then
    there need not be any compartments."""

    id: Name
    names: Names
    phone: Annotated[str, Field(max_length=40), AfterValidator(_named)]
    counter: bool = False


class StoreFile(Section):
    """``[store]``: where all is remembered."""

    path: Path


class Keys(Section):
    """``[keys]``. ``hashing``: secret file with the point's own key. ``passes``: public keys for pickup QRs."""

    hashing: Path
    passes: Annotated[tuple[Path, ...], Field(max_length=8)] = ()


class DutySettings(Section):
    """``[duty]``: how often one lock may be pulsed (solenoids burn); see hardware.locker.bank.Duty."""

    pulses_max: int = Field(8, ge=1, le=20)
    window_s: float = Field(60.0, gt=0, le=3600)
    rest_s: float = Field(2.0, ge=0, le=60)


class Fixture(Section):
    """``[[compartment]]``: its lock (channels count from 1), its size, its place in the front (from 0, top left).

    ``bottom_cm``: the lower edge of its opening above the floor; not given: as in a cabinet from 10 to 190 cm.
    ``inner_cm``: width, height and depth inside; not given: what is usual for its size.
    """

    name: Name
    board: Name
    channel: int = Field(ge=1)
    size: Size
    row: int = Field(ge=0, le=99)
    column: int = Field(ge=0, le=99)
    height: int = Field(1, ge=1, le=99)
    width: int = Field(1, ge=1, le=99)
    bottom_cm: int | None = Field(None, ge=0, le=250)
    inner_cm: tuple[Centimetres, Centimetres, Centimetres] | None = None

    def space(self, rows: int) -> Space:
        """As built, in a front of so many rows; what nobody has measured, as is usual."""
        usual = HIGHEST_CM - (self.row + self.height) * (HIGHEST_CM - LOWEST_CM) // rows
        bottom, inner = usual if self.bottom_cm is None else self.bottom_cm, self.inner_cm or USUAL_CM[self.size]
        return Space(self.name, self.size, self.row, self.column, self.height, self.width, bottom, inner)


class ServiceKeys(Section):
    """What every ``[service]`` has beside its driver's own settings. ``credential``: a secret file."""

    driver: str
    credential: Path


class DeviceKeys(Section):
    """What every device's section has beside its driver's own settings."""

    name: Name
    driver: str


class BoardKeys(DeviceKeys):
    """A board's section has its port and baud as well; no baud: the driver's usual one."""

    port: Port
    baud: Annotated[int, Field(ge=300, le=4_000_000)] | None = None
