"""The balance: read behind the page's back, seldom, and never kept from a page by trouble."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

from components.kontext import KeyRejected
from components.studio.balance import FRESH_SECONDS, Balance, BalanceWatch
from components.studio.tasks.task import Trouble


class Till:
    """An account that answers when it is let."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = 0
        self.refuses = False

    def credits(self) -> Decimal:
        self.asked += 1
        self.open.wait(10)
        if self.refuses:
            raise KeyRejected("no")
        return Decimal("99.5")


def once_known(watch: BalanceWatch, wanted: Balance) -> None:
    deadline = time.monotonic() + 10
    while watch.look() != wanted:
        assert time.monotonic() < deadline, watch.look()
        time.sleep(0.01)


def test_a_look_does_not_wait_for_the_service() -> None:
    till = Till()
    watch = BalanceWatch(till.credits)

    assert watch.look() is None
    till.open.set()
    once_known(watch, Balance(Decimal("99.5")))


def test_many_looks_ask_once_until_the_answer_is_stale() -> None:
    till, now = Till(), [1000.0]
    till.open.set()
    watch = BalanceWatch(till.credits, steady=lambda: now[0])
    once_known(watch, Balance(Decimal("99.5")))
    now[0] += FRESH_SECONDS - 1
    watch.look()
    assert till.asked == 1

    till.refuses = True
    now[0] += 2
    watch.look()
    once_known(watch, Balance(None, Trouble.KEY))
    assert till.asked == 2
