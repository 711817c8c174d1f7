"""Whether the account can pay for the next queued task."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from components.kie import KeyRejected, ServiceUnavailable
from components.studio.tasks.models import Trouble
from components.studio.worker.account import trouble_of


@dataclass
class FixedBalance:
    """Tells this balance, or fails with this error."""

    answer: Decimal | Exception

    def credits(self) -> Decimal:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("4.99", Trouble.CREDIT), ("5", None), ("7", None), ("10", None)],
)
def test_balance_must_cover_the_cheapest_queued_task(
    balance: str, expected: Trouble | None
) -> None:
    prices = [Decimal(10), Decimal(5)]

    assert trouble_of(FixedBalance(Decimal(balance)), prices, Trouble.CREDIT) is expected


def test_empty_queue_needs_no_credits() -> None:
    assert trouble_of(FixedBalance(Decimal(0)), [], Trouble.CREDIT) is None


def test_rejected_key_blocks_the_account() -> None:
    assert trouble_of(FixedBalance(KeyRejected("no")), [Decimal(5)], None) is Trouble.KEY


@pytest.mark.parametrize("before", [None, Trouble.CREDIT, Trouble.KEY])
def test_unknown_balance_changes_nothing(before: Trouble | None) -> None:
    unreachable = FixedBalance(ServiceUnavailable("no answer"))

    assert trouble_of(unreachable, [Decimal(5)], before) is before
