"""A scenario: a TOML file of steps, played on a bench as a hand would play it.

    title = "The door is jammed"

    [[step]]
    act = "tap_and_lift"          # any act of the bench, with its arguments
    device = "card"
    card = "R1001"

    [[step]]
    wait = "DoorStuck"            # until the kiosk shows this screen, with these fields
    fields = { tries_left = 2 }
    within_s = 10

    [[step]]
    expect = { open = 0, loans = { SIP0001001 = "" }, cases = ["door_stuck"] }     # until all of it is so

``pause_s`` waits, ``say`` (``zh``: in Chinese) tells whoever looks on what comes, ``act = "scenario"`` plays another
file that ships, and what else stands in that step is waited for after it.
"""

import difflib
import threading
import time
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulators.bench.doing import do, door_of
from simulators.bench.stage import Stage
from simulators.twins import Unfit

STEPS_MAX = 500
LOOK_S = 0.02
AGAIN_AFTER_S = 2.0  # where a scanner's section does not say; a camera needs less
Seconds = Annotated[float, Field(gt=0, le=300)]
Words = dict[str, str]


class Failed(Exception):
    """A step did not go as the scenario says; the message says which and how."""


class Expect(BaseModel):
    """What must be so, of doors, the kiosk and the library's books.

    ``open``: so many doors stand open. ``out``: the kiosk has doors out of service, or none. ``inside``: so many items
    lie in the cabinet. ``loans``: who has an item ("" nobody). ``parcels``: the state of each. ``more_time``: parcels
    whose time was extended. ``cases``: all that the library was told people must look at, by their words.
    ``pulses``: how often the lock of a door (by its name, or an item behind it) was pulsed since the beginning.
    ``printed``: words on the paper that hangs out. ``running``: whether the kiosk runs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    open: int | None = None
    out: bool | None = None
    inside: int | None = None
    loans: Words = {}
    parcels: Words = {}
    more_time: tuple[str, ...] = ()
    cases: tuple[str, ...] | None = None
    pulses: dict[str, int] = {}
    printed: str | None = None
    running: bool | None = None


class Step(BaseModel):
    """One step. What is no key of its own is an argument of its act; without an act it is a mistake."""

    model_config = ConfigDict(extra="allow", frozen=True)

    say: str = ""
    zh: str = ""
    """The same in Chinese."""
    act: str = ""
    wait: str | tuple[str, ...] = ()
    fields: dict[str, Any] = {}
    expect: Expect | None = None
    pause_s: Annotated[float, Field(ge=0, le=60)] = 0.0
    within_s: Seconds = 30.0

    @model_validator(mode="after")
    def _no_act_no_arguments(self) -> Self:
        if self.model_extra and not self.act:
            key = next(iter(self.model_extra))
            near = difflib.get_close_matches(key, type(self).model_fields, n=1)
            raise ValueError(f"no key {key!r}; " + (f"did you mean {near[0]!r}?" if near else "which act is it for?"))
        return self

    def __str__(self) -> str:
        """In a line, for who looks on."""
        said = self.model_dump(exclude_defaults=True, exclude={"zh"})
        return said.pop("say", "") or " ".join(f"{key} {value}" for key, value in said.items())


class Scenario(BaseModel):
    """A scenario as its file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=200)]
    zh: Annotated[str, Field(max_length=200)] = ""
    """The title in Chinese."""
    part: bool = False
    """Only of use within others; not offered by itself."""
    speaks: Literal["rest", "sip2"] | None = None
    """Only where the library speaks so; also said by what plays it as a part."""
    step: Annotated[tuple[Step, ...], Field(min_length=1, max_length=STEPS_MAX)]


def shipped() -> dict[str, Scenario]:
    """The scenarios that ship, by name."""
    folder = files("simulators.bench").joinpath("scenarios")
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return {name.removesuffix(".toml"): parse(folder.joinpath(name).read_text("utf-8"), name) for name in found}


def parse(text: str, name: str) -> Scenario:
    """The scenario of a file's text. Raises ``Unfit``."""
    try:
        return Scenario.model_validate(tomllib.loads(text))
    except ValidationError as error:
        flaw = error.errors(include_url=False)[0]
        raise Unfit(f"{name}: {'.'.join(map(str, flaw['loc']))}: {flaw['msg']}") from None
    except ValueError as error:
        raise Unfit(f"{name}: not TOML: {error}") from None


def unfolded(scenario: Scenario, known: dict[str, Scenario], speaks: str = "", depth: int = 0) -> list[Step]:
    """Its steps, those of the scenarios it plays in their places. ``speaks``: how this point's library does, if known.
    Raises ``Unfit``."""
    if speaks and scenario.speaks not in (None, speaks):
        raise Unfit(f"{scenario.title!r} needs a library that speaks {scenario.speaks}; this point's speaks {speaks}")
    steps: list[Step] = []
    for step in scenario.step:
        if step.act != "scenario":
            steps.append(step)
            continue
        about = dict(step.model_extra or {})
        name = str(about.pop("name", None))
        if about or name not in known or depth >= 3:
            raise Unfit(f"no scenario {name!r} to play here{''.join(f'; and no {key!r} of one' for key in about)}")
        if step.say:
            steps.append(Step(say=step.say, zh=step.zh))
        steps += unfolded(known[name], known, speaks, depth + 1)
        if after := step.model_dump(exclude_defaults=True, exclude={"say", "zh", "act", "name"}):
            steps.append(Step(**after))
    return steps


def settled(stage: Stage) -> list[Step]:
    """What comes before the first step at a bench that has just started: a scan counts only once its scanner has looked
    for ``again_after_s``, since what it sees before was lying there."""
    looks_s = max((one.get("again_after_s", AGAIN_AFTER_S) for one in stage.point.raw.get("scanner", ())), default=0)
    return [Step(wait="Home", within_s=60), Step(pause_s=looks_s + 0.5)]


def play(stage: Stage, steps: list[Step], reached: Callable[[int], None], stop: threading.Event) -> None:
    """Play them one after another; ``reached`` hears of each. Raises ``Failed``; returns early on ``stop``."""
    for n, step in enumerate(steps, 1):
        if stop.is_set():
            return
        reached(n)
        if step.say:
            stage.say(" ".join(filter(None, (step.say, step.zh))))
        try:
            if step.act:
                do(stage, step.act, dict(step.model_extra or {}))
            stop.wait(step.pause_s)
            _until(lambda step=step: _amiss(stage, step), step.within_s, stop)  # type: ignore[misc]
        except Unfit as why:
            raise Failed(f"step {n} of {len(steps)}: {why}") from None


def _until(amiss: Callable[[], str], within_s: float, stop: threading.Event) -> None:
    until = time.monotonic() + within_s
    while words := amiss():
        if stop.is_set():
            return
        if time.monotonic() > until:
            raise Unfit(f"not within {within_s:g} s: {words}")
        time.sleep(LOOK_S)


def _amiss(stage: Stage, step: Step) -> str:
    """What is not yet as the step wants it; empty when all is."""
    screens = (step.wait,) if isinstance(step.wait, str) else step.wait
    if screens or step.fields:
        seen = stage.panel.seen()
        shown = {name: seen.get("fields", {}).get(name) for name in step.fields}
        if (screens and seen["screen"] not in screens) or shown != step.fields:
            wanted = _words(" or ".join(screens), step.fields)
            return f"{wanted} on the screen, which shows {_words(seen['screen'] or 'nothing', shown)}"
    return _doubt(stage, step.expect) if step.expect else ""


def _words(screen: str, fields: dict[str, Any]) -> str:
    """A screen, and of its fields those that a step is about."""
    return " ".join(filter(None, (screen, ", ".join(f"{name} {value}" for name, value in fields.items()))))


def _doubt(stage: Stage, expect: Expect) -> str:
    cabinet, ledger, point = stage.point.cabinet, stage.point.library.ledger, stage.point.id
    opened = [name for name in cabinet.names if cabinet.door(name) == "open"]
    if expect.open is not None and len(opened) != expect.open:
        return f"{expect.open} open doors; open are {', '.join(opened) or 'none'}"
    out = stage.panel.seen().get("out", [])
    if expect.out is not None and bool(out) is not expect.out:
        return f"doors {'out of service' if expect.out else 'all in service'}; out are {', '.join(out) or 'none'}"
    lying = [item for name in cabinet.names for item in cabinet.inside(name)]
    if expect.inside is not None and len(lying) != expect.inside:
        return f"{expect.inside} items in the cabinet; there are {', '.join(lying) or 'none'}"
    for door, count in expect.pulses.items():
        if (had := cabinet.pulses(door_of(stage, door))) != count:
            return f"{count} pulses for the lock of door {door}; it had {had}"
    for item, patron in expect.loans.items():
        loan = ledger.loan(item)
        if (loan["patron"] if loan else "") != patron:
            return f"{item} on loan to {patron or 'nobody'}; the library says {loan['patron'] if loan else 'nobody'}"
    for parcel, status in expect.parcels.items():
        row = ledger.row("select status from parcels where id = ?", parcel)
        if row is None or row["status"] != status:
            return f"parcel {parcel} {status}; the library says {row['status'] if row else 'it knows none'}"
    for parcel in expect.more_time:
        sql = "select count(distinct json_extract(change, '$.parcel.expires')) as n from changes where change like ?"
        row = ledger.row(sql, f'%"{parcel}"%"parcel_sent"%')
        if row is None or row["n"] < 2:
            return f"more time for parcel {parcel}; the library has given it one date"
    if expect.cases is not None:
        cases = sorted({row["what"] for row in ledger.rows("select what from cases where point = ?", point)})
        if cases != sorted(expect.cases):
            return f"cases {', '.join(expect.cases) or 'none'}; the library keeps {', '.join(cases) or 'none'}"
    if expect.running is not None and stage.panel.running is not expect.running:
        return f"the kiosk {'running' if expect.running else 'stopped'}; {stage.panel.status or 'it is not so'}"
    if expect.printed is not None:
        paper = "\n".join(line for one in stage.paper() for line in one["lines"])
        if expect.printed not in paper:
            return f"{expect.printed!r} on paper; there stands {paper[-300:]!r}"
    return ""


class Player:
    """Plays one scenario at a time on a stage, beside whatever hands do there, and tells how far it has come."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._known = shipped()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        stage.player = self
        self._told = {name: self._line(name) for name, one in self._known.items() if not one.part}
        stage.playing = list(self._told.values())

    def start(self, name: str) -> None:
        """Begin to play one that ships. Raises ``Unfit``."""
        if name not in self._known:
            raise Unfit(f"no scenario {name!r}; there are {', '.join(self._told)}")
        if self._thread and self._thread.is_alive():
            raise Unfit("a scenario is being played already")
        self._stop.clear()
        self._thread = threading.Thread(target=self._play, args=(name,), name="scenario", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let go of the one being played, where it is."""
        self._stop.set()

    def _line(self, name: str) -> dict[str, Any]:
        steps = unfolded(self._known[name], self._known)
        told = {"title": self._known[name].title, "zh": self._known[name].zh, "says": "", "says_zh": ""}
        return {"name": name, **told, "running": False, "step": 0, "of": len(steps), "failed": None}

    def _play(self, name: str) -> None:
        def tell(**news: Any) -> None:
            self._told[name] = {**self._told[name], **news}
            self._stage.playing = list(self._told.values())

        def reached(n: int) -> None:
            step = steps[n - 1]
            tell(step=n, **({"says": step.say, "says_zh": step.zh} if step.say else {}))

        tell(**{**self._line(name), "running": True})
        failed = None
        try:
            steps = unfolded(self._known[name], self._known, self._stage.point.service.speaks)
            play(self._stage, steps, reached, self._stop)
        except (Failed, Unfit) as why:
            failed = str(why)
        except Exception as why:  # whatever it was, it plays no more
            failed = f"{type(why).__name__}: {why}"
        tell(running=False, failed=failed)
        self._stage.say(f"{name}: {failed or ('stopped' if self._stop.is_set() else 'played to its end')}")
