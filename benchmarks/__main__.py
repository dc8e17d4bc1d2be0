"""``python -m benchmarks``: each benchmark in a process of its own, one after another. Prints ratios within one run.

Benchmarks of photographs need a folder of them (see decode.py): ``make bench PHOTOS=folder``.
"""

import subprocess
import sys
from pathlib import Path

import click

OF_PHOTOS = {"decode"}


@click.command()
@click.option("--photos", type=click.Path(exists=True, file_okay=False), help="Photographs with a truth.csv.")
def main(photos: str | None) -> None:
    """Run them all; exit 1 when one of them failed."""
    failed = []
    for name in sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py")):
        click.echo(f"\n== {name}")
        if name in OF_PHOTOS and not photos:
            click.echo("not run: it needs photographs (make bench PHOTOS=folder)")
            continue
        command = [sys.executable, "-m", f"benchmarks.{name}", *([photos] if name in OF_PHOTOS and photos else [])]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
