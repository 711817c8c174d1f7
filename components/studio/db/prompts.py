"""Prompt history, pinned prompts and drafts.

Earlier prompts come from the tasks themselves; pins and drafts have tables of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import drafts, pins, tasks

MAX_PROMPTS = 200
MAX_TOTAL_CHARACTERS = 80_000  # of all prompts together: they travel to the browser


@dataclass(frozen=True)
class PromptEntry:
    """A prompt that was submitted or pinned. `id` names it between browser and database."""

    id: str
    prompt: str
    pinned: bool = False
    position: int | None = None
    """How many different prompts were submitted after it; None for one that was only pinned."""


class PromptHistory:
    """Earlier prompts, pins and drafts. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_prompts(self, user_id: str, *, editing: bool) -> list[PromptEntry]:
        """A user's pinned prompts, then the prompts of edits or of new images, newest first.

        Each prompt comes once; the oldest are left out beyond 80,000 characters in all.
        """
        positions: dict[str, int] = {}
        unpinned: list[PromptEntry] = []
        pinned = self._pinned_prompts(user_id)
        remaining = MAX_TOTAL_CHARACTERS
        for position, prompt in enumerate(self.recent_prompts(user_id, editing=editing)):
            key, remaining = prompt_key(prompt), remaining - len(prompt)
            if remaining < 0:
                break
            positions[key] = position
            if key not in pinned:
                unpinned.append(PromptEntry(key, prompt, position=position))
        pins_on_top = [
            PromptEntry(key, prompt, pinned=True, position=positions.get(key))
            for key, prompt in pinned.items()
        ]
        return pins_on_top + unpinned

    def recent_prompts(self, user_id: str, *, editing: bool, limit: int = MAX_PROMPTS) -> list[str]:
        """The distinct prompts that a user submitted, newest first."""
        is_edit = tasks.c.source_id.is_not(None)
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(tasks.c.prompt)
                .where(tasks.c.user_id == user_id, is_edit if editing else ~is_edit)
                .group_by(tasks.c.prompt)
                .order_by(sa.func.max(tasks.c.created_at).desc())
                .limit(limit)
            )
            return [prompt for (prompt,) in rows]

    def pin(self, user_id: str, prompt: str, at: float) -> None:
        """Keep a prompt at the top of the list; a second pin changes nothing."""
        key = prompt_key(prompt)
        with self._database.write_transaction() as connection:
            known = connection.execute(_select_pin(user_id, key)).one_or_none()
            if known is None:
                row = {"user_id": user_id, "id": key, "prompt": prompt, "pinned_at": at}
                connection.execute(sa.insert(pins), [row])

    def unpin(self, user_id: str, key: str) -> None:
        """Remove a pin; nothing happens where there is none."""
        with self._database.write_transaction() as connection:
            connection.execute(sa.delete(pins).where(pins.c.user_id == user_id, pins.c.id == key))

    def save_draft(self, user_id: str, mode: str, prompt: str) -> None:
        """Store the text of an unsent form."""
        with self._database.write_transaction() as connection:
            where = (drafts.c.user_id == user_id, drafts.c.mode == mode)
            connection.execute(sa.delete(drafts).where(*where))
            if prompt:
                row = {"user_id": user_id, "mode": mode, "prompt": prompt}
                connection.execute(sa.insert(drafts), [row])

    def load_draft(self, user_id: str, mode: str) -> str:
        """The text of an unsent form; "" where there is none."""
        with self._database.read_transaction() as connection:
            text = connection.execute(
                sa.select(drafts.c.prompt).where(drafts.c.user_id == user_id, drafts.c.mode == mode)
            ).scalar_one_or_none()
        return text or ""

    def _pinned_prompts(self, user_id: str) -> dict[str, str]:
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(pins.c.id, pins.c.prompt)
                .where(pins.c.user_id == user_id)
                .order_by(pins.c.pinned_at.desc())
            )
            return {row.id: row.prompt for row in rows}


def prompt_key(prompt: str) -> str:
    """The id of a prompt: 32 hex digits of its hash."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:32]


def _select_pin(user_id: str, key: str) -> sa.Select[tuple[str]]:
    return sa.select(pins.c.id).where(pins.c.user_id == user_id, pins.c.id == key)
