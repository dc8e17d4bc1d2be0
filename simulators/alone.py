"""A folder is one program's at a time."""

import fcntl
from pathlib import Path

import click


def alone_in(folder: Path, what: str) -> None:
    """Make ``folder``, if need be, and hold it until this command ends, however it ends. Raises ``click.UsageError``
    where another ``what`` has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = click.get_current_context().with_resource((folder / f"{what}.lock").open("a"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.UsageError(f"a {what} runs in {folder}; choose another --folder") from None
