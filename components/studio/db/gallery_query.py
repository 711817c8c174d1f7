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
    """How an image was made."""

    MADE = "made"
    EDITED = "edited"


@dataclass(frozen=True, kw_only=True)
class GalleryQuery:
    """What to find. An empty set, text or time matches everything; times are epoch seconds."""

    text: str = ""
    """Words that all occur in the prompt, in any order and case. Only the first 50 count."""
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

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on a task joined with its image."""
        if self.in_trash:
            yield images.c.deleted_at > PURGING
        else:
            yield tasks.c.dismissed.is_(False)
            yield tasks.c.image_id.is_(None) | images.c.id.is_not(None)
            yield images.c.deleted_at.is_(None)
        text = fold_text(self.text[:MAX_SEARCH_CHARACTERS])[:MAX_SEARCH_CHARACTERS]
        for word in list(dict.fromkeys(text.split()))[:MAX_SEARCH_WORDS]:
            yield tasks.c.search_text.contains(word, autoescape=True)
        if self.models:
            yield tasks.c.model.in_(self.models)
        if len(self.origins) == 1:
            is_edit = tasks.c.source_id.is_not(None)
            yield is_edit if Origin.EDITED in self.origins else ~is_edit
        if self.ratios:
            yield sa.func.coalesce(tasks.c.aspect_ratio, MATCH_INPUT).in_(self.ratios)
        if self.states or self.stopped:
            in_state = tasks.c.state.in_([state.value for state in self.states])
            yield sa.or_(
                in_state & ~sa.func.coalesce(_failed_for(STOPPED_BY_USER), sa.false()),
                _failed_for(self.stopped),
            )
        if self.starred:
            yield images.c.starred.is_(True)
        if self.since is not None:
            yield tasks.c.created_at >= self.since
        if self.until is not None:
            yield tasks.c.created_at < self.until


def _failed_for(reasons: Iterable[FailureReason]) -> sa.ColumnElement[bool]:
    """Condition: the task has failed for one of these reasons; unknown without a failure."""
    is_failed = tasks.c.state == TaskState.FAILED.value
    named = (tasks.c.failure.startswith(f'["{reason}"') for reason in sorted(reasons))
    return is_failed & sa.or_(sa.false(), *named)
