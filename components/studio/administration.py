"""What admins see and do. Each act is noted in the audit log before it is done.

So an act that failed is noted, too, and none is missing. Nothing here shows a prompt or picture.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from components.kie import ValidationError
from components.studio.db.administration import (
    AuditEntry,
    AuditLog,
    DiskUse,
    Forecast,
    Notice,
    Order,
    Overview,
    QueueOrders,
    Retention,
    SpendingSum,
    StoredBudget,
    UnknownOutcome,
    erase_rows,
    forget_name,
)
from components.studio.db.budgets import Period
from components.studio.db.people import Person

if TYPE_CHECKING:
    from components.studio.studio import Studio

MAX_NOTICE_CHARACTERS: Final = 300
MAX_CAP: Final = Decimal(999_999_999)
MAX_DAYS: Final = 36_500
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Waiting:
    """What of a person waits to be sent."""

    user_id: str
    tasks: int
    models: tuple[str, ...]
    credits: Decimal
    since: float
    """When the oldest was made, in epoch seconds."""
    position: int
    """Of the next one in the whole queue: 1 is sent first."""


@dataclass(frozen=True)
class Administration:
    """One admin at work. Every method raises DatabaseError."""

    studio: Studio
    admin_id: str

    @cached_property
    def overview(self) -> Overview:
        """Sums over everybody."""
        return Overview(self.studio.repository.database)

    # Spending

    def spending_by_day(self, since_day: str, until_day: str) -> list[SpendingSum]:
        """What was spent by day and model, both days such as "2026-11-30" and included."""
        return self.overview.spending_by_day(since_day, until_day)

    def spending_by_person(
        self, since_day: str, until_day: str, *, limit: int, offset: int = 0
    ) -> list[SpendingSum]:
        """What each person has spent, the most first."""
        return self.overview.spending_by_person(since_day, until_day, limit=limit, offset=offset)

    def spending_csv(self, since_day: str, until_day: str) -> Iterator[str]:
        """Lines of a CSV file: what each person has spent with each model on each day."""
        rows = self.studio.budgets.spending(since_day, until_day)
        names = self.names({row.user_id for row in rows})
        yield _csv_line("day", "person", "id", "model", "pictures", "spent", "reserved")
        for row in rows:
            name = names.get(row.user_id, "")
            amounts = (str(row.images), str(row.spent), str(row.reserved))
            yield _csv_line(row.day, name, row.user_id, row.model, *amounts)

    # Budgets

    def stored_budgets(self) -> list[StoredBudget]:
        """All budgets with what is taken of them now."""
        return self.overview.budgets(self.studio.clock())

    def set_budget(self, subject: str, period: Period, cap: Decimal | None) -> None:
        """Set a budget in credits, or remove it. Raises ValidationError."""
        if cap is not None and not 0 <= cap <= MAX_CAP:
            raise ValidationError("cap", f"A budget has 0 to {MAX_CAP:,} credits.")
        self._note("budget", subject=subject, period=period.value, credits=cap and str(cap))
        self.studio.budgets.set_cap(subject, period, cap)

    def unknown_outcomes(self, *, limit: int, offset: int = 0) -> list[UnknownOutcome]:
        """Ended tasks whose credits nobody knows of, the oldest first."""
        return self.overview.unknown_outcomes(limit=limit, offset=offset)

    def decide(self, task_id: str, *, was_charged: bool) -> bool:
        """Say what became of the credits of an ended task; false if that is decided already."""
        self._note("charge", task=task_id, charged=was_charged)
        return self.studio.budgets.decide(task_id, was_charged=was_charged)

    # The queue

    def waiting(self) -> list[Waiting]:
        """Who waits to be sent, whose turn is next first."""
        found: dict[str, Waiting] = {}
        for position, task in enumerate(self.studio.worker.queue(), start=1):
            model = str(task.request.model)
            known = found.get(task.user_id) or Waiting(
                task.user_id, 0, (), Decimal(0), task.created_at, position
            )
            found[task.user_id] = replace(
                known,
                tasks=known.tasks + 1,
                models=tuple(dict.fromkeys((*known.models, model))),
                credits=known.credits + task.price,
                since=min(known.since, task.created_at),
            )
        return list(found.values())

    @property
    def is_queue_held(self) -> bool:
        """Whether an admin holds the queue."""
        return self.studio.orders.queue.is_held

    def hold_queue(self, *, is_held: bool) -> None:
        """Send nothing from now on, or go on. What has been sent runs on."""
        self._note("hold" if is_held else "go on")
        self._order_queue(lambda orders: replace(orders, is_held=is_held))

    def put_first(self, user_id: str) -> None:
        """Send what waits of this person before all others; what they press later is not."""
        self._note("put first", person=user_id)
        until = self.studio.clock()
        self._order_queue(lambda orders: replace(orders, first={**orders.first, user_id: until}))

    def is_first(self, waiting: Waiting) -> bool:
        """Whether an admin has put this person first."""
        return waiting.since <= self.studio.orders.queue.first.get(waiting.user_id, 0.0)

    def withdraw_waiting(self, user_id: str | None) -> None:
        """Do not send what waits of a person, or of everybody."""
        self._note("withdraw", person=user_id or "everybody")
        for task in self.studio.worker.queue():
            if user_id in (None, task.user_id):
                self.studio.tasks.withdraw(task.user_id, task.id)

    def _order_queue(self, rule: Callable[[QueueOrders], QueueOrders]) -> None:
        self.studio.orders.change_queue(rule)
        self.studio.follow_order(Order.QUEUE)

    # People

    def everybody(self) -> list[Person]:
        """All who were here, the latest first."""
        return self.studio.people.everybody()

    def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """Names by user id; who has none is left out."""
        return self.overview.names(user_ids)

    def open_tabs(self) -> Mapping[str, int]:
        """How many open tabs this replica serves, by user id."""
        return self.studio.events.count_listeners()

    def disk_use(self, *, limit: int, offset: int = 0) -> list[DiskUse]:
        """What each person's pictures take, the most first."""
        return self.overview.disk_use(limit=limit, offset=offset)

    def disk_use_of(self, user_ids: Collection[str]) -> Mapping[str, DiskUse]:
        """The same of these people, by user id."""
        return self.overview.disk_use_of(user_ids)

    def remove(self, user_id: str) -> None:
        """Let a person in no more. Raises ValidationError: nobody removes themselves."""
        self._refuse_oneself(user_id)
        self._note("remove", person=user_id)
        self.studio.people.remove(user_id)

    def readmit(self, user_id: str) -> None:
        """Let a removed person in again."""
        self._note("readmit", person=user_id)
        self.studio.people.readmit(user_id)

    def erase(self, user_id: str, confirmation: str) -> int:
        """Delete everything of a person for good; returns how many pictures.

        `confirmation` is the person's name as it is shown. Charges and the audit log stay, without
        names. Raises ValidationError, and OSError for files that cannot be deleted now: they go
        with the next cleaning.
        """
        studio = self.studio
        self._refuse_oneself(user_id)
        if confirmation.strip() != self.name_of(user_id):
            raise ValidationError("confirmation", "That is not the name. Nothing was deleted.")
        self._note("erase", person=user_id)
        for task in studio.tasks.waiting(user_id):
            studio.tasks.withdraw(user_id, task.id)
        task_ids = erase_rows(studio.repository.database, user_id, studio.clock())
        if task_ids is None:
            raise ValidationError(
                "person", "Something of theirs is still being made. Try again when it is done."
            )
        for task_id in task_ids:
            studio.worker.follow_change(task_id)
        count = studio.gallery.empty_trash(user_id)
        forget_name(studio.repository.database, user_id)
        studio.events.publish(user_id)
        return count

    def name_of(self, user_id: str) -> str:
        """The name of a person, else the begin of the id."""
        return self.names([user_id]).get(user_id) or user_id[:8]

    def _refuse_oneself(self, user_id: str) -> None:
        if user_id == self.admin_id:
            raise ValidationError("person", "That is you. Another admin can do it.")

    # What holds for everybody

    def set_notice(self, text: str) -> None:
        """Tell everybody something above every page, or nothing with an empty text."""
        words = " ".join(text.split())
        if len(words) > MAX_NOTICE_CHARACTERS:
            raise ValidationError(
                "notice", f"A notice has {MAX_NOTICE_CHARACTERS} characters at most."
            )
        self._note("notice", characters=len(words))
        notice = Notice(uuid.uuid4().hex, words, self.studio.clock()) if words else None
        self.studio.orders.set_notice(notice)
        self.studio.follow_order(Order.NOTICE)

    def retention_with(self, days: Mapping[str, int | None]) -> Retention:
        """The retention with these days by field; None: as the settings have it.

        Raises ValidationError.
        """
        given = {name: value for name, value in days.items() if value is not None}
        if not all(1 <= value <= MAX_DAYS for value in given.values()):
            raise ValidationError("days", f"Choose 1 to {MAX_DAYS:,} days.")
        return replace(Retention(raw_answers=self.studio.settings.raw_answer_days), **given)

    def forecast(self, retention: Retention) -> Mapping[str, Forecast]:
        """What a retention would delete now, by field of Retention."""
        return self.overview.forecast(retention, self.studio.clock())

    def set_retention(self, days: Mapping[str, int | None]) -> None:
        """Delete things after so many days, by field of Retention. Raises ValidationError.

        The next cleaning obeys, within an hour.
        """
        self.retention_with(days)
        given = {name: value for name, value in days.items() if value is not None}
        self._note("retention", **given)
        self.studio.orders.set(Order.RETENTION, given or None)
        self.studio.follow_order(Order.RETENTION)

    # The audit log

    def audit_entries(self, *, limit: int, offset: int = 0) -> list[AuditEntry]:
        """What admins have done, the latest first."""
        return AuditLog(self.studio.repository.database).newest(limit=limit, offset=offset)

    def _note(self, act: str, **details: object) -> None:
        self.studio.audit(self.admin_id, act, details)


def _csv_line(*cells: str) -> str:
    """A line of a CSV file. A spreadsheet must not take a name for a formula."""
    line = io.StringIO()
    csv.writer(line).writerow(
        [f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell for cell in cells]
    )
    return line.getvalue()
