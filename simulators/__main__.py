"""``python -m simulators CONFIG``: a point's own configuration on the bench. ``demo``: a whole pickup point of ours."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click

from simulators.alone import alone_in
from simulators.bench.command import command as bench
from simulators.bench.command import scenario_command
from simulators.library.packing import send_stock
from simulators.machine import POINT, Machine
from simulators.prompt import Prompt
from simulators.replay import command as replay
from simulators.screen import NoDisplay, NotOnScreen, Xvfb
from simulators.tour import Tour, TourFailed

WIDTH, HEIGHT = 1080, 1920
ENDS = (signal.SIGTERM, signal.SIGHUP)
STOCK = 3  # books for anybody, with the courier


class BenchByDefault(click.Group):
    """What is no command is the configuration of a point."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command by its name, else the bench."""
        known = args[0] in self.commands or not (args[0].endswith(".toml") or Path(args[0]).is_file())
        return super().resolve_command(ctx, args if known else ["bench", *args])


@click.group(cls=BenchByDefault)
def main() -> None:
    """The other end of every wire. ``python -m simulators CONFIG.toml`` is short for ``bench CONFIG.toml``."""


main.add_command(bench)
main.add_command(scenario_command)
main.add_command(replay)


@main.command()
@click.option("--tour", is_flag=True, help="Play the guided tour even where there is a display.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("build/demo"), show_default=True)
def demo(tour: bool, folder: Path) -> None:
    """Start twins, library and kiosk. With a display you play the people; without one a guided tour is played."""
    alone_in(folder, "demo")
    work = folder.absolute() / "point"
    if work.exists() and any(work.iterdir()) and not (work / "library").is_dir():
        raise click.UsageError(f"{work} holds something else than an earlier demo; choose another --folder")
    shutil.rmtree(work, ignore_errors=True)
    machine = Machine(work)
    yourself = os.environ.get("DISPLAY") and not tour
    if yourself:  # as much of a portrait panel as a desk's screen holds
        machine.raw["screen"] = {**machine.raw.get("screen", {}), "width": 540, "height": 960}
    with machine:
        send_stock(machine.library.ledger, POINT, STOCK)
        if machine.no_pcsc:
            click.echo(f"No PC/SC here ({machine.no_pcsc}): the demo uses a serial card reader instead.")
        if yourself:
            play_yourself(machine)
        else:
            sys.exit(play_tour(machine, folder.absolute()))


def play_yourself(machine: Machine) -> None:
    """The kiosk in a window, the people at the prompt."""
    log = machine.folder / "kiosk.log"
    with log.open("ab") as said:
        command = [sys.executable, "-m", "kiosk", "run", str(machine.config)]
        kiosk = subprocess.Popen(command, env=machine.env, stderr=said, stdout=said)
    threading.Thread(target=say_when_it_fails, args=(kiosk, log), daemon=True).start()
    try:
        Prompt(machine).cmdloop()
    finally:
        kiosk.terminate()
        kiosk.wait(10)


def say_when_it_fails(kiosk: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for the end of the kiosk and say why, unless it was asked to end: nobody should talk to a dead machine."""
    if (status := kiosk.wait()) not in (0, -signal.SIGTERM):
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        click.echo(f"\nThe kiosk ended with status {status}. It said: {said[-1000:]}\nquit ends the demo.")


def play_tour(machine: Machine, folder: Path) -> int:
    """The guided tour under a display of our own; 0 only when ledger, cabinet and journal agree at its end."""
    for old in folder.glob("[0-9][0-9]-*.png"):
        old.unlink()
    try:
        with Xvfb(WIDTH, HEIGHT) as display:
            tour = Tour(machine, display, folder)
            try:
                doubts = tour.run()
            finally:
                tour.close()
    except (NoDisplay, NotOnScreen, TourFailed) as trouble:
        click.echo(f"The tour ended early: {trouble}. The kiosk's own words are in {machine.folder / 'kiosk.log'}")
        return 1
    for doubt in doubts:
        click.echo(f"They disagree: {doubt}")
    if not doubts:
        click.echo(f"Ledger, cabinet and journal agree. Pictures of each screen are in {folder}")
    return 1 if doubts else 0


def _end(*_: object) -> None:
    """A closed terminal or a service manager ends it as Ctrl-C does: nothing is left running or lying about."""
    for one in ENDS:
        signal.signal(one, signal.SIG_IGN)
    sys.exit(1)


if __name__ == "__main__":
    for one in ENDS:
        signal.signal(one, _end)
    main()
