"""Presses of a submit button for the same wish make one submission."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from components.studio.db.database import DatabaseError, DatabaseErrorKind
from components.studio.tasks.models import Task

REPEATED_PRESS_S = 1.0


@dataclass
class _Press:
    """A press of a submit button: what came of it, and when in epoch seconds."""

    outcome: Future[list[Task]] = field(default_factory=Future)
    ended_at: float | None = None


class RepeatedPresses:
    """Makes one submission of presses for the same wish that come while the first is under way.

    Streamlit runs presses of a page side by side, and those of a fragment one after the other.
    So a press counts as under way for a second longer, also one that found the database busy.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._presses: dict[Hashable, _Press] = {}

    def run(self, wish: Hashable, submit: Callable[[], list[Task]]) -> list[Task]:
        """The outcome of `submit`, or of the press for the same wish; raises what that raised."""
        with self._lock:
            self._presses = {
                known: press for known, press in self._presses.items() if self._is_recent(press)
            }
            first = self._presses.get(wish)
            if first is None:
                press = self._presses[wish] = _Press()
        if first is not None:
            return first.outcome.result()
        try:
            press.outcome.set_result(submit())
        except BaseException as error:  # raised again; a press that waits for it must end as well
            is_busy = isinstance(error, DatabaseError) and error.kind is DatabaseErrorKind.BUSY
            self._end(wish, press, is_kept=is_busy)
            press.outcome.set_exception(error)
            raise
        self._end(wish, press, is_kept=True)
        return press.outcome.result()

    def _end(self, wish: Hashable, press: _Press, *, is_kept: bool) -> None:
        with self._lock:
            press.ended_at = self._clock()
            if not is_kept:
                self._presses.pop(wish)

    def _is_recent(self, press: _Press) -> bool:
        # A clock that was set back must not make a press recent for hours.
        return press.ended_at is None or abs(self._clock() - press.ended_at) <= REPEATED_PRESS_S
