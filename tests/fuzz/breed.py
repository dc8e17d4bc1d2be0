"""One target under atheris; started by ``python -m tests.fuzz``, with the words that libFuzzer takes."""

import sys
import traceback

import atheris

with atheris.instrument_imports(include=["hardware", "kiosk", "simulators", "sync", "ui"]):
    from tests.fuzz.kept import FINDS, keep, shortest
    from tests.fuzz.targets import TARGETS

name = sys.argv.pop(1)
take = TARGETS[name].take
seen: set[str] = set()


def broken(data: bytes) -> str:
    """What a target raised and where, "" when all is well."""
    try:
        take(data)
    except Exception as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        return f"{type(error).__name__} at {last.filename}:{last.lineno}"
    return ""


def one(data: bytes) -> None:
    """Told once for each place that breaks, then on: what breaks first must not hide the rest."""
    if (how := broken(data)) and how not in seen:
        seen.add(how)
        short = shortest(data, lambda less: broken(less) == how)
        keep(FINDS, name, short)
        sys.stderr.write(f"\nfind: {how}: {short[:80].hex()}\n")
        sys.stderr.flush()


atheris.Setup(sys.argv, one)
atheris.Fuzz()
