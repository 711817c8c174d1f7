"""WebKitGTK for tests, on a screen of its own, driven by W3C WebDriver over HTTP."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.app_server import free_port
from tests.support.webdriver import SIZE, TIMEOUT_S, Window

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's id; the W3C standard sets it."""
_ENVIRONMENT = {
    # Its sandbox needs rights that a container does not have.
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "GDK_BACKEND": "x11",
    "NO_AT_BRIDGE": "1",
    "GIO_USE_VFS": "local",
}
# A driven WebKit writes no console; what is heard begins when a page is loaded.
_LISTEN = """
window.errorsHeard = [];
const note = (...parts) => errorsHeard.push(parts.join(" "));
console.error = note;
addEventListener("error", (event) => note(event.message ?? event.target.outerHTML), true);
addEventListener("unhandledrejection", (event) => note(event.reason));
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  note(effectiveDirective, blockedURI));
"""


class WebKit(Window):
    """One window, over HTTP."""

    def __init__(self, driver_url: str) -> None:
        self._errors: list[str] = []
        self._client = requests.Session()
        self._client.trust_env = False
        (program,) = Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")
        options = {"binary": str(program), "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._url = f"{driver_url}/session"
        session = self._post("", capabilities=capabilities)
        self._url += f"/{session['sessionId']}"
        self._post("/window/rect", x=0, y=0, **SIZE)

    def open(self, url: str) -> None:
        """Load a page."""
        self._errors = self.errors()
        self._post("/url", url=url)
        self.run(_LISTEN)

    def run(self, script: str, *arguments: str) -> Any:
        """What the body of a function returns in the page."""
        return self._post("/execute/sync", script=script, args=arguments)

    def perform(self, actions: dict[str, Any]) -> None:
        """Move and press a mouse, or press keys, as WebDriver writes it down."""
        self._post("/actions", actions=[actions])

    def choose_file(self, selector: str, file: Path) -> None:
        """Choose a file in an input of a page."""
        self.wait_for_element(selector)
        element = self._post("/element", using="css selector", value=selector)[_ELEMENT]
        self._post(f"/element/{element}/value", text=str(file))

    def errors(self) -> list[str]:
        """What scripts and the content policy caused since the pages were loaded."""
        return self._errors + self.run("return window.errorsHeard ?? []")

    def quit(self) -> None:
        """End WebKit."""
        self._client.delete(self._url, timeout=TIMEOUT_S).raise_for_status()

    def _post(self, path: str, **parameters: Any) -> Any:
        answer = self._client.post(self._url + path, json=parameters, timeout=TIMEOUT_S)
        value = answer.json()["value"]
        assert answer.ok, value
        return value


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Start a screen and WebKit on it, with a home of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, _screen() as display:
        port = free_port()
        environment = os.environ | _ENVIRONMENT | {"DISPLAY": display, "HOME": home}
        driver = subprocess.Popen(  # noqa: S603 - a fixed command
            ["WebKitWebDriver", f"--port={port}"],  # noqa: S607 - where a system has it
            env=environment,
        )
        try:
            _wait_until_up(driver, f"http://127.0.0.1:{port}")
            browser = WebKit(f"http://127.0.0.1:{port}")
            yield browser
            browser.quit()
        finally:
            driver.terminate()
            driver.wait(TIMEOUT_S)


@contextmanager
def _screen() -> Iterator[str]:
    """The name of a screen in memory: WebKitGTK has no mode without one."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1360x900x24"]
    with subprocess.Popen(  # noqa: S603 - a fixed command
        [*command, "-nolisten", "tcp"],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write_end)
        try:
            with os.fdopen(read_end) as numbers:
                number = numbers.readline().strip()
            assert number, "Xvfb ended at once"
            yield f":{number}"
        finally:
            server.terminate()


def _wait_until_up(driver: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            requests.get(f"{url}/status", timeout=TIMEOUT_S).raise_for_status()
        except requests.ConnectionError:
            assert driver.poll() is None, "WebKitWebDriver ended at once"
            assert time.monotonic() < deadline, "WebKitWebDriver does not answer"
            time.sleep(0.05)
        else:
            return
