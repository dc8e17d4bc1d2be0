"""One real lending service per test, over a real socket; every exchange with it is held against docs/openapi.json."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rest_contract import Exchange, Recorder

from simulators.library.server import Library
from sync import rest
from sync.service import Service


@pytest.fixture
def exchanges(library: Library) -> list[Exchange]:
    """What was said so far; each is checked at the end of every test."""
    return library.wire.app.exchanges


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        recorder = library.wire.app = Recorder(library.wire.app)
        yield library
        recorder.check()


@pytest.fixture
def client(library: Library) -> Iterator[Service]:
    client = rest.connect(*library.settings_of("dongmen"))
    yield client
    client.close()
