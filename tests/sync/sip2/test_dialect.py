"""Dialects: shipped ones can be read, a site's own changes single lines, and what is misspelt is named."""

import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from sync.sip2.dialect import Dialect, UnfitDialect, load, names


def test_the_named_systems_have_theirs() -> None:
    assert {"plain", "koha", "evergreen", "folio", "invenio", "dp2"} <= set(names())
    assert all(load(Path(name)) for name in names())
    assert load(Path("plain")) == Dialect()


def test_plain_says_every_line() -> None:
    text = (Path(__file__).parents[3] / "sync" / "sip2" / "dialects" / "plain.toml").read_text(encoding="utf-8")
    assert [line for line in Dialect.model_fields if f"\n{line} = " not in text] == []


@pytest.mark.parametrize("name", names())
def test_every_line_of_a_shipped_dialect_has_its_source_or_says_that_it_has_none(name: str) -> None:
    text = (Path(__file__).parents[3] / "sync" / "sip2" / "dialects" / f"{name}.toml").read_text(encoding="utf-8")
    lines = text.replace(",\n", ",").splitlines()
    bare = [line for above, line in pairwise(lines) if " = " in line and "#" not in line and not above.startswith("#")]
    assert not bare


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])  # some editors begin a text with a mark
def test_a_sites_own_file_changes_a_line(encoding: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "koha"\ncharset = "gb18030"\n', encoding=encoding)
    assert load(own) == load(Path("koha")).model_copy(update={"charset": "gb18030"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("charsett = 'utf-8'", "did you mean 'charset'"),
        ("charset = 'utf8'", "charset"),
        ("base = 'kohaa'", "did you mean 'koha'"),
        ("blocks = ['card_lots']", "did you mean 'card_lost'"),
        ("keep_alive_s = 0", "keep_alive_s"),
        ("charset = ", "is not TOML"),
        ("dates = ['%Y-%m-%dT%H:%M:%SZ']", "dates.0: .*%z is what reads it"),
        ("dates = ['%Y-%m-%d %H:%M:%S %Z']", "dates.0: .*%z is what reads it"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(UnfitDialect, match=words):
        load(own)


@pytest.mark.parametrize(
    ("text", "day"),
    [("20261207    164338", "2026-12-07"), ("2026-12-07 23:59:59", "2026-12-07"), ("20261207", "2026-12-07")],
)
def test_due_dates_as_koha_writes_them(text: str, day: str) -> None:
    at = load(Path("koha")).day(text)
    assert at is not None
    assert f"{datetime.fromtimestamp(at):%Y-%m-%d}" == day
    assert load(Path("koha")).day("5/23/2008,23:59") is None


def test_a_day_before_all_is_over_and_one_beyond_all_is_none() -> None:
    koha = load(Path("koha"))
    assert koha.day("19000101") == 0.0
    assert koha.day("99991231    235959") is None


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("plain", "20261207   Z155959"), ("koha", "20261207   Z155959"), ("invenio", "2026-12-07T15:59:59Z")],
)
def test_a_date_with_a_z_is_utc_wherever_the_point_stands(
    monkeypatch: pytest.MonkeyPatch, zone: str, name: str, text: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        assert load(Path(name)).day(text) == datetime(2026, 12, 7, 15, 59, 59, tzinfo=UTC).timestamp()
    time.tzset()
