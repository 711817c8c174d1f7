"""What a designer has spent, as far as the ledger can know it.

The service tells no price and does not say whether it charges for failures (contract.md §4), so
expected prices are added up, and what may have been charged is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa

from components.studio.db.tables import tasks
from components.studio.db.tasks import Ledger
from components.studio.tasks.models import State, Trouble

DOLLARS_A_CREDIT = Decimal("0.005")  # contract.md §4, "Money"


@dataclass(frozen=True)
class Charge:
    """Tasks of one kind: their state, what hindered them, and their price in credits."""

    state: State
    trouble: Trouble | None
    was_sent: bool
    price: Decimal
    count: int


@dataclass(frozen=True)
class Spend:
    """Credits at the expected prices, and how many pictures they stand for."""

    credits: Decimal = Decimal(0)
    pictures: int = 0
    doubtful_credits: Decimal = Decimal(0)
    """Of tasks that ended without a picture, or are unconfirmed: they may have been charged."""
    doubtful_tasks: int = 0


def spend_of(charges: Iterable[Charge]) -> Spend:
    """Add up; what is still being made is not counted yet."""
    total = Spend()
    for charge in charges:
        price = charge.price * charge.count
        if charge.state is State.DONE:
            total = replace(
                total,
                credits=total.credits + price,
                pictures=total.pictures + charge.count,
            )
        elif _may_be_charged(charge):
            total = replace(
                total,
                doubtful_credits=total.doubtful_credits + price,
                doubtful_tasks=total.doubtful_tasks + charge.count,
            )
    return total


def spent_by(ledger: Ledger, designer: str, *, since: float = 0.0) -> Spend:
    """What a designer's tasks since then cost, in epoch seconds. Raises LedgerUnavailable."""
    # One that was brought home was sent by somebody, whenever that was.
    was_sent = tasks.c.sent_at.is_not(None) | tasks.c.service_id.is_not(None)
    # Of an obstacle only the trouble counts: a JSON list that begins with its name.
    trouble = sa.func.substr(tasks.c.obstacle, 1, _LONGEST_TROUBLE)
    kind = (tasks.c.state, trouble.label("trouble"), was_sent.label("was_sent"), tasks.c.price)
    with ledger.reading() as connection:
        rows = connection.execute(
            sa.select(*kind, sa.func.count().label("many"))
            .where(tasks.c.designer == designer, tasks.c.created_at >= since)
            .group_by(*kind)
        )
        return spend_of(
            Charge(
                State(row.state),
                _trouble_in(row.trouble),
                bool(row.was_sent),
                Decimal(row.price),
                row.many,
            )
            for row in rows
        )


_LONGEST_TROUBLE = 40
_ENDED_WITHOUT = {State.FAILED, State.REFUSED, State.UNCONFIRMED, State.STILL_RUNNING}
_NEVER_TAKEN = {
    Trouble.KEY,
    Trouble.CREDIT,
    Trouble.INVALID,
    Trouble.BUSY,
    Trouble.MAINTENANCE,
    Trouble.UNREACHABLE,
    Trouble.UPLOAD,
    Trouble.SOURCE_MISSING,
}


def _may_be_charged(charge: Charge) -> bool:
    return charge.state in _ENDED_WITHOUT and charge.was_sent and charge.trouble not in _NEVER_TAKEN


def _trouble_in(obstacle: str | None) -> Trouble | None:
    """The trouble in the first letters of an obstacle's row, such as `["policy", 400, "…"]`."""
    return None if obstacle is None else Trouble(obstacle.split('"')[1])
