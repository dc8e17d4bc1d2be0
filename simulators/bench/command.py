"""``python -m simulators CONFIG``: a real point's configuration on the bench."""

import asyncio
import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import uvicorn

from simulators.alone import alone_in
from simulators.bench.app import make_app
from simulators.bench.scenario import Failed, Player, parse, play, settled, shipped, unfolded
from simulators.bench.stage import Stage
from simulators.twins import Unfit

PORT = 8470


class _Broken(logging.Filter):
    """What was under way when its server ended is no fault of anybody's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is to be said."""
        return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


logging.getLogger("uvicorn.error").addFilter(_Broken())


@contextmanager
def served(stage: Stage, port: int = 0) -> Iterator[str]:
    """Serve a running stage on 127.0.0.1 from a thread; gives its address. Port 0 takes a free one."""
    config = uvicorn.Config(
        make_app(stage),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="page", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise Unfit(f"port {port} is taken; choose another with --port")
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)


@click.command("bench")
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Of the page, on 127.0.0.1; 0 takes a free one.",
)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep the point's files here.")
@click.option("--no-window", is_flag=True, help="Without the kiosk's window, also where there could be one.")
def command(config: Path, port: int, folder: Path | None, no_window: bool) -> None:
    """Simulate the point that CONFIG describes, and serve a page to play with it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        work = (folder or Path(scratch)).absolute()
        alone_in(work, "bench")
        try:
            with Stage(config, work, window=not no_window) as stage, served(stage, port) as url:
                Player(stage)
                click.echo(f"The bench is at {url} . Everything there is simulated. Ctrl-C ends it.")
                threading.Event().wait()
        except Unfit as why:
            raise click.ClickException(str(why)) from None
        except KeyboardInterrupt:
            click.echo("")


@click.command("scenario")
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("scenario")
@click.option("--window", is_flag=True, help="With the kiosk's window where there can be one; slower.")
def scenario_command(config: Path, scenario: str, window: bool) -> None:
    """Play SCENARIO (a file, or the name of one that ships) at the point that CONFIG describes; exit 1 if it fails."""
    try:
        known = shipped()
        wanted = known.get(scenario) or parse(Path(scenario).read_text("utf-8"), scenario)
        unfolded(wanted, known)
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as scratch,
            Stage(config, Path(scratch), window=window) as stage,
        ):
            steps = unfolded(wanted, known, stage.point.service.speaks)
            play(stage, settled(stage), lambda _: None, threading.Event())
            play(stage, steps, lambda n: click.echo(f"[{n}/{len(steps)}] {steps[n - 1]}"), threading.Event())
    except UnicodeDecodeError:
        raise click.ClickException(f"{scenario} is not in UTF-8; save it so") from None
    except (Unfit, Failed, OSError) as why:
        raise click.ClickException(str(why)) from None
