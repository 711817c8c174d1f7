"""Prompt history, pinned prompts and drafts.

Earlier prompts come from the tasks themselves; pins and drafts have tables of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from components.studio.db.database import Database
from components.studio.db.tables import drafts, images, pins, tasks

MAX_PROMPTS = 200
MAX_TOTAL_CHARACTERS = 80_000  # of all prompts together: they travel to the browser

MAX_DRAFTS = 5  # of one user and form
DRAFT_LIFETIME_S = 90 * 24 * 3600.0
UNKNOWN_DRAFT_LIFETIME_S = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Draft:
    """The text of an unsent form, and the browser tab that it was typed in; "" is every tab."""

    tab: str
    text: str


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

    def save_draft(self, user_id: str, mode: str, draft: Draft, at: float) -> None:
        """Store the text of an unsent form; without text, forget it.

        Another tab's draft with the same text is this one's predecessor and goes. Of other drafts
        the newest four stay.
        """
        of_form = (drafts.c.user_id == user_id, drafts.c.mode == mode)
        is_same = (drafts.c.tab == draft.tab) | (drafts.c.prompt == draft.text)
        newest = (
            sa.select(drafts.c.tab)
            .where(*of_form)
            .order_by(drafts.c.saved_at.desc(), drafts.c.tab)
            .limit(MAX_DRAFTS)
        )
        with self._database.write_transaction() as connection:
            connection.execute(sa.delete(drafts).where(*of_form, is_same))
            if draft.text:
                connection.execute(
                    sa.insert(drafts).values(
                        user_id=user_id,
                        mode=mode,
                        tab=draft.tab,
                        prompt=draft.text,
                        saved_at=at,
                    )
                )
                connection.execute(sa.delete(drafts).where(*of_form, drafts.c.tab.not_in(newest)))

    def load_drafts(self, user_id: str, mode: str) -> list[Draft]:
        """The texts of a user's unsent forms of this kind, the newest first."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(drafts.c.tab, drafts.c.prompt)
                .where(drafts.c.user_id == user_id, drafts.c.mode == mode)
                .order_by(drafts.c.saved_at.desc(), drafts.c.tab)
            )
            return [Draft(tab, text) for tab, text in rows]

    def delete_expired_drafts(self, now: float) -> int:
        """Delete drafts after 90 days, and after 7 days those of users who own nothing else.

        Such a user may be a made-up cookie. Returns how many.
        """
        owns_something = sa.or_(
            *(
                sa.exists().where(table.c.user_id == drafts.c.user_id)
                for table in (tasks, images, pins)
            )
        )
        is_expired = (drafts.c.saved_at < now - DRAFT_LIFETIME_S) | (
            (drafts.c.saved_at < now - UNKNOWN_DRAFT_LIFETIME_S) & ~owns_something
        )
        with self._database.write_transaction() as connection:
            return connection.execute(sa.delete(drafts).where(is_expired)).rowcount

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
