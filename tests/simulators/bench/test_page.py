"""The bench's page in a real browser: a pickup by clicks, fate, both languages, three widths."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from hardware.readings import Door
from simulators.bench.command import served
from simulators.bench.doing import do
from simulators.bench.scenario import Player
from simulators.bench.stage import Stage
from tests.simulators.bench.browser import Page, eventually, opened

POINT = Path(__file__).with_name("point.toml")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(POINT, tmp_path_factory.mktemp("bench")) as stage:
        Player(stage)
        yield stage


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Iterator[webdriver.Chrome]:
    with served(stage) as url, opened(url, 1440, 1000) as chrome:
        yield chrome


@pytest.fixture
def page(browser: webdriver.Chrome) -> Page:
    return Page(browser)


def test_it_says_what_it_is_and_shows_the_kiosk(page: Page, stage: Stage) -> None:
    assert "SIMULATED" in page.text(".badge")
    assert len(page.find(".leaf")) == len(stage.point.cabinet.names)
    page.click("#first-away")
    assert not page.find("#first")[0].is_displayed()
    picture = "const one = document.getElementById('screen'); return [one.naturalWidth, one.naturalHeight]"
    size = [stage.state["kiosk"]["width"], stage.state["kiosk"]["height"]]
    eventually(lambda: page.browser.execute_script(picture) == size, "the kiosk's screen is not shown")


def test_a_parcel_is_loaded_by_clicks_alone(page: Page, stage: Stage) -> None:
    eventually(lambda: stage.state["kiosk"]["screen"] == "Home", "not at home")
    eventually(lambda: stage.state["kiosk"]["fields"].get("free_doors"), "no door is free")
    page.click("#tab-people")
    page.key("card-C2001")
    eventually(lambda: stage.state["kiosk"]["screen"] == "Courier", "the courier was not known")
    page.key("card-C2001")
    page.click("#tab-labels")
    items = sorted(item["barcode"] for item in stage.state["items"] if "R1001" in str(item["where"]))
    items = items or ["SIP0001104", "SIP0001114"]
    scanner = next(one["name"] for one in stage.state["devices"] if one["kind"] == "scanner")
    for item in items:
        page.key(f"scan-{item}-{scanner}")
    sprung = eventually(lambda: [one["name"] for one in stage.state["doors"] if one["open"]], "no door opened")[0]
    eventually(lambda: page.find(".cell.open.chosen"), "the door does not stand open on the page, chosen")
    eventually(lambda: stage.state["kiosk"]["screen"] == "DoorOpen", "the kiosk did not see it open")
    for item in reversed(items):  # what was in hand last is offered first
        eventually(lambda item=item: page.value(f"what-{sprung}") == item, f"{item} is not offered first")
        page.key("put")
        eventually(lambda item=item: item in stage.point.cabinet.inside(sprung), f"{item} was not put in")
    eventually(lambda: len(page.find(".cell.open .book")) == len(items), "the books are not seen")
    page.click(f'[data-door="{sprung}"]')  # an open door is pushed shut
    eventually(lambda: stage.point.cabinet.door(sprung) is Door.SHUT, "the door was not pushed")
    eventually(lambda: stage.state["kiosk"]["fields"].get("loaded") == 1, "the kiosk did not see it")
    finish = stage.panel.seen()["targets"]["finish"]
    touch_at(page, stage, finish[0] + finish[2] // 2, finish[1] + finish[3] // 2)
    eventually(lambda: stage.state["kiosk"]["screen"] == "Home", "a click on the picture was no touch")


def test_a_keyboard_on_the_picture_is_the_kiosks_keypad(page: Page, stage: Stage) -> None:
    def shows(*screens: str) -> None:
        eventually(lambda: stage.state["kiosk"]["screen"] in screens, f"not {screens}")

    shows("Home")
    picture = page.find("#screen")[0]
    picture.send_keys(Keys.ARROW_DOWN)
    picture.send_keys(Keys.ENTER)
    shows("Collect")
    picture.send_keys("4")
    eventually(lambda: stage.panel.seen()["fields"]["digits"] == "4", "the digit was not typed")
    picture.send_keys(Keys.ESCAPE)  # leads to the way out
    picture.send_keys(Keys.ENTER)
    shows("Home")


def test_a_book_is_laid_on_the_pad_and_taken_away(page: Page, stage: Stage) -> None:
    eventually(lambda: stage.state["kiosk"]["screen"] == "Home", "not at home")
    page.click("#tab-labels")
    page.key("lay-SIP0001104-tags")
    eventually(lambda: stage.state["kiosk"]["screen"] == "Return", "the kiosk did not see the tag")
    page.key("remove-SIP0001104")
    eventually(lambda: not page.find('[data-key="remove-SIP0001104"]'), "it still lies there")
    eventually(lambda: "cancel" in stage.panel.seen()["targets"], "no way out")
    stage.panel.touch_named("cancel")
    eventually(lambda: stage.state["kiosk"]["screen"] == "Home", "not at home")


def test_a_book_for_anybody_is_sent(page: Page, stage: Stage) -> None:
    page.click("#tab-labels")
    page.key("for-anybody")
    sent = eventually(lambda: anybodys(stage), "nothing is sent")
    eventually(lambda: f"{sent[0]} · for anybody" in page.text("#labels"), "it is not on the page")


def test_an_input_method_makes_its_word_undisturbed(page: Page, stage: Stage) -> None:
    page.click("#tab-labels")
    page.click('[data-key="filter"]')
    for n, typed in enumerate(("h", "huo", "huo'zhe")):
        if n == 1:  # what the page shows there changes meanwhile
            do(stage, "for_anybody", {})
            eventually(lambda: len(anybodys(stage)) > 1, "nothing is sent")
        here = {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        page.browser.execute_cdp_cmd("Input.imeSetComposition", here)
    page.browser.execute_cdp_cmd("Input.insertText", {"text": "活着"})
    eventually(lambda: "活着" in page.text("#labels li"), "it is not found")
    assert page.value("filter") == "活着"
    for left in ("活", ""):
        page.browser.switch_to.active_element.send_keys(Keys.BACKSPACE)
        eventually(lambda left=left: page.value("filter") == left, "it was not taken away")


def anybodys(stage: Stage) -> list[str]:
    return [one["barcode"] for one in stage.state["items"] if "for anybody" in one["where"]]


def touch_at(page: Page, stage: Stage, x: int, y: int) -> None:
    """Click the picture where the kiosk has this pixel."""
    width, height = stage.state["kiosk"]["width"], stage.state["kiosk"]["height"]
    script = """
        const [one, x, y, w, h] = arguments, box = one.getBoundingClientRect();
        const scale = Math.min(box.width / w, box.height / h);
        const at = {bubbles: true, clientX: box.left + (box.width - w * scale) / 2 + x * scale,
                    clientY: box.top + (box.height - h * scale) / 2 + y * scale};
        one.dispatchEvent(new MouseEvent("click", at));"""
    page.browser.execute_script(script, page.find("#screen")[0], x, y, width, height)


def test_fate_shows_and_wears_off(page: Page, stage: Stage) -> None:
    name = stage.point.cabinet.names[1]
    page.click(f'[data-door="{name}"]')
    page.key(f"jam-{name}")
    eventually(lambda: any("jammed" in mark.text for mark in page.find(".leaf .mark")), "the jam is not shown")
    page.key(f"mend-{name}")
    eventually(lambda: not page.find(".leaf .mark:not(.good)"), "the door was not repaired")
    page.click("#tab-devices")
    board = next(one["name"] for one in stage.state["devices"] if one["kind"] == "board")
    times = page.find(f'[data-key="times-{board}"]')[0]
    times.clear()
    times.send_keys("4")  # looks at the doors, some seconds apart: long enough to be seen on a busy machine
    page.key(f"fault-{board}")
    eventually(lambda: page.find("#devices .mark"), "the fault is not shown")
    eventually(lambda: not page.find("#devices .mark"), "the fault did not wear off")
    page.click("#tab-world")
    page.key("network")
    eventually(lambda: "Network: off" in page.text("#standing"), "the network is not said to be off")
    page.key("network")
    eventually(lambda: page.text("#standing") == "", "the network did not come back")


def test_what_cannot_be_is_said(page: Page, stage: Stage) -> None:
    page.click("#tab-people")
    own = page.find('[data-key^="own-"]')[0]
    own.send_keys("not hex\n")
    eventually(lambda: "neither a person" in page.text("#toast"), "nothing was said")


def test_another_card_is_laid_by_its_button_and_not_by_looking_away(page: Page, stage: Stage) -> None:
    page.click("#tab-people")
    page.find('[data-key="own-cards"]')[0].clear()
    page.find('[data-key="own-cards"]')[0].send_keys("04A1B2C3")
    page.click("#tab-devices")
    page.click("#tab-people")
    assert stage.point.devices["cards"].shows is None
    page.key("lay-own-cards")
    eventually(lambda: stage.point.devices["cards"].shows == "04A1B2C3", "it was not laid")
    page.key("lift-cards")


def test_what_somebody_chooses_stays_while_other_things_change(page: Page, stage: Stage) -> None:
    page.click("#tab-devices")
    choose = "const [one, value] = arguments; one.value = value"
    for key, value in (("which-slips", "garbage"), ("times-slips", "7")):
        page.browser.execute_script(choose, page.find(f'[data-key="{key}"]')[0], value)
    do(stage, "unplug", {"device": "hand"})
    eventually(lambda: "pulled" in page.text('[data-key="plug-hand"]'), "the page did not hear of it")
    assert (page.value("which-slips"), page.value("times-slips")) == ("garbage", "7")
    do(stage, "plug", {"device": "hand"})
    page.click("#tab-world")
    do(stage, "paper", {"device": "slips", "state": "fault"})
    eventually(lambda: page.value("paper-slips") == "fault", "how the printer stands is not shown")
    do(stage, "paper", {"device": "slips", "state": "ok"})
    eventually(lambda: page.value("paper-slips") == "ok", "how the printer stands is not shown")


def test_no_two_buttons_are_called_the_same(page: Page) -> None:
    names = "return [...document.querySelectorAll('[role=tabpanel]:not([hidden]) button')].map(one => one.ariaLabel)"
    for tab in ("people", "labels", "devices"):
        page.click(f"#tab-{tab}")
        named = [name for name in page.browser.execute_script(names) if name]
        assert named
        assert len(named) == len(set(named)), tab


def test_tabs_that_nobody_looks_at_leave_the_bench_to_the_others(page: Page, stage: Stage) -> None:
    browser = page.browser
    first, url = browser.current_window_handle, browser.current_url
    for _ in range(4):
        browser.switch_to.new_window("tab")
        browser.get(url)
    page.click("#tab-world")
    page.key("network")
    eventually(lambda: not stage.point.network.up, "the last tab does nothing")
    page.key("network")
    eventually(lambda: stage.point.network.up, "the last tab does nothing")
    for other in set(browser.window_handles) - {first}:
        browser.switch_to.window(other)
        browser.close()
    browser.switch_to.window(first)
    page.click("#tab-world")
    do(stage, "network", {"on": False})
    eventually(lambda: "Network: off" in page.text("#standing"), "the first tab does not hear again")
    do(stage, "network", {"on": True})


def test_a_kiosk_that_died_is_started_again(page: Page, stage: Stage) -> None:
    assert stage.panel._process
    stage.panel._process.kill()
    eventually(lambda: page.find("#again")[0].is_displayed(), "nothing is offered")
    assert "with status -9" in page.text("#dark")
    page.click("#again")
    eventually(lambda: stage.state["kiosk"]["screen"] == "Home", "it did not start")


def test_both_languages_and_every_width(page: Page) -> None:
    for width in (1440, 1024, 420):
        page.browser.set_window_size(width, 950)
        for tab in ("people", "labels", "devices", "world", "scenarios") * 2:
            page.click(f"#tab-{tab}")
            wide, inner = page.width()
            assert wide <= inner, f"{tab} overflows at {width}"
            page.click("#language" if tab == "scenarios" else f"#tab-{tab}")
    words = [one.text for one in page.find("button, h2, option, label")]
    assert not [word for word in words if "_" in word and word.islower()]  # a word that neither language has
    page.browser.set_window_size(1440, 1000)


def test_the_browser_had_nothing_to_complain_of(page: Page) -> None:
    told = [one["message"] for one in page.browser.get_log("browser") if one["level"] == "SEVERE"]
    assert [one for one in told if "422" not in one] == []


def test_without_a_display_its_words_are_read_and_touched_by_name(browser: webdriver.Chrome, tmp_path: Path) -> None:
    with Stage(POINT, tmp_path, window=False) as stage, served(stage) as url:
        browser.get(url)
        page = Page(browser)
        eventually(lambda: "free_doors" in page.text("#blind"), "its words are not there")
        assert page.text("#dark").startswith("No display here")

        def collect() -> bool:
            page.find('[data-key="target"]')[0].send_keys("collect\n")
            return True

        eventually(collect, "nothing to type into")
        eventually(lambda: "It shows: Collect" in page.text("#showing"), "nothing was touched")
