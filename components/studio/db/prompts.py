"""The notebook: what a designer wrote, kept beside the ledger's tasks.

Earlier prompts come from the tasks themselves; pins and drafts have tables of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from components.studio.db.tables import drafts, pins, tasks
from components.studio.db.tasks import Ledger

MOST_EARLIER = 200
MOST_CHARACTERS = 80_000  # of all earlier prompts together: they travel to the browser


@dataclass(frozen=True)
class Remembered:
    """A prompt that was sent or pinned before. `id` names it between browser and ledger."""

    id: str
    prompt: str
    pinned: bool = False
    place: int | None = None
    """How many different prompts were sent after it; None for one that was only pinned."""


class Notebook:
    """Earlier prompts, pins and drafts. Every method raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def remembered(self, designer: str, *, editing: bool) -> list[Remembered]:
        """A designer's pins, then the prompts of edits or of new pictures, newest first.

        Each prompt comes once; the oldest are left out where they would be too much to send.
        """
        places: dict[str, int] = {}
        found: list[Remembered] = []
        pinned = self._pinned(designer)
        room = MOST_CHARACTERS
        for place, prompt in enumerate(self.earlier(designer, editing=editing)):
            key, room = key_of(prompt), room - len(prompt)
            if room < 0:
                break
            places[key] = place
            if key not in pinned:
                found.append(Remembered(key, prompt, place=place))
        pins_first = [
            Remembered(key, prompt, pinned=True, place=places.get(key))
            for key, prompt in pinned.items()
        ]
        return pins_first + found

    def earlier(self, designer: str, *, editing: bool, limit: int = MOST_EARLIER) -> list[str]:
        """The distinct prompts that a designer sent, newest first."""
        is_edit = tasks.c.source_id.is_not(None)
        with self._ledger.reading() as connection:
            rows = connection.execute(
                sa.select(tasks.c.prompt)
                .where(tasks.c.designer == designer, is_edit if editing else ~is_edit)
                .group_by(tasks.c.prompt)
                .order_by(sa.func.max(tasks.c.created_at).desc())
                .limit(limit)
            )
            return [prompt for (prompt,) in rows]

    def pin(self, designer: str, prompt: str, at: float) -> None:
        """Keep a prompt at the top of the list; a second pin changes nothing."""
        key = key_of(prompt)
        with self._ledger.writing() as connection:
            known = connection.execute(_one_pin(designer, key)).one_or_none()
            if known is None:
                row = {"designer": designer, "id": key, "prompt": prompt, "pinned_at": at}
                connection.execute(sa.insert(pins), [row])

    def unpin(self, designer: str, key: str) -> None:
        """Let a prompt go back to its place; one that is not pinned stays as it is."""
        with self._ledger.writing() as connection:
            connection.execute(sa.delete(pins).where(pins.c.designer == designer, pins.c.id == key))

    def keep_draft(self, designer: str, mode: str, prompt: str) -> None:
        """Remember what stands in the prompt's box of a page."""
        with self._ledger.writing() as connection:
            where = (drafts.c.designer == designer, drafts.c.mode == mode)
            connection.execute(sa.delete(drafts).where(*where))
            if prompt:
                row = {"designer": designer, "mode": mode, "prompt": prompt}
                connection.execute(sa.insert(drafts), [row])

    def draft(self, designer: str, mode: str) -> str:
        """What stood in the prompt's box of a page; "" for nothing."""
        with self._ledger.reading() as connection:
            found = connection.execute(
                sa.select(drafts.c.prompt).where(
                    drafts.c.designer == designer, drafts.c.mode == mode
                )
            ).scalar_one_or_none()
        return found or ""

    def _pinned(self, designer: str) -> dict[str, str]:
        with self._ledger.reading() as connection:
            rows = connection.execute(
                sa.select(pins.c.id, pins.c.prompt)
                .where(pins.c.designer == designer)
                .order_by(pins.c.pinned_at.desc())
            )
            return {row.id: row.prompt for row in rows}


def key_of(prompt: str) -> str:
    """The id of a prompt: 32 hex digits of its hash, so that it can be the key of a row."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:32]


def _one_pin(designer: str, key: str) -> sa.Select[tuple[str]]:
    return sa.select(pins.c.id).where(pins.c.designer == designer, pins.c.id == key)
