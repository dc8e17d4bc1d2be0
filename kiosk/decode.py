"""``kiosk decode``: picture files read with the eyes of the camera."""

import json
from collections.abc import Iterable
from pathlib import Path

import click

from hardware.scanner.barcode import Meanings
from hardware.scanner.stills import Still, read


def decode(files: Iterable[Path], meanings: Meanings, as_json: bool) -> bool:
    """Read and say each file; whether all were pictures."""
    fit = True
    for still in read(files, meanings):
        fit = fit and not still.error
        click.echo(_json(still) if as_json else _words(still))
    return fit


def _json(still: Still) -> str:
    if still.error:
        return json.dumps({"file": still.file, "codes": [], "ms": 0.0, "error": still.error}, ensure_ascii=False)
    codes = [{"text": code.text, "kind": code.kind} for code in still.codes]
    return json.dumps({"file": still.file, "codes": codes, "ms": still.ms}, ensure_ascii=False)


def _words(still: Still) -> str:
    if still.error:
        return f"{still.file}: {still.error}"
    codes = ", ".join(f"{code.kind} {code.text!r}" for code in still.codes) or "no code"
    return f"{still.file}: {codes} ({still.ms:.1f} ms)"
