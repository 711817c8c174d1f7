"""Two replicas behind nginx: people notice neither the death of one nor an upgrade."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from components.sandbox import SandboxOptions, start
from tests.browser.steps import OUTAGE, expect_image, prompt_box, submit_prompt
from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.nginx import serve_replicas
from tests.support.postgresql import running_postgresql
from tests.support.studio_fixture import wait_until

pytestmark = pytest.mark.browser
PEOPLE = ("Anna", "Ben")


def submit_and_type_on(page: Page, prompt: str, draft: str) -> None:
    submit_prompt(page, prompt)
    # What is just being sent when its process dies is unconfirmed, and rightly so.
    expect(page.get_by_role("article", name=f"Generating: {prompt}")).to_be_attached()
    prompt_box(page).fill(draft)


def visit(site: str) -> bool:
    """Ask as somebody without a cookie, who comes to any of the replicas."""
    return requests.get(f"{site}/healthz", timeout=60).ok


def used(access_log: Path, replica: AppServer) -> int:
    """How many requests this replica has answered."""
    return access_log.read_text("utf-8").count(f'"replica":"127.0.0.1:{replica.port}"')


def expect_done_and_draft(page: Page, prompt: str, draft: str) -> None:
    expect_image(page, prompt)
    expect(prompt_box(page)).to_have_value(draft)


def test_leader_dies_and_a_replica_is_upgraded_under_two_people(
    browser: Browser, tmp_path: Path
) -> None:
    with ExitStack() as running:
        sandbox = running.enter_context(start(SandboxOptions(seconds=3)))
        settings = {
            "KIE_API_KEY": "a-key",
            "KIE_BASE_URL": sandbox.url,
            "KIE_UPLOAD_BASE_URL": sandbox.url,
            "KONTEXT_DATABASE_URL": running.enter_context(running_postgresql()),
        }
        leader, other = (AppServer(tmp_path / "data", settings) for _ in range(2))
        running.enter_context(leader)
        wait_until(lambda: '"leads"' in leader.log)
        running.enter_context(other)
        site = running.enter_context(serve_replicas([leader.port, other.port], tmp_path / "nginx"))
        pages = [
            running.enter_context(open_page(browser, site, "/", expected_errors=OUTAGE))
            for _ in PEOPLE
        ]
        for page, name in zip(pages, PEOPLE, strict=True):
            submit_and_type_on(page, f"{name}'s lighthouse", f"{name} types on")

        leader.kill()
        for page, name in zip(pages, PEOPLE, strict=True):
            expect_done_and_draft(page, f"{name}'s lighthouse", f"{name} types on")

        log = tmp_path / "nginx/access.log"
        used_before = used(log, leader)
        leader.start()
        # An operator goes on when the first one serves again: nginx leaves it out for a moment.
        wait_until(lambda: visit(site) and used(log, leader) > used_before)
        for page, name in zip(pages, PEOPLE, strict=True):
            submit_and_type_on(page, f"{name}'s harbour", f"{name} goes on")
        other.stop()  # it led; the other one leads now, and this one comes back as another version
        other.start()
        for page, name in zip(pages, PEOPLE, strict=True):
            expect_done_and_draft(page, f"{name}'s harbour", f"{name} goes on")

        made = sorted(task["prompt"] for task in sandbox.usage_report()["tasks"])
        assert made == sorted(
            f"{name}'s {what}" for name in PEOPLE for what in ("lighthouse", "harbour")
        )
