"""Flows in which no door opens, for benchmarks/flows.py."""

from benchmarks._counting import Counting, on_loan
from simulators.library.seed import card_number

READER, HAS_LOANS = "R1010", "R1009"


def counter(point: Counting) -> None:
    """Three books under the scanner, one after the other."""
    rows = point.machine.library.ledger.rows(
        "select barcode from items where place = 'shelf' and barcode not in "
        "(select barcode from loans where ended is null) order by barcode limit 3"
    )
    reader = f"R10{12 + len(point.machine.library.ledger.rows('select 1 from loans')) % 8}"
    point.touch("borrow")
    point.kiosk.wait_for("Prove")
    point.lay(reader)
    point.kiosk.wait_for("Counter")
    point.machine.card.lift()
    for n, row in enumerate(rows, 1):
        point.show(row["barcode"])
        point.kiosk.wait_until(
            lambda seen, n=n: seen["screen"] == "Counter" and len(seen["rows"]) == n and not seen["busy"],  # type: ignore[misc]
            f"{n} counted",
        )
    point.until_shown("all booked", lambda seen: seen["screen"] == "Goodbye", lambda: point.touch("borrow"))
    point.away()


def account(point: Counting) -> None:
    _to_account(point)
    point.until_shown(
        "the account", lambda seen: seen["screen"] == "Account" and seen["known"], lambda: point.lay(HAS_LOANS)
    )
    point.away()


def _to_account(point: Counting) -> None:
    point.touch("more")
    point.touch("account")
    point.kiosk.wait_for("Prove")


def _at_account(point: Counting, reader: str = HAS_LOANS) -> None:
    _to_account(point)
    point.lay(reader)
    point.kiosk.wait_for("Account", known=True)
    point.machine.card.lift()


def renew_one(point: Counting) -> None:
    _at_account(point)
    point.touch("loans")
    first = point.kiosk.wait_for("Loans")["lines"][0]["id"]
    point.until_shown(
        "what came of it",
        lambda seen: seen["screen"] == "Loans" and any(line["said"] for line in seen["lines"]),
        lambda: point.touch("renew", first),
    )
    point.away()


def renew_all(point: Counting) -> None:
    _at_account(point)
    point.touch("loans")
    point.kiosk.wait_for("Loans")
    point.until_shown("a word for each", lambda seen: bool(seen.get("notice")), lambda: point.touch("renew_all"))
    point.away()


def send_for(point: Counting) -> None:
    """Another title each time, by its initials."""
    held = point.machine.library.ledger.rows("select * from holds where patron = ?", HAS_LOANS)
    initials = ("HLM", "BNGD", "RLJS", "PFDSJ", "SXZM", "JYZHD", "BYX", "WLSWN")[len(held)]
    point.touch("more")
    point.touch("search")
    for letter in initials:
        point.touch("letter", letter)
    seen = point.kiosk.wait_until(lambda seen: seen["screen"] == "Search" and seen["count"] > 0, "a title")
    point.touch("title", seen["first"][0]["id"])
    point.kiosk.wait_for("TitlePage", hold=True)
    point.until_shown("what came of it", lambda seen: seen["screen"] == "Wished", lambda: point.lay(HAS_LOANS))
    assert point.kiosk.seen[-1]["outcome"] == "placed"
    point.away()


def permit(point: Counting) -> None:
    _at_account(point, READER)
    point.touch("holds")
    lines = point.kiosk.wait_for("Holds")["lines"]
    point.touch("hold", next(one["id"] for one in lines if one["state"] == "here" and not one["helper_until"]))
    point.kiosk.wait_for("OneHold")
    point.until_shown("the code", lambda seen: seen["screen"] == "Permission", lambda: point.touch("permit"))
    point.away()


def activate(point: Counting) -> None:
    """Somebody new each time."""
    ledger = point.machine.library.ledger
    n = len(ledger.rows("select 1 from citizens"))
    person, phone = f"N61{n:02}", f"139000011{n:02}"
    ledger.add("citizens", number=card_number(person), name="秦朗", initials="秦*", patron="", pin="")
    point.come()
    point.lay(person)
    pages = point.kiosk.wait_for("Rules")["of"]
    point.machine.card.lift()
    for page in range(2, pages + 1):
        point.touch("next")
        point.kiosk.wait_for("Rules", n=page)
    point.touch("agree")
    for digits in (phone, "704133"):
        point.type(digits)
        point.touch("enter")
    point.type("704133")
    point.until_shown("ready", lambda seen: seen["screen"] == "Activated", lambda: point.touch("enter"))
    point.away()


def slip(point: Counting) -> None:
    """That of a return, printed before."""
    point.given_back(on_loan(point))
    point.kiosk.wait_for("Goodbye", printing="offered")
    point.touch("print", "zh")
    point.kiosk.wait_for("Goodbye", printing="done")
    proof = next(line for line in point.machine.printer.tear() if line.startswith("[QR R1;"))
    point.away()
    point.come()
    code = proof.removeprefix("[QR ").removesuffix("]")
    point.until_shown("whether it is genuine", lambda seen: seen["screen"] == "Shown", lambda: point.show(code))
    assert point.kiosk.seen[-1]["what"] == "genuine"
    point.away()
