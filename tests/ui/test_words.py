"""The catalogues: complete, fresh, compiled, and drawable."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from ui.fonts import covers, find_font
from ui.words import LANGUAGES, LOCALE, words

UI = Path(__file__).parents[2] / "ui"


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "kiosk.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_is_in_the_catalogue_and_no_other(language: str) -> None:
    said = {message for _, _, message, _, _ in extract_from_dir(str(UI))}
    assert len(said) > 150
    known = catalogue(language)
    assert {message.id for message in known if message.id} == said
    assert not known.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_for_good(language: str) -> None:
    for message in messages(language):
        assert not message.fuzzy, message.id
        assert all(forms(message.string)), message.id
        wanted = set().union(*map(places, forms(message.id)))
        for form in forms(message.string):
            # One of a plural may leave its number out; nothing may ask for a value the code does not give.
            assert places(form) <= wanted | {"n"}, message.id
            assert wanted - places(form) <= {"n"}, message.id


def test_english_repeats_the_sentence() -> None:
    for message in messages("en"):
        assert forms(message.string) == forms(message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_of_this_catalogue(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "kiosk.mo").open("rb") as file:
        compiled = {tuple(forms(message.id)): forms(message.string) for message in read_mo(file) if message.id}
    assert compiled == {tuple(forms(message.id)): forms(message.string) for message in messages(language)}


def test_chinese_is_set_in_chinese_punctuation() -> None:
    for message in messages("zh"):
        for form in forms(message.string):
            assert not set(form) & set(",;:?!()"), form


def test_the_font_draws_every_character_of_every_catalogue() -> None:
    font = find_font()
    assert font is not None, "install fonts-noto-cjk"
    text = "".join(form for language in LANGUAGES for message in messages(language) for form in forms(message.string))
    assert covers(font, text + string.digits + string.ascii_letters + "A+A−中文EN…〓") == ""
    assert covers(font, "书\U0001f600\u0e01") == "\u0e01\U0001f600"


def test_looking_words_up() -> None:
    assert words("zh")("Cancel") == "取消"
    assert words("en").ngettext("One door free", "{n} doors free", 2) == "2 doors free"
    assert words("xx").language == "zh"
