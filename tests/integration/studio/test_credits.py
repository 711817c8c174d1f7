"""The balance: read behind the page's back, seldom, and never kept from a page by trouble."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from pathlib import Path

from components.kie import AuthenticationError
from components.studio.credits import CreditBalance, CreditBalanceCache
from components.studio.tasks.models import FailureReason, TaskState
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
            raise AuthenticationError("no")
        return Decimal("99.5")


def once_known(watch: CreditBalanceCache, wanted: CreditBalance) -> None:
    deadline = time.monotonic() + 10
    while watch.get() != wanted:
        assert time.monotonic() < deadline, watch.get()
        time.sleep(0.01)


def test_get_does_not_wait_for_the_provider() -> None:
    till = Till()
    watch = CreditBalanceCache(till.credits)

    assert watch.get() is None
    till.open.set()
    once_known(watch, CreditBalance(Decimal("99.5")))


def test_many_gets_fetch_once_until_stale() -> None:
    till, now = Till(), [1000.0]
    till.open.set()
    watch = CreditBalanceCache(till.credits, monotonic=lambda: now[0])
    once_known(watch, CreditBalance(Decimal("99.5")))
    now[0] += 29
    watch.get()
    assert till.asked == 1

    till.refuses = True
    now[0] += 2
    watch.get()
    once_known(watch, CreditBalance(None, FailureReason.AUTH))
    assert till.asked == 2


def test_invalidate_refreshes_a_balance_in_use(
    tmp_path: Path,
) -> None:
    with running_studio(tmp_path) as studio_fixture:
        watch = studio_fixture.studio.credit_cache
        wait_until(lambda: watch.get() is not None)
        before = watch.get()
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        wait_until(
            lambda: (
                _credits(watch) == _credits_of(before) - studio_fixture.studio.settings.credits_pro
            )
        )


def _credits(watch: CreditBalanceCache) -> Decimal:
    return _credits_of(watch.get())


def _credits_of(balance: CreditBalance | None) -> Decimal:
    assert balance is not None
    assert balance.credits is not None
    return balance.credits


def test_change_during_refresh_refreshes_again() -> None:
    till = Till()
    watch = CreditBalanceCache(till.credits)
    watch.get()
    for _ in range(200):
        watch.invalidate()
    till.open.set()
    wait_until(lambda: till.asked == 2)
    watch.close()


def test_unread_balance_is_not_fetched() -> None:
    till = Till()
    watch = CreditBalanceCache(till.credits)
    watch.invalidate()
    assert till.asked == 0
