"""The reference service against its own document: ``python -m tests.fuzz.contract``, part of ``make fuzz``.

schemathesis makes requests out of docs/openapi.json, fitting and not; no answer may be a server's error, or one that
the document does not say. Exit 1 when one was; the request that shows it again is printed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from simulators.library.seed import POINTS, secrets_of
from simulators.library.server import Library

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth"
)
SETTINGS = """
[parameters]
"path.point" = "{point}"
"query.wait" = 0

[auth.openapi.HTTPBearer]
bearer = "{token}"
"""


@click.command()
@click.option("--seconds", default=120, show_default=True, help="How long.")
@click.option("--seed", default=1, show_default=True)
def main(seconds: int, seed: int) -> None:
    """Ask the service for so long."""
    point = POINTS[0][0]
    with tempfile.TemporaryDirectory() as name, Library(Path(name) / "library") as library:
        settings = Path(name) / "schemathesis.toml"
        settings.write_text(SETTINGS.format(point=point, token=secrets_of(point).token), encoding="utf-8")
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", settings, "run", DOCUMENT]
        command += ["--url", library.url, "--checks", CHECKS, "--max-time", str(seconds), "--seed", str(seed)]
        ran = subprocess.run([str(word) for word in [*command, "--no-color"]], check=False)
        click.echo(f"{library.requests_seen:,} requests")
    sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
