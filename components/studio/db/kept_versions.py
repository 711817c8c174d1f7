"""Versions of an edit's result: the raw answer, and the one with the source's pixels put back.

Both are images of the same task. One is shown everywhere, the other is hidden and stays at hand.
A report says what was found out about the raw answer. It is written together with that answer,
so that no crash can lose it.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from components.studio.db.database import Database, MessageKind, chunked
from components.studio.db.tables import (
    ImageRecord,
    chain_runs,
    image_from_row,
    image_to_row,
    images,
    insert_or,
    keep_reports,
    selected_sources,
    stored_word,
    tasks,
)


class KeepChoice(StrEnum):
    """What a person wants to happen after each edit. The values are stored."""

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


class KeepState(StrEnum):
    """What became of a raw answer. The values are stored: add, never rename."""

    WAITING = "waiting"
    WORKING = "working"
    APPLIED = "applied"
    """A kept version was made."""
    OFFERED = "offered"
    """Much changed, or the person wants to be asked: nothing was made yet."""
    ASKED = "asked"
    """The colors of the whole picture moved: wanted or not, only the person knows."""
    DECLINED = "declined"
    FAILED = "failed"
    OFF = "off"
    """The person does not want it."""


ASKED_FOR = "asked_for"
"""The reason of a report that waits because a person wants it. The value is stored."""
BUSY = frozenset({KeepState.WAITING, KeepState.WORKING})


@dataclass(frozen=True, kw_only=True)
class KeepReport:
    """What was found out about the raw answer of an edit. Times are epoch seconds."""

    image_id: str
    """Of the raw answer."""
    user_id: str
    task_id: str
    state: KeepState = KeepState.WAITING
    reason: str = ""
    """Why: a `Reason` of `keep_source_pixels.py`, or a `KeepProblem` of `keep_process.py`."""
    changed_fraction: float | None = None
    """Of the source's area, 0 to 1; None before it was measured."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What else was measured: `moved_px`, `color_delta_e` and others."""
    settings: str = "{}"
    """The settings of the change map, as JSON."""
    kept_id: str | None = None
    """The image with the source's pixels put back."""
    updated_at: float = 0.0


@dataclass(kw_only=True)
class KeptVersions:
    """Reads and writes reports and versions. Every method raises DatabaseError."""

    database: Database
    clock: Callable[[], float] = time.time

    def report(self, image_id: str) -> KeepReport | None:
        """The report of a raw answer, also by the id of its kept version."""
        query = sa.select(keep_reports).where(
            (keep_reports.c.image_id == image_id) | (keep_reports.c.kept_id == image_id)
        )
        with self.database.read_transaction() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else _report_from_row(row)

    def report_of_kept(self, image_id: str) -> KeepReport | None:
        """The report by the id of a kept version alone."""
        report = self.report(image_id)
        return report if report is not None and report.kept_id == image_id else None

    def reports_of(self, task_ids: Sequence[str]) -> dict[str, KeepReport]:
        """The reports of these tasks' results, by task."""
        found: dict[str, KeepReport] = {}
        with self.database.read_transaction() as connection:
            for ids in chunked(task_ids):
                rows = connection.execute(
                    sa.select(keep_reports).where(keep_reports.c.task_id.in_(ids))
                )
                found |= {row.task_id: _report_from_row(row) for row in rows}
        return found

    def recover(self) -> tuple[list[KeepReport], list[KeepReport]]:
        """What waits, oldest first, and what was being worked on when the app ended.

        The latter has failed, and is tried again only when a person asks: it may be what ended
        the app.
        """
        at_work = keep_reports.c.state == KeepState.WORKING.value
        with self.database.write_transaction() as connection:
            cut_off = connection.execute(sa.select(keep_reports).where(at_work)).all()
            connection.execute(
                sa.update(keep_reports)
                .where(at_work)
                .values(state=KeepState.FAILED.value, reason="interrupted")
            )
            rows = connection.execute(
                sa.select(keep_reports)
                .where(keep_reports.c.state == KeepState.WAITING.value)
                .order_by(keep_reports.c.updated_at)
            )
            waiting = [_report_from_row(row) for row in rows]
        return waiting, [_report_from_row(row) for row in cut_off]

    def claim(self, image_id: str) -> tuple[KeepReport, bool] | None:
        """Begin to work on a report that waits; and whether a person asked for it.

        None if it does not wait any more.
        """
        before: list[KeepReport] = []

        def begin(report: KeepReport) -> KeepReport:
            before.append(report)
            is_waiting = report.state is KeepState.WAITING
            return replace(report, state=KeepState.WORKING, reason="") if is_waiting else report

        after = self.update(image_id, begin)
        if after is None or before[-1].state is not KeepState.WAITING:
            return None
        return after, before[-1].reason == ASKED_FOR

    def settle(self, report: KeepReport) -> KeepReport | None:
        """Store what became of a report at work.

        None, with nothing changed, if a person has asked for something else meanwhile.
        """
        after = self.update(
            report.image_id, lambda now: report if _is_at_work(now, report) else now
        )
        return None if after is None or after.state is not report.state else after

    def update(self, image_id: str, rule: Callable[[KeepReport], KeepReport]) -> KeepReport | None:
        """Change a report in one transaction; None if there is none (any more)."""
        this = keep_reports.c.image_id == image_id
        with self.database.write_transaction() as connection:
            row = connection.execute(
                sa.select(keep_reports).where(this).with_for_update()
            ).one_or_none()
            if row is None:
                return None
            before = _report_from_row(row)
            after = rule(before)
            if after == before:
                return before
            after = replace(after, updated_at=self.clock())
            connection.execute(sa.update(keep_reports).where(this).values(_report_to_row(after)))
            return after

    def request(self, raw: ImageRecord, settings: str) -> KeepReport:
        """Let the report of a raw answer wait, as a person asked for it; added if there is none."""
        asked = {
            "state": KeepState.WAITING.value,
            "reason": ASKED_FOR,
            "settings": settings,
            "updated_at": self.clock(),
        }
        with self.database.write_transaction() as connection:
            row = connection.execute(
                insert_or(connection, keep_reports)
                .values(waiting_report_row(raw) | asked)
                .on_conflict_do_update(index_elements=[keep_reports.c.image_id], set_=asked)
                .returning(keep_reports)
            ).one()
            self.database.announce(connection, MessageKind.KEEP, raw.id)
            return _report_from_row(row)

    def show_kept(self, report: KeepReport, kept: ImageRecord) -> list[ImageRecord] | None:
        """Store a kept version, and show it in place of the version that was shown.

        Returns earlier kept versions whose files can go: nothing was made from them. None, with
        nothing stored, if the raw answer is in the trash or deleted.
        """
        with self.database.write_transaction() as connection:
            row = connection.execute(
                sa.select(keep_reports)
                .where(keep_reports.c.image_id == report.image_id)
                .with_for_update()
            ).one_or_none()
            if row is None or not _is_at_work(_report_from_row(row), report):
                return None
            raw = connection.execute(
                sa.select(images).where(
                    images.c.id == report.image_id, images.c.deleted_at.is_(None)
                )
            ).one_or_none()
            shown = _shown_version(connection, report.task_id)
            if raw is None or shown is None or shown.deleted_at is not None:
                return None
            connection.execute(sa.insert(images), [image_to_row(replace(kept, hidden=True))])
            _switch(connection, shown, kept.id)
            connection.execute(
                sa.update(keep_reports)
                .where(keep_reports.c.image_id == report.image_id)
                .values(_report_to_row(replace(report, updated_at=self.clock())))
            )
            return _delete_unused(connection, report.task_id, {report.image_id, kept.id})

    def show_version(self, user_id: str, image_id: str) -> bool:
        """Show this version of a result in place of the other; false if there is no such image."""
        with self.database.write_transaction() as connection:
            row = connection.execute(
                sa.select(images.c.task_id).where(
                    images.c.id == image_id,
                    images.c.user_id == user_id,
                    images.c.deleted_at.is_(None),
                )
            ).one_or_none()
            shown = None if row is None else _shown_version(connection, row.task_id)
            if shown is None or shown.deleted_at is not None:
                return False
            if shown.id != image_id:
                _switch(connection, shown, image_id)
            return True

    def shown_ids(self, image_ids: Sequence[str]) -> dict[str, str]:
        """For each hidden version among these images, the version that is shown."""
        found: dict[str, str] = {}
        with self.database.read_transaction() as connection:
            for ids in chunked(image_ids):
                rows = connection.execute(
                    sa.select(images.c.id, tasks.c.image_id)
                    .join(tasks, tasks.c.id == images.c.task_id)
                    .where(images.c.id.in_(ids), images.c.hidden.is_(True))
                )
                found |= {row.id: row.image_id for row in rows if row.image_id}
        return found

    def expired_raw_answers(self, until: float) -> list[ImageRecord]:
        """Raw answers of before then whose kept version is shown, and that no edit started from."""
        with self.database.read_transaction() as connection:
            rows = connection.execute(expired_raw_answers(until))
            return [image_from_row(row) for row in rows]

    def forget(self, image_ids: Sequence[str]) -> None:
        """Delete the rows of hidden versions whose files are deleted."""
        with self.database.write_transaction() as connection:
            for ids in chunked(image_ids):
                connection.execute(
                    sa.delete(images).where(images.c.id.in_(ids), images.c.hidden.is_(True))
                )


def expired_raw_answers(until: float) -> sa.Select[Any]:
    """The query of `KeptVersions.expired_raw_answers`."""
    return (
        sa.select(images)
        .join(keep_reports, keep_reports.c.image_id == images.c.id)
        .where(
            images.c.hidden.is_(True),
            images.c.created_at <= until,
            keep_reports.c.state == KeepState.APPLIED.value,
            images.c.id.not_in(_sources()),
        )
    )


def _shown_version(connection: sa.Connection, task_id: str | None) -> ImageRecord | None:
    row = connection.execute(
        sa.select(images)
        .join(tasks, tasks.c.image_id == images.c.id)
        .where(tasks.c.id == (task_id or ""))
        .with_for_update()  # two that switch at once would show both, or none
    ).one_or_none()
    return None if row is None else image_from_row(row)


def _switch(connection: sa.Connection, shown: ImageRecord, image_id: str) -> None:
    """Show another version. It takes the star and the place of the other.

    Where that one is selected as the source of edits, this one is from now on.
    """
    connection.execute(sa.update(images).where(images.c.id == shown.id).values(hidden=True))
    connection.execute(
        sa.update(images)
        .where(images.c.id == image_id)
        .values(hidden=False, starred=shown.starred, chosen_at=shown.chosen_at)
    )
    connection.execute(
        sa.update(tasks).where(tasks.c.image_id == shown.id).values(image_id=image_id)
    )
    connection.execute(
        sa.update(selected_sources)
        .where(selected_sources.c.source_id == shown.id)
        .values(source_id=image_id)
    )


def _delete_unused(connection: sa.Connection, task_id: str, in_use: set[str]) -> list[ImageRecord]:
    """Delete the rows of a result's other versions that no edit started from."""
    in_runs = sa.select(chain_runs.c.image_id).where(chain_runs.c.image_id.is_not(None))
    rows = connection.execute(
        sa.select(images).where(
            images.c.task_id == task_id,
            images.c.hidden.is_(True),
            images.c.id.not_in(in_use),
            images.c.id.not_in(_sources()),
            images.c.id.not_in(in_runs),
        )
    )
    unused = [image_from_row(row) for row in rows]
    for image in unused:
        connection.execute(sa.delete(images).where(images.c.id == image.id))
    return unused


def _sources() -> sa.Select[tuple[str]]:
    return sa.select(tasks.c.source_id).where(tasks.c.source_id.is_not(None))


def kept_id_for(report: KeepReport) -> str:
    """The id of the version that is made while a report is at work: known also after a kill."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{report.image_id} {report.updated_at!r}").hex


def _is_at_work(now: KeepReport, report: KeepReport) -> bool:
    return now.state is KeepState.WORKING and now.settings == report.settings


def _report_to_row(report: KeepReport) -> dict[str, Any]:
    return {
        "image_id": report.image_id,
        "user_id": report.user_id,
        "task_id": report.task_id,
        "state": str(report.state),
        "reason": report.reason,
        "changed_fraction": report.changed_fraction,
        "figures": json.dumps(dict(report.figures)),
        "settings": report.settings,
        "kept_id": report.kept_id,
        "updated_at": report.updated_at,
    }


def _report_from_row(row: Any) -> KeepReport:
    return KeepReport(
        image_id=row.image_id,
        user_id=row.user_id,
        task_id=row.task_id,
        state=stored_word(KeepState, row.state),
        reason=row.reason,
        changed_fraction=row.changed_fraction,
        figures=json.loads(row.figures),
        settings=row.settings,
        kept_id=row.kept_id,
        updated_at=row.updated_at,
    )


def waiting_report_row(image: ImageRecord) -> dict[str, Any]:
    """The row of a report for a raw answer that has just come."""
    return _report_to_row(
        KeepReport(
            image_id=image.id,
            user_id=image.user_id,
            task_id=image.task_id or "",
            updated_at=image.created_at,
        )
    )
