"""The sheet's page as its tests see it: what it shows, and what is pushed to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

NOT_OURS = (
    "status of 404",  # a picture that is not there, on purpose
    "Executing inline script",  # Streamlit's own first page, under the strict policy
)


@dataclass(frozen=True)
class Server:
    """A running page, and the file from which it reads its cards."""

    url: str
    state: Path

    def show(
        self,
        *entries: dict[str, str],
        layout: str = "feed",
        bare: Sequence[str] = (),
        variants: Sequence[dict[str, str]] = (),
    ) -> None:
        """Show these cards; of those whose ids are `bare` only the place is told."""
        state = {"layout": layout, "cards": entries, "bare": bare, "variants": variants}
        self.state.write_text(json.dumps(state), "utf-8")

    def tell(self) -> int:
        """Push a burst to all open tabs; return how many there are."""
        return int(requests.post(f"{self.url}/tell", timeout=5).text)

    def drop(self) -> None:
        requests.post(f"{self.url}/drop", timeout=5).raise_for_status()


def picture(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return {"id": card_id, "state": "done", "prompt": prompt, **more}


def running(card_id: str, prompt: str = "A harbour", **more: str) -> dict[str, str]:
    return picture(card_id, prompt, **more) | {"state": "generating"}


def open_sheet(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(page.locator(".kx-grid")).to_be_attached()
