"""Numbers from inside cards: published exchanges, any bytes a card may say, and what a recipe may not ask for."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.rfid.card import like_uid
from hardware.rfid.pcsc import Settings
from hardware.rfid.recipe import SHIPPED, Recipe, Refused, data_blocks, read_number
from simulators.chip import Chip, classic, social_security, t_union

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "pcsc.toml").read_text(encoding="utf-8"))["exchange"]
KEY = bytes.fromhex("FFFFFFFFFFFF")
BOOK: dict[str, Any] = {"name": "own", "short_file": 2, "length": 8, "decode": "text"}


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "campus.key"
    path.write_text("FF FF FF FF FF FF\n")
    path.chmod(0o600)
    return path


def sector(key_file: Path, **more: Any) -> Recipe:
    usual: dict[str, Any] = {"name": "sector-1", "sector": 1, "length": 10, "decode": "text", "prefix": "campus-"}
    return Recipe(key_file=key_file, **(usual | more))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["recipe"] + ": " + vector["source"][:40])
def test_published_exchanges(vector: dict[str, Any], key_file: Path) -> None:
    recipe = sector(key_file) if vector["recipe"] == "sector-1" else SHIPPED[vector["recipe"]][0]
    turns = [bytes.fromhex(turn) for turn in vector["turns"]]

    def transmit(apdu: bytes) -> bytes:
        assert apdu == turns.pop(0)
        return turns.pop(0)

    if "refused" in vector:
        with pytest.raises(Refused) as refused:
            read_number(recipe, transmit)
        assert refused.value.status == bytes.fromhex(vector["refused"])
    else:
        assert read_number(recipe, transmit) == vector.get("number")
    assert turns == []


def test_every_recipe_that_ships_has_a_published_exchange() -> None:
    assert set(SHIPPED) <= {vector["recipe"] for vector in VECTORS if "number" in vector}


def first(recipes: tuple[Recipe, ...], chip: Chip) -> str | None:
    for recipe in recipes:
        try:
            if number := read_number(recipe, chip.answer):
                return number
        except Refused:
            continue
    return None


def test_the_twins_say_their_numbers(key_file: Path) -> None:
    assert first(SHIPPED["t-union"], t_union("3105170010170907984")) == "3105170010170907984"
    for by_identifier in (True, False):
        chip = social_security("A12345678", by_identifier=by_identifier)
        assert first(SHIPPED["social-security"], chip) == "A12345678"
        assert chip.read
        assert set(chip.read) == {"record 7"}
    for kind, byte in (("A", 0x60), ("B", 0x61)):
        assert read_number(sector(key_file, key_type=kind), classic("04A1B2C3", 1, KEY, b"2021000123", byte).answer)
    deep = classic("04A1B2C3", 33, KEY, bytes(100) + b"2021000123")
    assert read_number(sector(key_file, sector=33, offset=100), deep.answer) == "campus-2021000123"
    assert deep.read == [f"block {n}" for n in range(144, 151)]


def test_a_wrong_key_tells_nothing_and_halts_the_card(key_file: Path) -> None:
    chip = classic("04A1B2C3", 1, bytes(6), b"2021000123")
    with pytest.raises(Refused):
        read_number(sector(key_file), chip.answer)
    chip.sectors[1].key = KEY
    with pytest.raises(Refused):
        read_number(sector(key_file), chip.answer)
    chip.power_on()
    assert read_number(sector(key_file), chip.answer) == "campus-2021000123"


def test_the_blocks_that_hold_keys_are_never_read() -> None:
    trailers = {4 * n + 3 for n in range(32)} | {128 + 16 * n + 15 for n in range(8)}
    blocks = [block for number in range(40) for block in data_blocks(number)]
    assert sorted([*blocks, *trailers]) == list(range(256))


@pytest.mark.parametrize(
    ("how", "field", "number"),
    [
        ("bcd", "12 34 56 7F", "1234567"),
        ("bcd", "12 34 5A 7F", None),
        ("bcd", "FF FF FF FF", None),
        ("text", "41 42 20 00", "AB"),
        ("text", "41 42 80 00", None),
        ("text", "41 20 42 43", None),
        ("text", "00 00 00 00", None),
        ("hex", "0A 0B 0C 0D", None),  # of the form of a UID
        ("bcd", "12 34 56 78", None),
    ],
)
def test_ways_to_write_a_number(how: str, field: str, number: str | None) -> None:
    def transmit(_: bytes) -> bytes:
        return bytes.fromhex(field) + b"\x90\x00"

    recipe = Recipe.model_validate({"name": "own", "short_file": 2, "length": 4, "decode": how})
    assert read_number(recipe, transmit) == number
    if number is None and how != "text" and "A" not in field and "F" not in field:
        assert read_number(recipe.model_copy(update={"prefix": "x:"}), transmit) == "x:" + field.replace(" ", "")


@given(
    answers=st.lists(st.binary(max_size=300), min_size=1, max_size=20),
    recipe=st.sampled_from([one for each in SHIPPED.values() for one in each] + [Recipe.model_validate(BOOK)]),
)
def test_whatever_a_card_says_gives_a_whole_number_or_none(answers: list[bytes], recipe: Recipe) -> None:
    asked = 0

    def transmit(_: bytes) -> bytes:
        nonlocal asked
        asked += 1
        return answers[asked % len(answers)] + b"\x90\x00"

    number = read_number(recipe, transmit)
    assert asked <= 20
    assert number is None or (0 < len(number) <= 64 and not like_uid(number))


@pytest.mark.parametrize(
    "wrong",
    [
        {"short_file": None},
        {"file": "EF05"},
        {"file": "EF0"},
        {"short_file": 31},
        {"application": "A0 0"},
        {"application": "A0", "application_name": "1PAY.SYS.DDF01"},
        {"decode": "utf-8"},
        {"length": 0},
        {"length": 65},
        {"pattern": "("},
        {"prefix": "取"},
        {"sector": 1},
        {"short_file": None, "sector": 1},
        {"start": 300},
        {"pin": "1234"},
        {"application_name": "sx1.sh.社会保障", "short_file": 6, "record": 8},
        {"application_name": "sx1.sh.社会保障", "short_file": None, "file": "EF06", "record": 7},
        {"application": "7378312E73682E", "record": 7},
        {"application_name": "sx1.sh.社会保障", "short_file": 5},
    ],
)
def test_recipes_that_do_not_do(wrong: dict[str, object]) -> None:
    fields = {key: value for key, value in (BOOK | wrong).items() if value is not None}
    with pytest.raises(ValidationError):
        Recipe.model_validate(fields)
    assert Recipe.model_validate(BOOK)


def test_a_sector_holds_so_much_and_its_key_may_go_missing(key_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="bytes of data"):
        sector(key_file, sector=1, offset=48)
    mine = tmp_path / "gone.key"
    mine.write_text("FFFFFFFFFFFF")
    mine.chmod(0o600)
    recipe = sector(mine)
    mine.unlink()
    assert read_number(recipe, lambda _: pytest.fail("asked without a key")) is None


@pytest.mark.parametrize("content", ["FFFFFFFFFF", "FFFFFFFFFFFFFF", "secret", ""])
def test_a_key_file_holds_a_key_for_the_kiosk_alone_and_is_not_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "campus.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ValidationError) as wrong:
        sector(path)
    assert not content or content not in str(wrong.value).replace(str(path), "")
    path.write_text("FFFFFFFFFFFF")
    assert "key_file" not in sector(path).model_dump()
    path.chmod(0o644)
    with pytest.raises(ValidationError, match="chmod 600"):
        sector(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"read": []},
        {"read": ["t-onion"]},
        {"recipe": [BOOK]},
        {"read": ["own"]},
        {"read": ["own"], "recipe": [BOOK, BOOK]},
        {"read": ["uid"], "recipe": [BOOK | {"name": "uid"}]},
    ],
)
def test_what_is_read_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
    assert Settings.model_validate({"read": ["own", "t-union", "uid"], "recipe": [BOOK]})
