"""The balance: read behind the page's back, seldom, and never kept from a page by trouble."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from pathlib import Path

from components.kie import KeyRejected
from components.studio.credits import Balance, BalanceWatch
from components.studio.tasks.models import State, Trouble
from tests.support.studio_fixture import running_studio, wait_until


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
    now[0] += 29
    watch.look()
    assert till.asked == 1

    till.refuses = True
    now[0] += 2
    watch.look()
    once_known(watch, Balance(None, Trouble.KEY))
    assert till.asked == 2


def test_a_balance_that_somebody_looks_at_is_read_again_when_a_picture_was_paid(
    tmp_path: Path,
) -> None:
    with running_studio(tmp_path) as studio_fixture:
        watch = studio_fixture.studio.balance
        wait_until(lambda: watch.look() is not None)
        before = watch.look()
        studio_fixture.wait_for(studio_fixture.submit(), State.DONE)
        wait_until(
            lambda: (
                _credits(watch) == _credits_of(before) - studio_fixture.studio.settings.credits_pro
            )
        )


def _credits(watch: BalanceWatch) -> Decimal:
    return _credits_of(watch.look())


def _credits_of(balance: Balance | None) -> Decimal:
    assert balance is not None
    assert balance.credits is not None
    return balance.credits


def test_a_balance_that_moves_while_it_is_read_is_read_once_more() -> None:
    till = Till()
    watch = BalanceWatch(till.credits)
    watch.look()
    for _ in range(200):
        watch.stir()
    till.open.set()
    wait_until(lambda: till.asked == 2)
    watch.close()


def test_a_balance_that_nobody_looks_at_is_not_asked_for() -> None:
    till = Till()
    watch = BalanceWatch(till.credits)
    watch.stir()
    assert till.asked == 0
