"""The page in a real browser: a file is chosen, its result is seen, and the overlay goes and comes."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.remote.private_folder import PrivateFolder
from BreastUSAILib.serve.app import app_of
from BreastUSAILib.serve.jobs import Jobs
from BreastUSAILib.serve.work import UploadWork
from Testing.serve.test_serve import EngineByHand

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
TOKEN = "a token/with 100 % of it"
STILL = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples" / "still_malignant_calibrated.dcm"
pytestmark = pytest.mark.skipif(DRIVER is None or BROWSER is None, reason="needs Debian's chromium and chromium-driver")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    folder = PrivateFolder(tmp_path)
    jobs = Jobs(UploadWork(EngineByHand(), read, folder))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app_of(jobs, TOKEN, folder.path), log_level="warning"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(30)
    jobs.close()
    folder.remove()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = Options()
    options.binary_location = str(BROWSER)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for word in (
        *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"),
        *("disable-component-update", "disable-sync", "disable-dev-shm-usage", f"user-data-dir={tmp_path / 'profile'}"),
    ):
        options.add_argument(f"--{word}")
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    yield driver
    driver.quit()


def shown(browser: webdriver.Chrome, name: str) -> bool:
    return browser.find_element(By.ID, name).is_displayed()


def text(browser: webdriver.Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


@pytest.mark.slow
def test_a_file_is_dropped_and_its_result_is_seen(browser: webdriver.Chrome, address: str, tmp_path: Path) -> None:
    waiting = WebDriverWait(browser, 60)
    browser.get(address)
    assert shown(browser, "login"), "without a token it asks for one"
    browser.find_element(By.ID, "token").send_keys("wrong")
    browser.find_element(By.ID, "enter").click()
    browser.find_element(By.ID, "file").send_keys(str(STILL))
    waiting.until(lambda _: "a token is needed" in text(browser, "state"))
    browser.find_element(By.ID, "token").clear()
    browser.find_element(By.ID, "token").send_keys(TOKEN)
    browser.find_element(By.ID, "enter").click()
    browser.find_element(By.ID, "file").send_keys(str(STILL))
    waiting.until(lambda _: shown(browser, "verdict"))

    browser.get("about:blank")
    browser.get(f"{address}#{quote(TOKEN, safe='')}")
    waiting.until(lambda _: "#" not in browser.current_url)  # the token stays out of the history
    assert not shown(browser, "login")
    browser.find_element(By.ID, "file").send_keys(str(STILL))
    waiting.until(lambda _: shown(browser, "verdict"))

    assert text(browser, "verdict") == "Malignant"
    assert "Likelihood of malignancy: 87" in text(browser, "likelihood")
    assert "Lesion 1" in text(browser, "lesions")
    assert browser.page_source.count("Research use only. Not a medical device.") == 2
    width = "return Math.min(...['image', 'overlay'].map((name) => document.getElementById(name).naturalWidth))"
    waiting.until(lambda _: browser.execute_script(width) > 100)
    assert shown(browser, "overlay")
    browser.find_element(By.ID, "toggle").click()
    assert not shown(browser, "overlay")
    assert shown(browser, "report")

    (tmp_path / "bad.png").write_bytes(b"no image")
    browser.find_element(By.ID, "file").send_keys(str(tmp_path / "bad.png"))
    waiting.until(lambda _: browser.find_element(By.ID, "state").get_attribute("class") == "problem")
    assert not shown(browser, "result")
    time.sleep(0.2)
    severe = [one for one in browser.get_log("browser") if one["level"] == "SEVERE" and "401" not in one["message"]]
    assert severe == []
