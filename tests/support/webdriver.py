"""A window of a browser that speaks W3C WebDriver."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any

from tests.support.chromium import TIMEOUT_MS

TIMEOUT_S = 3 * TIMEOUT_MS / 1000  # a browser without a cache, beside others
SIZE = {"width": 1360, "height": 860}
_KEYS = {"ArrowRight": "\ue014", "Escape": "\ue00c"}


class Window(ABC):
    """One window. Each method returns once the browser has done it."""

    @abstractmethod
    def open(self, url: str) -> None:
        """Load a page."""

    @abstractmethod
    def run(self, script: str, *arguments: str) -> Any:
        """What the body of a function returns in the page."""

    @abstractmethod
    def perform(self, actions: dict[str, Any]) -> None:
        """Move and press a mouse, or press keys, as WebDriver writes it down."""

    def wait_for(self, script: str, *arguments: str) -> Any:
        """What an expression is once it is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (value := self.run(f"return {script}", *arguments)):
            assert time.monotonic() < deadline, f"never true: {script} {arguments}"
            time.sleep(0.05)
        return value

    def wait_for_element(self, selector: str) -> None:
        """Wait until a selector finds something."""
        self.wait_for("document.querySelector(arguments[0]) !== null", selector)

    def click(self, selector: str) -> None:
        """Press the left mouse button at an element's upper part, which the window shows."""
        self.wait_for_element(selector)
        x, y = self.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [box.x + box.width * 0.6, box.y + Math.min(box.height / 2, 60)]",
            selector,
        )
        steps = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self.perform({"type": "pointer", "id": "mouse", "actions": steps})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, where the focus is."""
        steps = [
            {"type": kind, "value": _KEYS.get(key, key)}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        self.perform({"type": "key", "id": "keyboard", "actions": steps})
