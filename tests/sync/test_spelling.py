"""What a few letters find: initials, pinyin, Latin words, book numbers, and one slip of the finger."""

import pytest

from simulators.library.catalogue import TITLES
from sync.spelling import plain, search, spelled
from sync.titles import FOUND_MAX, Title, TitlesAre

KNOWN = tuple(Title(isbn, title, author, isbn) for isbn, title, author in TITLES)


def found(typed: str) -> TitlesAre:
    return search(typed, KNOWN)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("ST", "三体"),
        ("SANTI", "三体"),
        ("SANT", "三体"),
        ("STI", "三体"),
        ("SANTIHEI", "三体II：黑暗森林"),
        ("STIIHASL", "三体II：黑暗森林"),
        ("HLM", "红楼梦"),
        ("BAI NIAN", "百年孤独"),
        ("SJ", "平凡的世界"),
        ("LCX", "三体"),
        ("HARRY P", "Harry Potter and the Philosopher's Stone"),
        ("TBP", "The Three-Body Problem"),
        ("BRONTE", "Jane Eyre"),
        ("1984", "1984"),
        ("97875366", "三体"),
        ("7536692930", "三体"),
        ("0261102217", "The Hobbit"),  # the end of its number
        ("0261102214", "The Hobbit"),  # its number of ten
    ],
)
def test_what_fingers_can_type_finds_the_title(typed: str, title: str) -> None:
    answer = found(typed)
    assert title in [one.title for one in answer.titles]
    assert not answer.near


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("SBT", "三体"),
        ("SNATI", "三体"),
        ("SANTU", "三体"),
        ("TSI", "三体"),
        ("HONGLUOMENG", "红楼梦"),
        ("HRARY", "Harry Potter and the Philosopher's Stone"),
    ],
)
def test_one_slip_finds_what_is_near_and_says_so(typed: str, title: str) -> None:
    answer = found(typed)
    assert answer.titles[0].title == title
    assert answer.near


@pytest.mark.parametrize("typed", ["", "QQQ", "ZQ", "SHNATU", "SANQQ", "99999", "-"])
def test_nothing_is_found_where_nothing_fits(typed: str) -> None:
    assert found(typed) == TitlesAre(())


def test_what_begins_so_comes_before_what_has_it_inside_and_before_authors() -> None:
    titles = [one.title for one in found("LIU").titles]
    assert titles.index("月亮和六便士") < titles.index("三体")
    assert [one.title for one in found("ST").titles][:2] == ["三体", "三体II：黑暗森林"]


def test_a_character_is_read_as_its_phrase_wants_and_otherwise_only_nearly() -> None:
    books = (Title("1", "长安的荔枝"), Title("2", "成长"), Title("3", "女人"))
    assert [one.id for one in search("CHANGAN", books).titles] == ["1"]
    assert search("ZHANGAN", books) == TitlesAre((books[0],), near=True)
    assert search("ZHANG", books).titles == (books[1],)
    for typed in ("NVREN", "NUREN", "NR"):
        assert search(typed, books) == TitlesAre((books[2],))


def test_characters_that_nobody_reads_stand_for_themselves_and_hide_no_title() -> None:
    book = Title("1", "三\U0003134b\U0003134c体")  # so rare that pypinyin leaves them as they are, together
    assert spelled(book.title) == (("san",), ("\U0003134b",), ("\U0003134c",), spelled("体")[0])
    assert search("SAN", [book]).titles == (book,)
    assert search("TI", [book]).titles == (book,)


def test_only_so_many_are_said_and_that_there_are_more() -> None:
    many = tuple(Title(f"{n}", f"三体 {n}") for n in range(FOUND_MAX + 1))
    answer = search("ST", many)
    assert (len(answer.titles), answer.more) == (FOUND_MAX, True)
    assert not search("ST", many[1:]).more


def test_words_are_taken_apart_whatever_they_are_made_of() -> None:
    assert spelled("Ｃｈａｒｌｏｔｔｅ's Wéb 2：三体Ⅱ") == (
        *(("charlotte",), ("s",), ("web",), ("2",)),
        *(("san",), spelled("三体")[1], ("ii",)),
    )
    assert spelled("!?…") == ()
    assert plain(" x-Y 9 三") == "xy9"
    assert len(plain("A" * 500)) == 40
    assert len(spelled("阿" * 200)) == 40
