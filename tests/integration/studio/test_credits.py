"""The credit balance: fetched in the background, seldom, and never awaited by a page."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path

from components.kie import AuthenticationError
from components.studio.credits import CreditBalance, CreditBalanceCache
from components.studio.tasks.models import FailureReason, TaskState
from tests.support.studio_fixture import running_studio, wait_until


class SlowAccount:
    """An account that answers once `may_answer` is set."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.requests = 0
        self.rejects_key = False

    def credits(self) -> Decimal:
        self.requests += 1
        self.may_answer.wait(60)
        if self.rejects_key:
            raise AuthenticationError("no")
        return Decimal("99.5")


def wait_for_balance(cache: CreditBalanceCache, expected: CreditBalance) -> None:
    wait_until(lambda: cache.get() == expected)


def test_get_does_not_wait_for_the_provider() -> None:
    account = SlowAccount()
    cache = CreditBalanceCache(account.credits)

    assert cache.get() is None
    account.may_answer.set()
    wait_for_balance(cache, CreditBalance(Decimal("99.5")))


def test_many_gets_fetch_once_until_stale() -> None:
    account, now = SlowAccount(), [1000.0]
    account.may_answer.set()
    cache = CreditBalanceCache(account.credits, monotonic=lambda: now[0])
    wait_for_balance(cache, CreditBalance(Decimal("99.5")))
    now[0] += 29
    cache.get()
    assert account.requests == 1

    account.rejects_key = True
    now[0] += 2
    cache.get()
    wait_for_balance(cache, CreditBalance(None, FailureReason.AUTH))
    assert account.requests == 2


def test_invalidate_refreshes_a_balance_in_use(tmp_path: Path) -> None:
    with running_studio(tmp_path) as studio_fixture:
        cache = studio_fixture.studio.credit_cache
        wait_until(lambda: cache.get() is not None)
        before = cache.get()
        studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)
        wait_until(
            lambda: (
                _credits(cache) == _credits_of(before) - studio_fixture.studio.settings.credits_pro
            )
        )


def _credits(cache: CreditBalanceCache) -> Decimal:
    return _credits_of(cache.get())


def _credits_of(balance: CreditBalance | None) -> Decimal:
    assert balance is not None
    assert balance.credits is not None
    return balance.credits


def test_change_during_refresh_refreshes_again() -> None:
    account = SlowAccount()
    cache = CreditBalanceCache(account.credits)
    cache.get()
    for _ in range(200):
        cache.invalidate()
    account.may_answer.set()
    wait_until(lambda: account.requests == 2)
    cache.close()


def test_unread_balance_is_not_fetched() -> None:
    account = SlowAccount()
    cache = CreditBalanceCache(account.credits)
    cache.invalidate()
    assert account.requests == 0
