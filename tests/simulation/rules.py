"""How a rule of the house is stated, and what its breach is."""


class Violation(AssertionError):
    """The machine did what it must never do."""


def must(true: object, words: str) -> None:
    """A rule of the house."""
    if not true:
        raise Violation(words)
