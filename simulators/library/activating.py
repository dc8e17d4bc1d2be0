"""Citizen cards that are nobody's here yet: who holds one becomes a reader, if they accept the rules of this library.

The city's register (table ``citizens``) says whose card it is; so nobody types a name at a machine.
"""

from simulators.library.ledger import Ledger
from simulators.library.passes import card_verifier, pin_verifier
from sync.activation import Offer, Rules
from sync.acts import Activate, Ruling
from sync.asked import Answer, PatronIs, WhoIs

RULES = (
    Rules(
        "一、用市民卡开通后，本市各图书馆和自助书亭均可借书，不收押金。\n二、一次可借 20 册，借期 30 天，可续借两次。",
        "1. With your citizen card you borrow at all libraries and book kiosks of the city, without a deposit.\n"
        "2. Twenty items at a time, for 30 days; each may be renewed twice.",
    ),
    Rules(
        "三、请爱护图书；遗失或损坏须赔偿。逾期每册每天 0.10 元。\n四、卡请自己使用；遗失请立即挂失。",
        "3. Please take care of the books; what is lost or damaged is paid for. Late: 0.10 yuan a day and item.\n"
        "4. The card is for you alone; report a lost one at once.",
    ),
    Rules(
        "五、我们登记您的姓名、手机号和借阅记录，只用于借还服务；销户后删除。\n六、点“同意”即成为本馆读者。",
        "5. We keep your name, telephone number and loans, to lend you books and for nothing else; they are deleted "
        "when you leave.\n6. Who touches “I agree” becomes a reader of this library.",
    ),
)
PIN_DIGITS = 6


def offered(ledger: Ledger, point: str, asked: WhoIs, answer: Answer) -> Answer:
    """The answer, with the offer where the card is a citizen's and nobody's yet."""
    unknown = isinstance(answer, PatronIs) and answer.patron is None
    return PatronIs(None, offer=Offer(RULES, PIN_DIGITS)) if unknown and _citizen(ledger, point, asked.card) else answer


def activate(ledger: Ledger, point: str, wanted: Activate) -> Ruling:
    """The holder is a reader from now on, or what stands against it."""
    citizen = _citizen(ledger, point, wanted.card)
    phone, pin = wanted.phone.get_secret_value(), wanted.pin.get_secret_value()
    if citizen is None:
        return Ruling(False, "这张卡不能在这里开通，请到服务台办理。")
    if not (phone.isascii() and phone.isdigit() and len(phone) == 11 and phone.startswith("1")):
        return Ruling(False, "请填写 11 位手机号码。", again="phone")
    if ledger.rows("select 1 from patrons where phone = ?", phone):
        return Ruling(False, "这个手机号已登记给另一位读者，请换一个或到服务台办理。", again="phone")
    if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS) or _easy(pin) or phone.endswith(pin):
        return Ruling(False, "这个密码太容易被猜到，请换一个。", again="pin")
    reader = f"R{5001 + len(ledger.rows('select 1 from citizens where patron <> ?', ''))}"
    values = {"name": citizen["name"], "initials": citizen["initials"], "phone": phone, "standing": "fine"}
    ledger.add("patrons", **values, id=reader, reason="", role="reader", code="", reach=0)
    ledger.add_card(citizen["number"], reader)
    verifier = pin_verifier(pin, ledger.rng.randbytes(16))
    ledger.change("update citizens set patron = ?, pin = ? where number = ?", reader, verifier, citizen["number"])
    return Ruling(True)


def _easy(pin: str) -> bool:
    """All the same, or one after the other."""
    return pin == pin[0] * len(pin) or pin in "01234567890" or pin in "09876543210"


def _citizen(ledger: Ledger, point: str, card: str) -> dict[str, str] | None:
    """Whose card it is, by the register, if nobody has made it a reader's."""
    row = ledger.row("select hashing_key from points where id = ?", point)
    assert row is not None
    key = bytes.fromhex(row["hashing_key"])
    free = ledger.rows("select * from citizens where patron = '' order by number")
    return next((one for one in free if card_verifier(key, one["number"]) == card), None)
