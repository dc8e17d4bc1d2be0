"""docs/openapi.json is what the code of both sides does; docs/integrator.md says the rest."""

import hashlib
import json
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import base45
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jsonschema import Draft202012Validator, ValidationError
from pydantic import TypeAdapter
from rest_contract import DOCUMENT, Exchange

from simulators.library.app import lending
from simulators.library.packing import recall_parcel
from simulators.library.passes import card_verifier, code_verifier, issue_pass
from simulators.library.server import Library
from sync.acts import RenewAll, Said
from sync.asked import WhatIs
from sync.envelope import digest
from sync.messages import PointTrouble, Telling
from sync.service import Service

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "rest.json").read_text())
GUIDE = (ROOT / "docs" / "integrator.md").read_text()


def test_the_committed_document_is_the_servers() -> None:
    made = json.loads(json.dumps(lending().openapi()))
    assert made == DOCUMENT, "run: python -m simulators.library openapi > docs/openapi.json"


def test_the_command_prints_the_document() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulators.library", "openapi"], capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == DOCUMENT


def test_the_document_says_every_endpoint_the_client_has(library: Library, client: Service) -> None:
    cursor = client.changes("", 0).cursor
    client.changes(cursor, 0)
    client.ask(WhatIs("x"))
    client.act(Said("k", RenewAll("R1009")))
    client.tell([Telling("k", 1, 1.0, PointTrouble("door_stuck"))])
    seen = {(one.method, re.sub(r"points/[^/]+", "points/{point}", one.path)) for one in library.wire.app.exchanges}
    said = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert seen == said


def test_the_check_of_exchanges_can_fail(library: Library, client: Service, exchanges: list[Exchange]) -> None:
    client.ask(WhatIs("x"))
    good = exchanges.pop()
    good.check()
    for attribute, wrong in (("body", b'{"kind": "what_is"}'), ("reply", b'{"kind": "item_is"}'), ("method", "PUT")):
        kept = getattr(good, attribute)
        setattr(good, attribute, wrong)
        with pytest.raises((KeyError, ValidationError)):
            good.check()
        setattr(good, attribute, kept)
    good.check()


def test_each_schema_is_a_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("vector", VECTORS["digests"], ids=lambda vector: vector["telling"]["told"]["kind"])
def test_digests(vector: dict[str, Any]) -> None:
    assert hashlib.sha256(vector["canonical"].encode()).hexdigest() == vector["sha256"]
    assert digest(vector["telling"]) == vector["sha256"]
    assert digest(TypeAdapter(Telling).validate_python(vector["telling"])) == vector["sha256"]


def test_verifiers() -> None:
    key = bytes.fromhex(VECTORS["verifiers"]["hashing_key"])
    for number, verifier in VECTORS["verifiers"]["cards"].items():
        assert card_verifier(key, number) == verifier
    for code, verifier in VECTORS["verifiers"]["codes"].items():
        assert code_verifier(key, code) == verifier


def test_a_pass_is_what_the_guide_says() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    vector = VECTORS["pass"]
    text = issue_pass(key, vector["pass_id"], vector["point"], vector["not_after"])
    assert text == vector["text"]
    signed = base45.b45decode(text.removeprefix("L1:"))
    assert len(signed) == 88
    pass_id, tag, not_after = struct.unpack(">8s8sQ", signed[:24])
    assert (pass_id.hex(), not_after) == (vector["pass_id"], vector["not_after"])
    assert tag == hashlib.sha256(vector["point"].encode()).digest()[:8]
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(vector["public_key"]))
    public.verify(signed[24:], b"shuxiang-pass-1" + signed[:24])
    with pytest.raises(InvalidSignature):
        public.verify(signed[24:], signed[:24])


def test_the_guide_shows_the_vectors() -> None:
    assert VECTORS["pass"]["text"] in GUIDE
    assert VECTORS["digests"][0]["canonical"] in GUIDE
    assert VECTORS["digests"][0]["sha256"] in GUIDE
    for part in ("cards", "codes"):
        for number, verifier in VECTORS["verifiers"][part].items():
            assert number in GUIDE
            assert verifier in GUIDE


def test_the_guide_names_every_endpoint_and_every_word() -> None:
    for path in DOCUMENT["paths"]:
        assert path.removeprefix("/v1/points/{point}") in GUIDE
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if "kind" in schema.get("properties", {}):
            assert f"`{schema['properties']['kind']['const']}`" in GUIDE, name
    said = set()
    for file in sorted((ROOT / "kiosk").rglob("*.py")):
        said |= set(re.findall(r'PointTrouble\(\s*(?:what=)?"(\w+)"', file.read_text()))
    missing = {word for word in said if f"`{word}`" not in GUIDE}
    assert not missing


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.library", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            from sync import rest

            token = (Path(told["points"]["dongmen"]) / "credential").read_text().strip()
            client = rest.connect(rest.Settings(url=told["url"]), token, "dongmen")
            assert client.changes("", 0).snapshot
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_library_opened_again_goes_on(tmp_path: Path) -> None:
    from sync import rest

    with Library(tmp_path) as library:
        client = rest.connect(*library.settings_of("dongmen"))
        cursor = client.changes("", 0).cursor
        client.tell([Telling("k", 1, 1.0, PointTrouble("door_stuck"))])
    with Library(tmp_path) as library:
        client = rest.connect(*library.settings_of("dongmen"))
        recall_parcel(library.ledger, "P00001")
        assert client.changes(cursor, 0).changes
        assert client.tell([Telling("k", 1, 1.0, PointTrouble("door_stuck"))])[0].status == "duplicate"
        assert len(library.ledger.rows("select * from cases")) == 1


def test_secret_files_are_private(tmp_path: Path) -> None:
    Library(tmp_path).close()
    for name in ("credential", "hashing.key"):
        assert (tmp_path / "points" / "dongmen" / name).stat().st_mode & 0o077 == 0
