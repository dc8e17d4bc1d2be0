"""Checks that mostly wait for something real, waited for side by side."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor


def side_by_side(checks: Mapping[str, Callable[[], object]], at_once: int = 20) -> None:
    """Each check in a thread, so many ``at_once`` beside the first, which runs in the caller's: a daemon dies with the
    thread that started it.

    Once all have ended, what is amiss is raised, each with the name of its check.
    """
    amiss: list[Exception] = []
    with ThreadPoolExecutor(at_once) as pool:
        names, (first, *others) = list(checks), checks.values()
        ends: list[Future[object]] = [pool.submit(check) for check in others]
        for name, end in zip(names, [first, *(one.result for one in ends)], strict=True):
            try:
                end()
            except Exception as error:
                error.add_note(f"in: {name}")
                amiss.append(error)
    if amiss:
        raise ExceptionGroup(f"{len(amiss)} of {len(checks)}", amiss)
