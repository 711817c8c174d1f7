"""From the press to the card, from the provider's end to the picture, and many at once."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.bench import quickstart
from tests.bench.places import Provider, data_of, new_app, open_as, run_provider, run_streamlit
from tests.bench.rows import Row, typical
from tests.browser import edit_steps, steps
from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.identity import new_token
from tests.support.streamlit_client import StreamlitClient

SECONDS = 10.0
"""Of a picture at the provider: 8 to 12."""
WARM_UP = 4  # pictures from which the app learns how long one takes
APART_MS = 1500
AT_ONCE = 40
PER_TAB = 5
CREATES, CREATES_SECONDS = 20, 10.0  # docs/kie-api.md, Codes
WATCH = Path(__file__).with_name("watch.js").read_text("utf-8")


@dataclass
class Presses:
    """What a tab saw of its prompts, in seconds since 1970."""

    pressed: dict[str, float]
    cards: dict[str, float]
    pictures: dict[str, float]

    def until_card(self) -> list[float]:
        """Seconds from each press to its card."""
        return [self.cards[prompt] - at for prompt, at in self.pressed.items()]


def rows(browser: Browser, rounds: int) -> Iterator[Row]:
    """All rows of this file."""
    with run_provider(SECONDS) as provider:
        yield from _one_by_one(browser, provider, rounds)
        yield _with_callbacks(browser, provider, rounds)
        yield from _edit(browser, provider, rounds)
    with run_provider(SECONDS) as provider:
        yield from _at_once(provider)


def _one_by_one(browser: Browser, provider: Provider, rounds: int) -> Iterator[Row]:
    with ThreadPoolExecutor(1) as other:
        # Beside ours, with a key of its own.
        prompts = [f"A boat {number}" for number in range(2 * rounds)]
        asked = other.submit(
            quickstart.generate_all, provider, "another-key", prompts, apart_seconds=1.1
        )
        with new_app(provider.settings) as app:
            found, queries = _use_generate(browser, app, rounds)
        naive = asked.result()
    ended = provider.ended_at()
    unnoticed = [each.seen_at - ended[each.prompt] for each in naive]
    plain = _use_plain(browser, provider, max(2, rounds // 4))
    shown, note = typical(found.pictures[prompt] - ended[prompt] for prompt in found.pressed)
    what = "remote done → picture on the screen, polling"
    yield Row(what, shown, "s", median(plain), "plain Streamlit app", 0.35, note=note)
    what = "remote done → noticed by the quickstart's client"
    yield Row(what, median(unnoticed), "s", note="its picture is not yet fetched")
    yield Row(
        "queries for a picture of 8–12 s, key idle",
        queries,
        "queries",
        mean(each.queries for each in naive),
        "quickstart",
    )
    shown, note = typical(found.until_card())
    yield Row("press → card, Generate", shown, "s", goal=0.1, note=note)


def _use_generate(browser: Browser, app: AppServer, rounds: int) -> tuple[Presses, float]:
    """Press and wait a little, again and again; with the queries for each picture."""
    token = new_token()
    app.start()
    with open_as(browser, app, token, WATCH) as page:
        page.goto("/")
        warm_up = [f"A hill {number}" for number in range(WARM_UP)]
        for prompt in warm_up:
            _press(page, prompt)
        _wait_for_pictures(page, warm_up)
        before = _queries(app)
        prompts = [f"A lighthouse {number}" for number in range(rounds)]
        for prompt in prompts:
            _press(page, prompt)
            page.wait_for_timeout(APART_MS)
        found = _wait_for_pictures(page, prompts)
        return found, (_queries(app) - before) / rounds


def _with_callbacks(browser: Browser, provider: Provider, rounds: int) -> Row:
    with new_app(provider.settings) as app:
        app.settings = {**app.settings, "KONTEXT_PUBLIC_URL": app.url}
        found, _ = _use_generate(browser, app, rounds)
    ended = provider.ended_at()
    newest = {prompt: found.pictures[prompt] - ended[prompt] for prompt in found.pressed}
    shown, note = typical(newest.values())
    return Row("the same with callbacks", shown, "s", goal=0.2, note=note)


def _edit(browser: Browser, provider: Provider, rounds: int) -> Iterator[Row]:
    token = new_token()
    encoded = io.BytesIO()
    Image.linear_gradient("L").resize((1184, 880)).convert("RGB").save(encoded, "PNG")
    with new_app(provider.settings) as app:
        with data_of(app) as data:
            data.add_source(token, encoded.getvalue())
        app.start()
        with open_as(browser, app, token, WATCH) as page:
            page.goto("/edit")
            edit_steps.source(page).wait_for()
            for number in range(rounds):
                _press(page, f"Add a hat {number}")
            shown, note = typical(_seen(page).until_card())
    yield Row("press → card, Edit", shown, "s", goal=0.1, note=note)


def _press(page: Page, prompt: str) -> None:
    """Press Ctrl+Enter in the prompt, and wait for its card."""
    page.get_by_test_id("stBaseButton-primary").wait_for()
    steps.prompt_box(page).fill(prompt)
    page.evaluate("prompt => { bench.waited = prompt; bench.pressed = 0; }", prompt)
    page.keyboard.press("Control+Enter")
    page.wait_for_function("prompt => bench.cards[prompt]", arg=prompt)
    page.evaluate("prompt => { (bench.all ??= {})[prompt] = bench.pressed; }", prompt)


def _seen(page: Page) -> Presses:
    seen: dict[str, Any] = page.evaluate("bench")
    pressed, cards = ({k: v / 1000 for k, v in seen[key].items()} for key in ("all", "cards"))
    # The alternative text of a picture begins with its prompt.
    pictures = {
        prompt: at / 1000
        for prompt in pressed
        for name, at in seen["pictures"].items()
        if name.startswith(prompt) and not name[len(prompt) :][:1].isdigit()
    }
    return Presses(pressed, cards, pictures)


def _wait_for_pictures(page: Page, prompts: list[str]) -> Presses:
    deadline = time.monotonic() + 120
    while True:
        found = _seen(page)
        if all(prompt in found.pictures for prompt in prompts):
            chosen = {prompt: found.pressed[prompt] for prompt in prompts}
            return Presses(chosen, found.cards, found.pictures)
        assert time.monotonic() < deadline, "a picture did not come"
        page.wait_for_timeout(200)


def _use_plain(browser: Browser, provider: Provider, rounds: int) -> list[float]:
    """Seconds from the provider's end to the picture in a plain Streamlit app."""
    settings = {"KIE_BASE_URL": provider.url, "KIE_API_KEY": "a-third-key"}
    found = []
    with ExitStack() as stack:
        script = str(Path(__file__).with_name("plain_app.py"))
        url, _ = stack.enter_context(run_streamlit("run", script, **settings))
        pages = {}
        for number in range(rounds):
            page = stack.enter_context(open_page(browser, url, "about:blank"))
            page.add_init_script(WATCH)
            page.goto("/")
            pages[f"A plain {number}"] = page
        for prompt, page in pages.items():
            page.get_by_label("Prompt").fill(prompt)
            page.get_by_label("Prompt").press("Enter")
            page.get_by_role("button", name="Generate").click()
            page.wait_for_timeout(1100)
        for prompt, page in pages.items():
            page.wait_for_function("bench.pictures.plain || bench.pictures['0']")
            seen = page.evaluate("bench.pictures.plain ?? bench.pictures['0']")
            found.append(seen / 1000 - provider.ended_at()[prompt])
    return found


def _at_once(provider: Provider) -> Iterator[Row]:
    """All are pressed within moments, in several tabs of one person."""
    prompts = [f"A tree {number}" for number in range(AT_ONCE)]
    token = new_token()
    with new_app(provider.settings) as app:
        app.start()
        before = _queries(app)
        with ExitStack() as stack:
            tabs = [
                stack.enter_context(StreamlitClient(app.url, token))
                for _ in range(AT_ONCE // PER_TAB)
            ]
            with ThreadPoolExecutor(len(tabs)) as pool:
                list(pool.map(lambda tab: tab.rerun(), tabs))
                began = time.time()
                shares = [prompts[n * PER_TAB :][:PER_TAB] for n in range(len(tabs))]
                list(pool.map(_press_all, tabs, shares))
            took = _wait_for_endings(app, token) - began
        queries = (_queries(app) - before) / AT_ONCE
        made = [task for task in provider.usage()["tasks"] if task["prompt"] in prompts]
    naive = quickstart.generate_all(provider, "another-key", [f"{p} too" for p in prompts])
    made.sort(key=lambda task: task["createTime"])
    least = max(
        place // CREATES * CREATES_SECONDS + (task["completeTime"] - task["createTime"]) / 1000
        for place, task in enumerate(made)
    )
    what = f"{AT_ONCE} pictures at once, all stored"
    note = f"{len(made)} done; quickstart: {quickstart.summary(naive)}"
    yield Row(what, took, "s", least, "what the limits dictate", 1.1, of_ratio=True, note=note)
    asked = [each.queries for each in naive if each.queries]
    yield Row(
        f"queries for a picture, {AT_ONCE} at once",
        queries,
        "queries",
        mean(asked),
        "quickstart",
        3,
    )


def _press_all(tab: StreamlitClient, prompts: list[str]) -> None:
    for prompt in prompts:
        tab.rerun(**{"generate-prompt": prompt})
        tab.press("generate-submit")
        tab.wait_for_run()


def _wait_for_endings(app: AppServer, token: str) -> float:
    """The time at which all are stored."""
    deadline = time.monotonic() + 240
    while True:
        answer = app.client(token).get("/endings")
        endings = list(json.loads(answer.text).values())
        if len(endings) == AT_ONCE and set(endings) == {"done"}:
            return time.time()
        assert time.monotonic() < deadline, f"not all are done: {endings}"
        time.sleep(0.05)


def _queries(app: AppServer) -> float:
    """Queries of this app: others use the same provider."""
    text = app.client().get("/metrics").text
    return sum(
        float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line.startswith("kontext_queries_total")
    )
