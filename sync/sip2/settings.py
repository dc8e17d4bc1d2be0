"""The ``[service]`` section for ``sip2``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FilePath, model_validator

from sync.plain import Digest
from sync.sip2.dialect import load
from sync.things import Role

Word = Annotated[str, Field(max_length=64, pattern=r"^[^|\r\n]*$")]
Cards = Annotated[tuple[Digest, ...], Field(max_length=200)]


class Settings(BaseModel):
    """``user``, ``institution``, ``location``: what the library calls this point's login (CN), itself (AO) and the
    point (CP, AP); ``also_called``: other names that a check-in gives the point (CT). ``terminal_password``: a file
    with it (AC). ``dialect``: a shipped one, or a file of the site's own ending in .toml. ``loan_days_max``:
    how many days ahead a due date of the library lies at most. ``stock``: what comes in and waits for nobody stays,
    and may be lent from here. ``couriers``, ``staff``, ``technicians``: verifiers of the cards of those who work
    here (docs/integrator.md). ``doubt_wait_s``: for so long a request that was not answered may still be under way at
    the library, and is not asked about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=6001, ge=1, le=65535)
    tls: bool = True
    ca: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None
    dialect: Path = Path("plain")
    user: Word = ""
    institution: Word = ""
    location: Word
    also_called: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    terminal_password: FilePath | None = None
    pin: Literal["never", "always"] = "never"
    loan_days_max: int = Field(default=30, ge=1, le=400)
    stock: bool = False
    couriers: Cards = ()
    staff: Cards = ()
    technicians: Cards = ()
    connect_wait_s: float = Field(default=5.0, gt=0, le=60)
    answer_wait_s: float = Field(default=5.0, gt=0, le=60)
    ask_wait_s: float = Field(default=12.0, gt=0, le=60)
    tell_wait_s: float = Field(default=60.0, gt=0, le=300)
    doubt_wait_s: float = Field(default=60.0, ge=0, le=600)

    @model_validator(mode="after")
    def _fit(self) -> "Settings":
        load(self.dialect)
        if not self.tls and (self.ca or self.certificate or self.key):
            raise ValueError("ca, certificate and key are for tls = true")
        if self.key and not self.certificate:
            raise ValueError("a key needs its certificate")
        if self.tell_wait_s < self.connect_wait_s + 3 * self.answer_wait_s:  # log in, 17, 63, and what is to be booked
            raise ValueError("tell_wait_s must be at least connect_wait_s and three times answer_wait_s together")
        if load(self.dialect).login and not self.user:
            raise ValueError("user is missing: this dialect logs in")
        return self

    @property
    def secrets(self) -> Mapping[str, Path]:
        """The files that nobody else may read, by the setting that names each."""
        own = "key" if self.key else "certificate"  # one file may hold both
        named = {own: self.key or self.certificate, "terminal_password": self.terminal_password}
        return {name: path for name, path in named.items() if path}

    @property
    def workers(self) -> Mapping[Role, Cards]:
        """The verifiers, by what their holders are here."""
        return {"courier": self.couriers, "staff": self.staff, "technician": self.technicians}
