"""A key that stays down repeats itself: it counts once, and a lost "it came up" does not make it dead."""

from ui.keys import HELD_S, Held


def test_a_key_counts_once_until_it_is_let_go() -> None:
    held = Held()
    assert held.pressed(49, 0.0)
    assert not any(held.pressed(49, 0.5 + n / 25) for n in range(1000))
    assert held.pressed(50, 1.0)  # another one is another one
    held.let_go(49)
    assert held.pressed(49, 41.0)


def test_that_it_came_up_may_be_lost_and_that_it_went_down() -> None:
    held = Held()
    held.let_go(49)
    assert held.pressed(49, 0.0)
    assert not held.pressed(49, HELD_S)
    assert held.pressed(49, 2 * HELD_S + 0.1)
