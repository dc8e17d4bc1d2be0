"""How a port is named in the configuration: the file of a device, or a serial server on the network."""

import ipaddress
import re
from typing import Annotated, Final

from pydantic import AfterValidator

_SERVER = re.compile(r"socket://(?:[A-Za-z0-9._-]{1,253}|\[(?P<six>[0-9A-Fa-f:.]+)\]):(?P<number>[0-9]{1,5})")
_FORM: Final = (
    "must be the file of a device (see /dev/serial/by-id) or, of a serial server, socket://host:port, "
    "such as socket://10.0.0.5:4001"
)


def named(port: str) -> str:
    """``port`` itself. Raises ``ValueError`` for what is neither a file's path nor ``socket://host:port``: host a name,
    an IPv4 address or, in [brackets], an IPv6 one; port 1 to 65535. Whether it is there is not asked."""
    if not port or not port.isprintable():
        raise ValueError(_FORM)
    if ":" in port and not port.startswith("/"):  # /dev/serial/by-path has colons
        server = _SERVER.fullmatch(port)
        if not server or not 0 < int(server["number"]) < 1 << 16 or not _is_six(server["six"] or "::"):
            raise ValueError(_FORM)
    return port


Port = Annotated[str, AfterValidator(named)]
"""In a driver's ``Settings``: what ``hardware.serialport.open_port`` can try to open."""


def _is_six(address: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(address))
    except ValueError:
        return False
