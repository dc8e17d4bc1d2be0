"""What each SIP2 message is made of: fixed fields in order, then fields with two-letter names in any order.

Widths in characters. ``must``: fields the standard requires; ``may``: those it allows. Either side of the wire may send
others (extensions, mistakes): they are kept, never refused. Source: 3M SIP 2.00, and for CR CS CT CV CY DA the 3M
extension document 1.20 (2005).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise


@dataclass(frozen=True)
class Layout:
    """One message. ``answer``: the code of the message that answers it, empty for answers themselves."""

    code: str
    name: str
    fixed: tuple[tuple[str, int], ...] = ()
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    answer: str = ""

    @cached_property
    def places(self) -> tuple[tuple[str, slice], ...]:
        """Name and place of each fixed field; the code stands before them."""
        ends = list(accumulate((width for _, width in self.fixed), initial=len(self.code)))
        return tuple((name, slice(*place)) for (name, _), place in zip(self.fixed, pairwise(ends), strict=True))

    @cached_property
    def end(self) -> int:
        """Characters of code and fixed part."""
        return len(self.code) + sum(width for _, width in self.fixed)


def _fixed(text: str) -> tuple[tuple[str, int], ...]:
    """``"ok:1 date:18"`` as pairs."""
    return tuple((name, int(width)) for name, _, width in (word.partition(":") for word in text.split()))


def _of(code: str, name: str, fixed: str, must: str, may: str = "", answer: str = "") -> tuple[str, Layout]:
    return code, Layout(code, name, _fixed(fixed), tuple(must.split()), tuple(may.split()), answer)


_STATUS = "status:14 language:3 date:18"
_COUNTS = " holds:4 overdues:4 charged:4 fines:4 recalls:4 unavailable:4"
_LENT = "ok:1 renewed:1 magnetic:1 desensitize:1 date:18"
_LENDING = "AA AB AC"

LAYOUTS: dict[str, Layout] = dict(
    [
        _of("93", "login", "uid_algorithm:1 password_algorithm:1", "CN CO", "CP", "94"),
        _of("94", "login response", "ok:1", ""),
        _of("99", "SC status", "status:1 width:3 version:4", "", "", "98"),
        _of(
            "98",
            "ACS status",
            "online:1 checkin:1 checkout:1 renewal:1 status_update:1 offline:1 timeout:3 retries:3 sync:18 version:4",
            "AO BX",
            "AM AN AF AG",
        ),
        _of("23", "patron status request", "language:3 date:18", "AO AA AC AD", "", "24"),
        _of("24", "patron status response", _STATUS, "AO AA AE", "BL CQ BH BV AF AG"),
        _of("63", "patron information", "language:3 date:18 summary:10", "AO AA", "AC AD BP BQ", "64"),
        _of(
            "64",
            "patron information response",
            _STATUS + _COUNTS,
            "AO AA AE",
            "BZ CA CB BL CQ BH BV CC AS AT AU AV BU CD BD BE BF AF AG",
        ),
        _of("17", "item information", "date:18", "AO AB", "AC", "18"),
        _of(
            "18",
            "item information response",
            "circulation:2 security:2 fee_type:2 date:18",
            "AB AJ",
            "CF AH CJ CM BG BH BV CK AQ AP CH AF AG CR CS CT CY DA",
        ),
        _of(
            "11",
            "checkout",
            "renewal:1 no_block:1 date:18 due:18",
            f"AO {_LENDING}",
            "AD CH BO BI",
            "12",
        ),
        _of("12", "checkout response", _LENT, "AO AA AB AJ AH", "BT CI BH BV CK CH BK AF AG"),
        _of("09", "checkin", "no_block:1 date:18 returned:18", "AP AO AB AC", "CH BI", "10"),
        _of(
            "10",
            "checkin response",
            "ok:1 resensitize:1 magnetic:1 alert:1 date:18",
            "AO AB AQ",
            "AJ CL AA CK CH AF AG CR CS CT CV CY DA",
        ),
        _of("15", "hold", "mode:1 date:18", "AO AA", "BW BS BY AD AB AJ AC BO", "16"),
        _of("16", "hold response", "ok:1 available:1 date:18", "AO AA", "BW BR BS AB AJ AF AG"),
        _of("29", "renew", "third_party:1 no_block:1 date:18 due:18", "AO AA", "AD AB AJ AC CH BO", "30"),
        _of("30", "renew response", _LENT, "AO AA AB AJ AH", "BT CI BH BV CK CH BK AF AG"),
        _of("65", "renew all", "date:18", "AO AA", "AD AC BO", "66"),
        _of("66", "renew all response", "ok:1 renewed:4 unrenewed:4 date:18", "AO", "BM BN AF AG"),
        _of("35", "end patron session", "date:18", "AO AA", "AC AD", "36"),
        _of("36", "end session response", "ended:1 date:18", "AO AA", "AF AG"),
        _of("37", "fee paid", "date:18 fee_type:2 payment:2 currency:3", "BV AO AA", "AC AD CG BK", "38"),
        _of("38", "fee paid response", "accepted:1 date:18", "AO AA", "BK AF AG"),
        _of("01", "block patron", "retained:1 date:18", "AO AL AA AC", "", "24"),
        _of("19", "item status update", "date:18", "AO AB CH", "AC", "20"),
        _of("20", "item status update response", "ok:1 date:18", "AB", "AJ CH AF AG"),
        _of("25", "patron enable", "date:18", "AO AA", "AC AD", "26"),
        _of("26", "patron enable response", _STATUS, "AO AA AE", "BL CQ AF AG"),
        _of("97", "request ACS resend", "", ""),
        _of("96", "request SC resend", "", ""),
    ]
)
"""Every message of the standard, by its code."""
