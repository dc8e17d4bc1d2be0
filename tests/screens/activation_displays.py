"""A card becoming a reader's, in every state that looks different; the longest page of rules that there may be."""

from kiosk.core.activation import Activated, NewPin, Phone, Rules
from kiosk.core.screens import Screen, Wait
from simulators.library.activating import RULES

ZH = ("五、我们登记您的姓名、手机号和借阅记录，只用于借还服务；销户后删除。" * 9)[:300]
EN = ("5. We keep your name, telephone number and loans, to lend you books and for nothing else. " * 4)[:300]
WHY = "这个手机号已登记给另一位读者，请换一个或到服务台办理。"


def activation_screens() -> dict[str, Screen]:
    """By the names of their pictures."""
    return {
        **{f"rules-{n}": Rules(one.zh, one.en, n, len(RULES)) for n, one in enumerate(RULES, 1)},
        "rules-longest": Rules(ZH, EN, 11, 12),
        "phone": Phone("", False),
        "phone-typing": Phone("1380013", True),
        "phone-longest": Phone("138001380001380", True),
        "phone-refused": Phone("13800138000", True, "refused", WHY),
        "phone-refused-silently": Phone("13800138000", True, "refused"),
        "new-pin": NewPin(0, 6),
        "new-pin-long": NewPin(3, 8),
        "new-pin-again": NewPin(6, 6, again=True),
        "new-pin-differ": NewPin(0, 6, notice="differ"),
        "new-pin-refused": NewPin(0, 6, notice="refused", words="这个密码太容易被猜到，请换一个。"),
        "activated": Activated(True),
        "activated-nothing-to-go-on-to": Activated(False),
        "wait-activate": Wait("activate"),
    }
