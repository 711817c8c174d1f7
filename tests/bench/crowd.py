"""Many people at once, as raw sockets in Streamlit's protocol, and what they leave behind.

Each person has one tab of Generate with six pictures and one that runs, a socket of live updates,
and does what a tab does by itself: it draws the newest pictures when it is told, and the credits
every ten seconds. Each also presses something now and then, which draws the page.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles

from websockets.sync.client import ClientConnection, connect

from tests.bench.gallery import fill
from tests.bench.places import cpu_seconds, memory_mb, new_app, run_provider
from tests.bench.rows import Row, amount
from tests.support.app_server import COOKIE, AppServer
from tests.support.identity import new_token
from tests.support.streamlit_client import StreamlitClient

PEOPLE = 50
PUSH_SOCKETS = 200
PICTURES = 6
CREDITS_SECONDS = 10.0
EVERY_SECONDS = 10.0  # between two presses of a person
SESSION_SECONDS = 2  # a session's life after its tab was closed
DROPPED_SECONDS = 30.0


class Person:
    """One tab with its socket of live updates."""

    def __init__(self, app: AppServer, token: str, stack: ExitStack) -> None:
        self.presses: list[float] = []
        self._tab = stack.enter_context(StreamlitClient(app.url, token))
        self._push = open_push(app, token, stack)
        self._tab.rerun()

    def generate(self) -> None:
        """Begin a picture, which ends while the tab is used."""
        self._tab.rerun(**{"generate-prompt": "A fox on a hill"})
        self._tab.press("generate-submit")
        self._tab.wait_for_run()

    def use(self, seconds: float, press_seconds: float) -> None:
        """Press every `press_seconds`, and do what the tab does, until the time is over."""
        dice = random.Random(id(self))  # noqa: S311 - no secret
        end = time.monotonic() + seconds
        # Spread out, as people are.
        next_press = time.monotonic() + dice.uniform(0, press_seconds)
        next_credits = time.monotonic() + dice.uniform(0, CREDITS_SECONDS)
        while (now := time.monotonic()) < end:
            if now >= next_press:
                next_press += press_seconds
                began = time.perf_counter()
                self._tab.rerun(**{"generate-prompt": f"A lighthouse {len(self.presses)}"})
                self.presses.append(time.perf_counter() - began)
            if now >= next_credits:
                next_credits += CREDITS_SECONDS
                self._tab.rerun(fragment_of="credits-refresh")
            try:
                told = self._push.recv(
                    max(0.0, min(next_press, next_credits, end) - time.monotonic())
                )
            except TimeoutError:
                continue
            if "version" in str(told):
                self._tab.rerun(fragment_of="feed")


def open_push(app: AppServer, token: str, stack: ExitStack) -> ClientConnection:
    """A socket of live updates."""
    socket = connect(
        app.url.replace("http", "ws", 1) + "/push",
        additional_headers={"Origin": app.url, "Cookie": f"{COOKIE}={token}"},
        max_queue=None,  # some are never read
        proxy=None,
    )
    return stack.enter_context(socket)


@dataclass(frozen=True)
class Load:
    """What a number of people meant for the server."""

    presses: Sequence[float]
    cpu: float

    @property
    def p95(self) -> float:
        """Milliseconds that all but a twentieth of the presses took at most."""
        return 1000 * quantiles(self.presses, n=20, method="inclusive")[-1]

    def __str__(self) -> str:
        middle = amount(1000 * median(self.presses))
        return f"median {middle} ms, n = {len(self.presses)}, {self.cpu:.0%} of a core"


def rows(seconds: float) -> Iterator[Row]:
    """All rows of this file; each load lasts `seconds`."""
    yield from _memory_rows()
    tokens = [new_token() for _ in range(PEOPLE)]
    # Enough for all to begin at once. About half of the pictures end while they are waited for:
    # all would measure the sandbox, which draws them on the same machine.
    limits = {"creates_per_10s": "200", "queries_per_s": "50"}
    settings = {"KONTEXT_CREATES_PER_10S": "200", "KONTEXT_QUERIES_PER_S": "50"}
    with (
        run_provider(seconds * 1.1, **limits) as provider,
        new_app({**provider.settings, **settings}) as app,
    ):
        fill(app, dict.fromkeys(tokens, PICTURES))
        app.start()
        _use(app, tokens[:1], 5.0, 0.5)  # imports what the first page needs
        one = _use(app, tokens[:1], seconds, 0.5)
        many = _use(app, tokens, seconds, EVERY_SECONDS)
        pushed = _use(app, tokens, seconds, EVERY_SECONDS, push_sockets=PUSH_SOCKETS - PEOPLE)
    what = f"click, p95 of {PEOPLE} people with running pictures"
    yield Row(what, many.p95, "ms", one.p95, "of one", 2, of_ratio=True, note=str(many))
    what = f"the same with {PUSH_SOCKETS} push sockets"
    yield Row(what, pushed.p95, "ms", one.p95, "of one", 4, of_ratio=True, note=str(pushed))
    what = f"CPU of the process with {PEOPLE} people"
    yield Row(what, 100 * many.cpu, "% of a core", 100 * one.cpu, "one, 20 × as busy", 25)


def _use(
    app: AppServer,
    tokens: Sequence[str],
    seconds: float,
    press_seconds: float,
    *,
    push_sockets: int = 0,
) -> Load:
    with ExitStack() as stack:
        people = [Person(app, token, stack) for token in tokens]
        for number in range(push_sockets):
            open_push(app, tokens[number % len(tokens)], stack)
        for person in people:
            person.generate()
        threads = [threading.Thread(target=p.use, args=(seconds, press_seconds)) for p in people]
        cpu, began = cpu_seconds(app.pid), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        load = (cpu_seconds(app.pid) - cpu) / (time.perf_counter() - began)
    return Load([press for person in people for press in person.presses], load)


def _memory_rows() -> Iterator[Row]:
    with run_provider(5) as provider:
        settings = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_SECONDS)}
        with new_app({**provider.settings, **settings}) as app:
            app.start()
            _open_sessions(app, 5)  # imports what the first page needs
            before = _memory_after_close(app, 0.0)
            opened = _open_sessions(app, PEOPLE)
            after = _memory_after_close(app, before)
    each = (opened - before) / PEOPLE
    yield Row("memory of an open session", each, "MB", goal=0.3)
    what = f"memory after {PEOPLE} sessions opened and closed"
    yield Row(what, after, "MB", before, "before", 1.05, of_ratio=True)


def _open_sessions(app: AppServer, count: int) -> float:
    """Open tabs of as many people; returns the memory with all of them open."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(StreamlitClient(app.url, new_token())).rerun()
        return memory_mb(app.pid)


def _memory_after_close(app: AppServer, wanted: float) -> float:
    """Memory once it is within 5 % of what is wanted, or once sessions are surely dropped."""
    deadline = time.monotonic() + (DROPPED_SECONDS if wanted else 3 * SESSION_SECONDS)
    while (used := memory_mb(app.pid)) > 1.05 * wanted and time.monotonic() < deadline:
        time.sleep(1)
    return used
