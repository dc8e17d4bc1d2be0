"""``kiosk probe CONFIG``: how this point's SIP2 library speaks, found out with a test patron and test items."""

from collections.abc import Callable

from kiosk.config import Config
from sync.sip2.probe import Probe
from sync.sip2.probe_file import dialect_file
from sync.sip2.probe_line import Fruitless, Guard


class NotSip2(Exception):
    """The configuration's service is another."""


def probe(
    config: Config,
    patron: str,
    items: tuple[str, ...],
    pin: str,
    may_lend: bool,
    may_hold: bool,
    tell: Callable[[str], None],
) -> tuple[str, bool]:
    """The dialect as a file's text, and whether all was asked. What was found until a failure or Ctrl-C is kept.
    Raises ``NotSip2``."""
    if config.service.driver != "sip2":
        raise NotSip2(f"service.driver is {config.service.driver!r}; there is something to find out for sip2 only")
    password = config.service.credential.get_secret_value()
    probing = Probe(config.service.settings, password, Guard(patron, items), tell)
    whole = False
    try:
        probing.run(pin, may_lend, may_hold)
        whole = True
    except Fruitless as error:
        tell(f"given up: {error}")
    except KeyboardInterrupt:
        tell("stopped")
    return dialect_file(probing.found, probing.notes), whole
