"""A gallery search and its SQL conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from components.studio.db.tables import fold_text, images, tasks
from components.studio.tasks.models import STOPPED_BY_USER, FailureReason, TaskState

MATCH_INPUT = "match"
"""Stands for "no ratio requested" among the ratios of a query."""

PURGING = 0.0
"""The `deleted_at` of an image whose file is being deleted: it cannot be restored any more."""

MAX_SEARCH_CHARACTERS = 1000
MAX_SEARCH_WORDS = 50  # each is a condition, and SQLite nests at most 1,000


class Origin(StrEnum):
    """Where an image comes from."""

    MADE = "made"
    EDITED = "edited"
    BROUGHT_IN = "brought in"


@dataclass(frozen=True, kw_only=True)
class GalleryQuery:
    """What to find. An empty set, text or time matches everything; times are epoch seconds."""

    text: str = ""
    """Words that all occur in the prompt or name, in any order and case. The first 50 count."""
    models: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    ratios: frozenset[str] = frozenset()
    """As requested, such as "16:9"; or MATCH_INPUT."""
    states: frozenset[TaskState] = frozenset()
    """What a user has stopped is no failure here."""
    stopped: frozenset[FailureReason] = frozenset()
    """Tasks that a user has stopped, beside those in `states`."""
    starred: bool = False
    since: float | None = None
    until: float | None = None
    """Exclusive."""
    in_trash: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether it may leave out something that the gallery or the trash holds."""
        return self != GalleryQuery(in_trash=self.in_trash)

    @property
    def finds_brought_in(self) -> bool:
        """Whether it may find what was brought in, which is done and has no model or ratio."""
        is_done = TaskState.DONE in self.states or not (self.states or self.stopped)
        has_origin = Origin.BROUGHT_IN in self.origins or not self.origins
        return is_done and has_origin and not self.models and not self.ratios

    def task_conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on a task joined with its image."""
        yield from self._common_conditions(tasks)
        if not self.in_trash:
            yield tasks.c.dismissed.is_(False)
            yield tasks.c.image_id.is_(None) | images.c.id.is_not(None)
        if self.models:
            yield tasks.c.model.in_(self.models)
        if self.origins:
            is_edit = tasks.c.source_id.is_not(None)
            yield sa.or_(
                sa.false(),
                *([is_edit] if Origin.EDITED in self.origins else ()),
                *([~is_edit] if Origin.MADE in self.origins else ()),
            )
        if self.ratios:
            yield sa.func.coalesce(tasks.c.aspect_ratio, MATCH_INPUT).in_(self.ratios)
        if self.states or self.stopped:
            in_state = tasks.c.state.in_([state.value for state in self.states])
            yield sa.or_(
                in_state & ~sa.func.coalesce(_failed_for(STOPPED_BY_USER), sa.false()),
                _failed_for(self.stopped),
            )

    def brought_in_conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on an image that no task made, if `finds_brought_in`."""
        yield images.c.task_id.is_(None)
        yield from self._common_conditions(images)

    def _common_conditions(self, table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on an image, with text and time in this table."""
        if self.in_trash:
            yield images.c.deleted_at > PURGING
        else:
            yield images.c.deleted_at.is_(None)
        text = fold_text(self.text[:MAX_SEARCH_CHARACTERS])[:MAX_SEARCH_CHARACTERS]
        for word in list(dict.fromkeys(text.split()))[:MAX_SEARCH_WORDS]:
            yield table.c.search_text.contains(word, autoescape=True)
        if self.starred:
            yield images.c.starred.is_(True)
        if self.since is not None:
            yield table.c.created_at >= self.since
        if self.until is not None:
            yield table.c.created_at < self.until


def _failed_for(reasons: Iterable[FailureReason]) -> sa.ColumnElement[bool]:
    """Condition: the task has failed for one of these reasons; unknown without a failure."""
    is_failed = tasks.c.state == TaskState.FAILED.value
    named = (tasks.c.failure.startswith(f'["{reason}"') for reason in sorted(reasons))
    return is_failed & sa.or_(sa.false(), *named)
