"""What is wrong with a configuration is one message: file, key, what to do. And the example is right."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from wrong_configs import edited, message

from kiosk import causes
from kiosk.config import ConfigError, load
from kiosk.core.limits import Limits
from kiosk.frontend import ScreenSettings
from kiosk.sections import DutySettings

# ---- the example ----------------------------------------------------------------------------------------------------


def test_the_example_is_a_whole_point(example: Path) -> None:
    config = load(example)
    assert (config.point.id, config.point.names.zh) == ("dongmen", "东门自助取书柜")
    assert config.store == example.parent / "store.db"
    assert [(b.name, b.driver, b.baud, b.settings.channels) for b in config.boards] == [("main", "shuoming", 9600, 12)]
    assert [(d.name, d.driver) for d in (*config.cards, *config.scanners)] == [
        ("cards", "pcsc"),
        ("hand", "serial_scanner"),
        ("camera", "camera"),
    ]
    assert config.service.credential.get_secret_value() == "a-token"
    assert list(config.buses()) == [config.boards[0].port]


def test_the_example_s_plan(example: Path) -> None:
    plan = load(example).plan()
    assert plan.point == "dongmen"
    assert sorted(plan.spaces, key=int) == [str(n) for n in range(1, 13)]
    assert sorted(space.size for space in plan.spaces.values()) == ["L"] * 3 + ["M"] * 3 + ["S"] * 6
    assert (plan.spaces["4"].row, plan.spaces["4"].column, plan.spaces["4"].height) == (3, 0, 2)
    assert plan.cards == {"cards"}
    assert plan.scanners == {"hand", "camera"}
    assert plan.limits == Limits()
    assert len(plan.keyring.hashing) == 32
    assert len(plan.keyring.passes) == 1


def test_the_comments_of_the_example_tell_the_truth(example: Path) -> None:
    """Each setting shown in a comment with its default changes nothing when it is set free."""
    plain = load(example)
    lines = example.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if re.match(r"# [a-z_]+ = ", line)]
    own = (
        "# ca =",
        "# font =",
        "# reader =",
        "# seal =",
        "# bottom_cm =",
        "# inner_cm =",
    )  # examples of values, not defaults
    freed = [line[2:] if line in shown and not line.startswith(own) else line for line in lines]
    assert freed != lines
    example.write_text("\n".join(freed), encoding="utf-8")
    config = load(example)
    devices = ("boards", "cards", "scanners", "printers")
    for part in ("point", "store", *devices, "codes", "compartments", "duty", "limits", "screen"):
        assert getattr(config, part) == getattr(plain, part), part
    assert (config.limits, config.duty, config.service.settings) == (Limits(), DutySettings(), plain.service.settings)
    assert config.screen == ScreenSettings()


def test_no_secret_is_in_its_repr(example: Path) -> None:
    config = load(example)
    said = repr(config) + repr(config.plan())
    assert "a-token" not in said
    assert (example.parent / "hashing.key").read_text().strip() not in said
    assert repr(config.keyring.hashing) not in said


# ---- the file as such -----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert message(tmp_path / "kiosk.toml") == "No such file or directory"
    assert message(tmp_path) == "Is a directory"


def test_a_file_that_is_not_toml(example: Path) -> None:
    assert re.fullmatch(
        r"not TOML: .* \(at line \d+, column \d+\)", message(edited(example, "address = 1 ", "address = "))
    )
    example.write_bytes(b'[point]\nid = "\xff"\n')
    assert message(example) == "not UTF-8 text (at line 2)"
    example.write_bytes(b"# " + b"x" * (1 << 20))
    assert message(example) == "longer than 1048576 bytes"


# ---- what stands in it ----------------------------------------------------------------------------------------------

FLAWS = [
    # unknown keys and sections, with the nearest name
    ("address = 1 ", "adress = 1 ", "board[0].adress: no such setting; did you mean 'address'?"),
    ("port =", "prot =", "board[0].prot: no such setting; did you mean 'port'?"),
    ("row = 5", "rwo = 5", "compartment[4].rwo: no such setting; did you mean 'row'?"),
    ("zh = ", "zz = ", "point.names.zz: no such setting; known: en, zh"),
    ("# reader", "raeder", "card[0].raeder: no such setting; did you mean 'reader'?"),
    ("[limits]", "[limit]", "limit: no such section; did you mean 'limits'?"),
    ("[store]\npath", "[store]\nfile", "store.file: no such setting; known: path"),
    # missing
    ('[store]\npath = "store.db"', "", "store: the section is missing: [store]"),
    ('path = "store.db"', "", "store: the section is missing: [store]"),
    ("size = ", "# size = ", "compartment[0].size: is missing"),
    ("port =", "# port =", "board[0].port: is missing"),
    ('driver = "pcsc"', "", "card[0].driver: is missing"),
    ("en = ", "# en = ", None),  # inside an inline table: not TOML
    # wrong types and values
    ("address = 1 ", 'address = "1" ', 'board[0].address: must be a whole number, not "1"'),
    ("# idle_s = 40.0", 'idle_s = "forty"', 'limits.idle_s: must be a number, not "forty"'),
    ("# idle_s = 40.0", "idle_s = 1", "limits.idle_s: must be greater than or equal to 5"),
    ("# warn_s = 12.0", "warn_s = 45", "limits.warn_s: must be less than limits.idle_s"),
    ("# reach_low_cm = 38", "reach_low_cm = 122 #", "limits.reach_low_cm: must be less than limits.reach_high_cm"),
    ("width = 1080", "width = 1080.5", "screen.width: must be a whole number, not 1080.5"),
    ("width = 1080", "width = 0", "screen.width: must be greater than or equal to 320"),
    ('# language = "zh"', 'language = "fr"', "screen.language: must be 'zh' or 'en'"),
    ("# fullscreen = true", 'fullscreen = "yes"', 'screen.fullscreen: must be true or false, not "yes"'),
    (
        'kinds = ["pass", "isbn", "item", "receipt"]',
        'kinds = "pass"',
        'scanner[1].kinds: must be a list, in [brackets], not "pass"',
    ),
    ('source = "/dev', "source = true #", 'scanner[1].source: must be a whole number or text in "quotes", not true'),
    ('source = "/dev', 'source = "/dev/\\u0000', "scanner[1].source: must be text without a zero in it"),
    ('zh = "东门自助取书柜"', "zh = 3", 'point.names.zh: must be text in "quotes", not 3'),
    ('id = "dongmen" ', "id = 2026-01-01", 'point.id: must be text in "quotes", not "2026-01-01"'),
    ('id = "dongmen" ', 'id = "东门"', "point.id: must fit the pattern ^[A-Za-z0-9._-]+$"),
    ('phone = "010-5555 0123"', "", "point.phone: is missing"),
    ('"010-5555 0123"', '""', "point.phone: must be the number of somebody who helps; many screens end with it"),
    ('"010-5555 0123"', '" "', "point.phone: must be the number of somebody who helps; many screens end with it"),
    ('path = "store.db"', "path = 1", 'store.path: must be text in "quotes", not 1'),
    ("# item = ", 'item = "[" #', None),
    (
        'feedback = "short_when_locked"',
        'feedback = "short_when_loked"',
        "board[0].feedback: must be 'short_when_locked' or 'short_when_open'; did you mean 'short_when_locked'?",
    ),
    ('"https://', '"http://', "service.url: must be https; http is for a service on this machine"),
    ("# ca = ", "ca = ", "service.ca: there is no file <here>/library-ca.pem"),
    # sections within sections
    (
        '# reader = "ACR122"',
        'read = ["own"]\nrecipe = [{ name = "own", short_file = 2, lenght = 4, decode = "bcd" }]\n#',
        "card[0].recipe[0].lenght: no such setting; did you mean 'length'?",
    ),
    (
        '# reader = "ACR122"',
        'read = ["own"]\nrecipe = [{ name = "own", sector = 2, key_file = "own.key", length = 4, decode = "bcd" }]\n#',
        "card[0].recipe[0].key_file: <here>/own.key: No such file or directory",
    ),
    # brackets
    ("[[board]]", "[board]", "board: may stand more than once, so write it with two brackets: [[board]]"),
    ("[point]", "[[point]]", "point: must be one section: [point]"),
    ("[point]", "screen = 1\n[point]", None),
    # drivers
    ('"shuoming"', '"shoming"', "board[0].driver: no driver 'shoming' in kiosk.board; did you mean 'shuoming'?"),
    ('driver = "rest"', 'driver = "soap"', "service.driver: no driver 'soap' in kiosk.service; known: rest, sip2"),
    ('driver = "pcsc"', "driver = 7", None),
    # parts that do not go together
    ("channel = 12\n", "channel = 11\n", "compartment[11].channel: channel 11 of board 'main' is that of '11' already"),
    ("channel = 12\n", "channel = 13\n", "compartment[11].channel: board 'main' has 12 channels, there is no 13"),
    ('board = "main"', 'board = "mian"', "compartment[0].board: there is no board 'mian'; did you mean 'main'?"),
    ('name = "12"', 'name = "11"', "compartment[11].name: two compartments are named '11'"),
    ('name = "hand"', 'name = "main"', "scanner[0].name: 'main' is the name of board[0] already"),
    ("row = 4\n", "row = 3\n", "compartment[11].row: '12' is drawn over '11': row 3, column 2"),
]


@pytest.mark.parametrize(("old", "new", "words"), FLAWS)
def test_each_flaw_has_its_message(example: Path, old: str, new: str, words: str | None) -> None:
    said = message(edited(example, old, new))
    assert words is None or said == words


def test_flaws_with_longer_messages(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    kinds = edited(example, 'kinds = ["pass", "isbn", "item", "receipt"]', 'kinds = ["pass", "isbm"]')
    assert message(kinds).startswith("scanner[1].kinds[1]: must be 'pass', ")
    assert message(kinds).endswith("; did you mean 'isbn'?")
    example.write_text(text, encoding="utf-8")
    assert message(edited(example, "# item = ", 'item = "[" #')).startswith("codes.item: not a usable regular expr")


SECOND = """
[[board]]
name = "second"
driver = "shuoming"
port = "{port}"
address = {address}
baud = {baud}
[[compartment]]"""


def with_second_board(example: Path, port: str = "", address: int = 2, baud: int = 9600) -> Path:
    found = re.search(r'^port = "(.*FTDI.*)"', example.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return edited(example, "\n[[compartment]]", SECOND.format(port=port or found[1], address=address, baud=baud))


def test_two_boards_on_one_bus(example: Path) -> None:
    config = load(with_second_board(example))
    assert [[board.name for board in boards] for boards in config.buses().values()] == [["main", "second"]]


def test_boards_on_one_bus_must_agree(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    said = message(with_second_board(example, baud=19200))
    assert said == "board[1].baud: must be 9600 as for 'main', which shares its port"
    example.write_text(text, encoding="utf-8")
    assert message(with_second_board(example, address=1)) == "board[1].address: is that of 'main' on the same port"
    example.write_text(text, encoding="utf-8")
    apart = load(with_second_board(example, port="/dev/ttyUSB7", address=1, baud=19200))
    assert len(apart.buses()) == 2


@pytest.mark.parametrize("address", [5, 6, 7])
def test_a_board_that_may_take_anothers_words_for_orders_is_refused(example: Path, address: int) -> None:
    """90 06 and 90 07 begin frames of Winnsen's, and "open several" on Shuoming's boards 6 and 7."""
    both = with_second_board(example, address=address)
    shared = edited(both, 'driver = "shuoming"', 'driver = "winnsen"')
    if address == 5:
        assert len(load(shared).buses()) == 1
    else:
        assert message(shared).startswith(f"board[1].address: may not be {address} beside a Winnsen board")


RELAYS = """
[[board]]
name = "{name}"
driver = "{driver}"
port = "{port}"
address = {address}
{inputs}
"""
WHERE = "is where the doors of 'A' are read already; each needs an input board of its own, named by its inputs_address"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (("waveshare", 1, "inputs_address = 3"), ("eletechsup", 2, "inputs_address = 3"), "inputs_address: 3 "),
        (("waveshare", 1, "inputs_address = 2"), ("waveshare", 2, ""), "address: 2 "),
        (("waveshare", 1, ""), ("waveshare", 2, "inputs_address = 1"), "inputs_address: 1 "),
        (("eletechsup", 1, "inputs_address = 5"), ("shuoming", 5, ""), "address: 5 "),
        (("waveshare", 1, "inputs_address = 2"), ("waveshare", 2, "inputs_address = 1"), ""),
        (("waveshare", 1, ""), ("waveshare", 2, ""), ""),
    ],
)
def test_boards_on_one_bus_have_inputs_of_their_own(
    example: Path, first: tuple[str, int, str], second: tuple[str, int, str], said: str
) -> None:
    text = example.read_text(encoding="utf-8")

    def of(port: str) -> Path:
        example.write_text(text, encoding="utf-8")
        boards = [
            RELAYS.format(name=name, driver=driver, port=where, address=address, inputs=inputs)
            for name, where, (driver, address, inputs) in (("A", "/dev/ttyUSB7", first), ("B", port, second))
        ]
        return edited(example, "\n[[compartment]]", "".join(boards) + "[[compartment]]")

    assert len(load(of("/dev/ttyUSB8")).boards) == 3
    if said:
        assert message(of("/dev/ttyUSB7")) == f"board[2].{said}{WHERE}"
    else:
        assert len(load(of("/dev/ttyUSB7")).boards) == 3


def test_one_port_for_a_board_and_a_scanner(example: Path) -> None:
    said = message(with_second_board(example, port="/dev/serial/by-id/usb-Honeywell_Barcode_Scanner_19250B1234-if00"))
    assert re.fullmatch(
        r"scanner\[0\]\.port: /dev/.* is the port of board\[1\] already; write where this device is plugged in", said
    )


@pytest.fixture
def adapter(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A port with two names."""
    ours, theirs = os.openpty()
    lasting = tmp_path / "usb-of-the-cabinet"
    lasting.symlink_to(os.ttyname(theirs))
    yield str(lasting), os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_one_port_under_two_names(example: Path, adapter: tuple[str, str]) -> None:
    """Today: after a power cut the lasting name may lead elsewhere. ``kiosk check`` says so, and the kiosk starts:
    one lost device is better than no kiosk at all, which is not tried again."""
    lasting, plain = adapter
    text = example.read_text(encoding="utf-8")
    one = re.sub(r'^port = "/dev/.*FTDI.*"', f'port = "{lasting}"', text, flags=re.MULTILINE)
    example.write_text(one, encoding="utf-8")
    edited(example, "\n[[compartment]]", SECOND.format(port=plain, address=2, baud=9600))
    words = "is the port of 'main' by another name; write the same in both, best that in /dev/serial/by-id"
    assert causes.clashing(load(example)) == f"board[1].port {words}"
    example.write_text(one, encoding="utf-8")
    edited(example, "\n[[compartment]]", SECOND.format(port=lasting, address=2, baud=9600))
    assert len(load(example).buses()) == 1

    more = f'{one}\n[[scanner]]\nname = "more"\ndriver = "serial_scanner"\nport = "{plain}"\n'
    example.write_text(more, encoding="utf-8")
    words = "is the port of board[0] already; write where this device is plugged in"
    assert causes.clashing(load(example)) == f"scanner[2].port {plain} {words}"
    example.write_text(
        more.replace(f'"{plain}"', f'"{os.path.dirname(lasting)}/./{os.path.basename(lasting)}"'), "utf-8"
    )
    assert message(example).endswith(words)


def test_a_serial_server_s_name_in_letters_of_any_size(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    more = '\n[[{}]]\nname = "more"\ndriver = "{}"\nport = "socket://{}:4001"\n'
    scanner = text + more.format("scanner", "serial_scanner", "Hall.lib")
    example.write_text(scanner + more.format("pad", "r2000", "hall.lib").replace("more", "pad"), encoding="utf-8")
    assert message(example).startswith("scanner[2].port: socket://Hall.lib:4001 is the port of pad[0] already")


KEYBOARD = 'driver = "keyboard"\npath = "{}"'
PLACES = [  # two scanners, or one and the touch panel
    (KEYBOARD.format("/dev/input/event3"), KEYBOARD.format("/dev/input/event3"), "", "the path of scanner[2]"),
    (KEYBOARD.format("/dev/input/event3"), KEYBOARD.format("/dev/input/event4"), "", None),
    ('driver = "camera"\nsource = 1', 'driver = "camera"\nsource = "/dev/video1"', "", "the source of scanner[2]"),
    ('driver = "camera"\nsource = 1', 'driver = "camera"\nsource = 2', "", None),
    ('driver = "camera"\nsource = "rtsp://a/B"', 'driver = "camera"\nsource = "rtsp://a/b"', "", None),
    (2 * ('driver = "camera"\nsource = "rtsp://u:secret@a/b"',) + ("", "the source of scanner[2]")),
    (KEYBOARD.format("/dev/input/event4"), KEYBOARD.format("/dev/input/event3"), "event3", "screen.touch_panel"),
    (KEYBOARD.format("/dev/input/event4"), KEYBOARD.format("/dev/input/event3"), "event5", None),
]


@pytest.mark.parametrize(("one", "two", "panel", "whose"), PLACES)
def test_one_thing_for_two_devices(example: Path, one: str, two: str, panel: str, whose: str | None) -> None:
    text = example.read_text(encoding="utf-8")
    if panel:
        text = text.replace("[screen]\n", f'[screen]\ntouch_panel = "/dev/input/{panel}"\n')
    text += f'\n[[scanner]]\nname = "one"\n{one}\n\n[[scanner]]\nname = "two"\n{two}\n'
    example.write_text(text, encoding="utf-8")
    if whose is None:
        load(example)
    else:
        said = message(example)
        assert re.match(r"scanner\[3\]\.(path|source): (/dev/|rtsp://a/)", said)
        assert said.endswith(f" is {whose} already; write where this device is plugged in")


LISTED = "of this one's name (pcsc_scan -r lists them)"
READERS = [  # of the first card, a second card, a pad
    (None, None, "ACR1552", f"card[0].reader: is missing, and pad[0] has a PC/SC reader too; write a part {LISTED}"),
    (None, "", None, f"card[0].reader: is missing, and card[1] has a PC/SC reader too; write a part {LISTED}"),
    ("ACR122", "", None, f"card[1].reader: is missing, and card[0] has a PC/SC reader too; write a part {LISTED}"),
    (
        "acr1552",
        None,
        "ACR1552",
        f"card[0].reader: 'acr1552' is also in 'ACR1552', the reader of pad[0]; write more {LISTED}",
    ),
    (
        "ACR1552 1S",
        None,
        "ACR1552",
        f"pad[0].reader: 'ACR1552' is also in 'ACR1552 1S', the reader of card[0]; write more {LISTED}",
    ),
    ("ACR122", "OMNIKEY", "ACR1552", None),
    (None, None, None, None),
]


@pytest.mark.parametrize(("first", "second", "pad", "words"), READERS)
def test_each_pcsc_reader_is_named_where_there_are_several(
    example: Path, first: str | None, second: str | None, pad: str | None, words: str | None
) -> None:
    text = example.read_text(encoding="utf-8")
    if first is not None:
        text = text.replace('# reader = "ACR122"', f'reader = "{first}" #')
    if second is not None:
        text += f'\n[[card]]\nname = "second"\ndriver = "pcsc"\nreader = "{second}"\n'
    if pad is not None:
        text += f'\n[[pad]]\nname = "pad"\ndriver = "pcsc_pad"\nreader = "{pad}"\n'
    example.write_text(text, encoding="utf-8")
    if words is None:
        load(example)
    else:
        assert message(example) == words


def test_paths_count_from_the_file(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example.parent.parent)
    config = load(Path(os.path.relpath(example)))
    assert config.store == example.parent / "store.db"
    (example.parent / "face.ttc").touch()
    config = load(edited(example, '# font = "NotoSansCJK-Regular.ttc"', 'font = "face.ttc"'))
    assert config.screen.font == example.parent / "face.ttc"


# ---- ports ----------------------------------------------------------------------------------------------------------

FORM = (
    "must be the file of a device (see /dev/serial/by-id) or, of a serial server, socket://host:port, "
    "such as socket://10.0.0.5:4001"
)
NO_PORTS = [
    "tcp://10.0.0.5:5000",
    "sockt://10.0.0.5:5000",
    "SOCKET://10.0.0.5:5000",
    "socket:/10.0.0.5:5000",
    "socket://10.0.0.5",
    "socket://10.0.0.5:",
    "socket://10.0.0.5:0",
    "socket://10.0.0.5:65536",
    "socket://:5000",
    "socket://10.0.0.5:5000/x",
    "socket://somebody@10.0.0.5:5000",
    "socket://10.0.0.5:5000?logging=debug",
    "socket://fe80::1:5000",
    "socket://[fe80:::1]:5000",
    "10.0.0.5:5000",
    "loop://",
    "",
    "/dev/tty\\n",
]
PORTS = ["socket://10.0.0.5:5000", "socket://serial-1.lib:65535", "socket://[fe80::1]:5000", "/dev/by-path/usb-0:1:1.0"]
WITH_PORTS = {
    "card": 'driver = "serial_card"',
    "pad": 'driver = "r2000"',
    "scanner": 'driver = "serial_scanner"',
    "printer": 'driver = "escpos"',
}


@pytest.mark.parametrize("port", NO_PORTS)
def test_what_is_no_port_is_said_before_anything_starts(example: Path, port: str) -> None:
    text = example.read_text(encoding="utf-8")
    kinds = {"board": 'driver = "shuoming"\naddress = 9', **WITH_PORTS}
    for kind, driver in kinds.items():
        n = text.count(f"\n[[{kind}]]")
        example.write_text(f'{text}\n[[{kind}]]\nname = "more"\n{driver}\nport = "{port}"\n', encoding="utf-8")
        assert message(example) == f"{kind}[{n}].port: {FORM}"


@pytest.mark.parametrize("port", PORTS)
def test_what_is_a_port(example: Path, port: str) -> None:
    text = example.read_text(encoding="utf-8")
    for kind, driver in WITH_PORTS.items():
        example.write_text(f'{text}\n[[{kind}]]\nname = "more"\n{driver}\nport = "{port}"\n', encoding="utf-8")
        load(example)


WRONG = ["-1", '""', '"?"', "[]", "{}", "1e400", "nan", "true", "12:30:00", '"a\\u0000"', json.dumps("x" * 5000)]


def test_whatever_a_section_holds_there_is_one_message(example: Path) -> None:
    """Every setting of the example replaced by every kind of wrong value: a message, or it is right after all."""
    lines = example.read_text(encoding="utf-8").splitlines()
    seen = 0
    for n, line in enumerate(lines):
        name, equals, _ = line.partition(" = ")
        if not equals or line.startswith("#") or n > 80:  # the other compartments are more of the same
            continue
        for value in WRONG:
            example.write_text("\n".join([*lines[:n], f"{name} = {value}", *lines[n + 1 :]]), encoding="utf-8")
            if said := outcome(example):
                assert said.startswith(f"{example}: ")
                assert len(said) < 700 + len(str(example))
                seen += 1
    assert seen > 150


def outcome(path: Path) -> str:
    """The message, or nothing when the file is right."""
    try:
        load(path)
    except ConfigError as error:
        return str(error)
    return ""


def test_the_example_for_sip2_is_whole(example: Path) -> None:
    text = (Path(__file__).parents[2] / "examples" / "sip2.toml").read_text(encoding="utf-8")
    example.write_text(text.replace("/var/lib/shuxiang-kiosk/store.db", "store.db"), encoding="utf-8")
    (example.parent / "sip2.password").write_text("secret")
    (example.parent / "sip2.password").chmod(0o600)
    config = load(example)
    assert config.service.driver == "sip2"
    assert not config.plan().library.announces


@pytest.fixture
def desk(example: Path) -> str:
    """examples/counter.toml in its place."""
    text = (Path(__file__).parents[2] / "examples" / "counter.toml").read_text(encoding="utf-8")
    return text.replace("/var/lib/shuxiang-kiosk/store.db", "store.db")


def test_a_counter_needs_no_cabinet(example: Path, desk: str) -> None:
    example.write_text(desk, encoding="utf-8")
    config = load(example)
    assert not config.plan().spaces
    assert not config.about().doors
    assert config.buses() == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("counter = true", ""), "board: the section is missing: [[board]]"),
        (("[screen]", '[[board]]\nname = "a"\ndriver = "shuoming"\nport = "/dev/ttyS9"\n[screen]'), "compartment: the"),
        (
            (
                "[screen]",
                '[[compartment]]\nname = "1"\n[screen]',
            ),
            "board: the section is missing",
        ),
    ],
)
def test_half_a_cabinet_is_none(example: Path, desk: str, change: tuple[str, str], words: str) -> None:
    example.write_text(desk.replace(*change), encoding="utf-8")
    assert words in outcome(example)


def test_how_much_is_handed_out_with_the_library_away_is_set_here(example: Path) -> None:
    lines = "[limits]\naway_reader_items_max = 3\naway_items_max = 40\naway_lending_h = 24"
    example.write_text(example.read_text(encoding="utf-8").replace("[limits]", lines), encoding="utf-8")
    limits = load(example).plan().limits
    assert (limits.away_reader_items_max, limits.away_items_max, limits.away_lending_h) == (3, 40, 24)
