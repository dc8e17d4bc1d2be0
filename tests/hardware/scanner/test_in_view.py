"""The rule of what comes into view, by itself; test_keyboard and its neighbours have it on a wire."""

from hardware.readings import ItemScanned
from hardware.scanner.in_view import SEEN_MAX, InView


def item(number: int) -> ItemScanned:
    return ItemScanned("desk", f"SX{number:07}")


def looking() -> InView:
    """Past the time in which what is seen lay there before."""
    view = InView(2.0)
    view.looked(2.0)
    return view


def test_what_lay_there_before_anybody_looked_does_not_count_until_it_was_away() -> None:
    view = InView(2.0)
    assert not view.arrives(item(1))
    view.looked(1.9)
    assert not view.arrives(item(1))
    view.looked(2.0)
    assert item(1) not in view
    assert view.arrives(item(1))


def test_one_that_stays_counts_once_whatever_lies_beside_it() -> None:
    view = looking()
    assert view.arrives(item(1))
    for other in range(2, 12):
        view.looked(1.0)
        assert view.arrives(item(other))
        assert not view.arrives(item(1))
    assert item(1) in view


def test_only_so_many_are_remembered_and_those_seen_longest_ago_go_first() -> None:
    view = looking()
    assert all(view.arrives(item(number)) for number in range(SEEN_MAX))
    assert not view.arrives(item(0))  # seen again: now 1 is the oldest
    assert view.arrives(item(SEEN_MAX))
    assert item(1) not in view
    assert all(item(number) in view for number in (0, *range(2, SEEN_MAX + 1)))
