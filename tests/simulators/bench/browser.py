"""The bench's page in a real browser without a window: opening it, and a hand on it."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

WAIT_S = 60.0
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en")


@contextmanager
def opened(url: str, width: int, height: int) -> Iterator[webdriver.Chrome]:
    """Chromium with this page, in a window of so many pixels."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "chromium is missing; apt-get install chromium chromium-driver"
    assert driver, "chromedriver is missing; apt-get install chromium-driver"
    options = Options()
    options.binary_location = program
    for argument in (*ARGUMENTS, f"--window-size={width},{height}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        chrome.get(url)
        yield chrome
    finally:
        chrome.quit()


def eventually(what: Callable[[], Any], words: str) -> Any:
    """What it gives once it is true; fails with ``words`` when it is not within a minute."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        try:
            if found := what():
                return found
        except (ElementNotInteractableException, StaleElementReferenceException):
            pass  # being drawn anew just now
        time.sleep(0.15)  # each look is work for a browser
    raise AssertionError(words)


class Page:
    """A hand on the page."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def find(self, css: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def click(self, css: str) -> None:
        def clicked() -> bool:
            for one in self.find(css):
                self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", one)
                one.click()
                return True
            return False

        eventually(clicked, f"no {css}")

    def key(self, name: str) -> None:
        self.click(f'[data-key="{name}"]')

    def text(self, css: str) -> str:
        return str(eventually(lambda: self.find(css), f"no {css}")[0].text)

    def value(self, key: str) -> str:
        return str(eventually(lambda: self.find(f'[data-key="{key}"]'), f"no {key}")[0].get_property("value"))

    def width(self) -> tuple[int, int]:
        wide, inner = self.browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        return int(wide), int(inner)
