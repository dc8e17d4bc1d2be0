"""Probing the reference library as each system: what is found is what was set, and nothing else is touched."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.library.ledger import Ledger
from simulators.library.seed import card_number, seed, signing_key
from simulators.library.sip2.quirks import PROFILES, Quirks
from simulators.library.sip2.server import Sip2Server
from sync.sip2.dialect import load
from sync.sip2.message import Message
from sync.sip2.probe import Forbidden, Fruitless, Guard, Probe, dialect_file
from sync.sip2.settings import Settings
from tests.simulators.test_sip2_server import spare

PATRON = card_number("R1016")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "library.sqlite", signing_key())
    seed(made)
    return made


def probed(ledger: Ledger, quirks: Quirks, may_lend: bool = True, password: str = "kiosk") -> tuple[Probe, Sip2Server]:
    with Sip2Server(ledger, quirks) as server:
        about = {"host": "127.0.0.1", "port": server.port, "tls": False, "user": "kiosk", "location": "main"}
        probe = Probe(Settings.model_validate(about), password, Guard(PATRON, (spare(ledger),)), lambda _: None, 1.0)
        probe.run(may_lend=may_lend)
        return probe, server


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_found_is_what_was_set(name: str, ledger: Ledger, tmp_path: Path) -> None:
    quirks = PROFILES[name]
    probe, _ = probed(ledger, quirks)
    found = {name: one.value for name, one in probe.found.items()}
    assert found["checked"] is True
    assert found["trusted"] is (name != "dp2")
    assert found["dates"] == [quirks.due]
    assert found["loans"] == quirks.lists
    assert found.get("charset", "utf-8") == ("utf-8" if quirks.charset == "utf-8" else found.get("charset", "utf-8"))
    file = tmp_path / "ours.toml"
    file.write_text(dialect_file(probe.found, probe.notes), encoding="utf-8")
    tomllib.loads(file.read_text(encoding="utf-8"))
    assert load(file).loans == quirks.lists


def test_gbk_crlf_and_titles_are_found(ledger: Ledger) -> None:
    ours = replace(PROFILES["plain"], charset="gb18030", end=b"\r\n", lists="title", without=("17",))
    probe, _ = probed(ledger, ours)
    found = {name: one.value for name, one in probe.found.items()}
    assert (found["charset"], found["end"], found["loans"], found["without"]) == ("gb18030", "CRLF", "title", ["17"])


def test_all_is_as_it_was_and_without_leave_nothing_is_lent(ledger: Ledger) -> None:
    item = spare(ledger)
    probed(ledger, PROFILES["koha"])
    assert ledger.loan(item) is None
    before = ledger.rows("select count(*) as n from loans")
    _, server = probed(ledger, PROFILES["koha"], may_lend=False)
    assert ledger.rows("select count(*) as n from loans") == before
    assert {"09", "11"}.isdisjoint(server.heard)


def test_nobody_and_nothing_else_is_ever_named() -> None:
    guard = Guard("1", ("a", "b"))
    guard.pass_on(Message("17", {}, (("AB", "b"),)))
    for field in (("AA", "2"), ("AB", "c"), ("AA", "")):
        with pytest.raises(Forbidden):
            guard.pass_on(Message("63", {}, (field,)))
    assert "1" not in repr(Guard("12345", ()))


def test_a_refused_login_says_what_to_look_at(ledger: Ledger) -> None:
    with pytest.raises(Fruitless, match="user, credential, location"):
        probed(ledger, PROFILES["plain"], password="wrong")
