"""``python -m tests.fuzz --minutes 10 [TARGET]...``: bytes bred by what they reach in the code (atheris, libFuzzer).

The time is shared out evenly. What was learnt stays in build/fuzz and is the start of the next run. An input that makes
a target raise what it does not declare is made as short as it can be and kept in tests/fuzz/finds, one line of hex
each; from then on the everyday tests try it. Exit 1 when there was one.
"""

import re
import subprocess
import sys
from pathlib import Path

import click

from tests.fuzz.kept import FINDS, kept
from tests.fuzz.targets import TARGETS

LEARNT = Path(__file__).parents[2] / "build" / "fuzz"
MEMORY_MB, HANGS_S = 1024, 20


def run(name: str, seconds: int) -> tuple[int, int, str]:
    """Fuzz one target in a process of its own: how many inputs it took, how many were worth keeping, what broke."""
    learnt = LEARNT / name
    learnt.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate((*TARGETS[name].seeds(), *kept(FINDS, name))):
        (learnt / f"seed-{number}").write_bytes(seed)
    words = [
        f"-max_total_time={seconds}",
        f"-max_len={TARGETS[name].size}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={HANGS_S}",
        f"-artifact_prefix={learnt}-",
        "-print_final_stats=1",
        str(learnt),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.breed", name, *words], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    counted = re.search(r"number_of_executed_units: *(\d+)", said)
    broke = "\n".join(re.findall(r"^find: .*", said, re.MULTILINE))
    if done.returncode and not broke:
        broke = said[-2000:]  # killed by a signal, or by libFuzzer for memory or time
    return int(counted[1]) if counted else 0, len(list(learnt.iterdir())), broke


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0.05), default=10.0, show_default=True)
@click.argument("names", nargs=-1, type=click.Choice(list(TARGETS)), metavar="[TARGET]...")
def main(minutes: float, names: tuple[str, ...]) -> None:
    """Every target in turn, or those named."""
    chosen = names or tuple(TARGETS)
    total, broken = 0, 0
    for name in chosen:
        count, learnt, broke = run(name, max(2, int(minutes * 60 / len(chosen))))
        total, broken = total + count, broken + bool(broke or not count)
        click.echo(f"{name:<14} {count:>12,} inputs, {learnt:>6,} learnt from   {broke or 'none broke it'}")
    click.echo(f"{total:,} inputs over {len(chosen)} targets, {broken} of them broken")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
