"""Prompt history, pinned prompts and drafts.

Earlier prompts come from the tasks themselves; pins and drafts have tables of their own.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import sqlalchemy as sa

from components.studio.db.database import Database, DatabaseError
from components.studio.db.tables import (
    MAX_DRAFT_BYTES,
    drafts,
    images,
    insert_or,
    pins,
    tasks,
)

log = logging.getLogger("kontext.drafts")

MAX_PROMPTS = 200
MAX_TOTAL_CHARACTERS = 80_000  # of all prompts together: they travel to the browser

MAX_DRAFTS = 5  # of one user and form
MAX_UNSAVED_DRAFTS = 1000  # in memory, while the database cannot be written: at most 24 MB
MAX_DRAFTS_IN_ALL = 5000  # a made-up cookie is free; this is 250 people's, at most 120 MB
DRAFT_LIFETIME_S = 90 * 24 * 3600.0
CHOICES = ("keep-rest", "sandbox-notice", "claims", "notice")
"""Drafts that hold what a person has chosen once, and not a text that is being typed."""
UNKNOWN_DRAFT_LIFETIME_S = 7 * 24 * 3600.0


_OWNS_SOMETHING = sa.or_(
    *(sa.exists().where(table.c.user_id == drafts.c.user_id) for table in (tasks, images, pins))
)


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
                .where(tasks.c.prompt != "")  # its image is deleted
                .group_by(tasks.c.prompt)
                .order_by(sa.func.max(tasks.c.created_at).desc())
                .limit(limit)
            )
            return [prompt for (prompt,) in rows]

    def pin(self, user_id: str, prompt: str, at: float) -> None:
        """Keep a prompt at the top of the list; a second pin changes nothing."""
        key = prompt_key(prompt)
        with self._database.write_transaction() as connection:
            connection.execute(
                insert_or(connection, pins)
                .values(user_id=user_id, id=key, prompt=prompt, pinned_at=at)
                .on_conflict_do_nothing()
            )

    def unpin(self, user_id: str, key: str) -> None:
        """Remove a pin; nothing happens where there is none."""
        with self._database.write_transaction() as connection:
            connection.execute(sa.delete(pins).where(pins.c.user_id == user_id, pins.c.id == key))

    def save_draft(self, user_id: str, mode: str, draft: Draft, at: float) -> None:
        """Store the text of an unsent form; without text, forget it.

        Another tab's draft with the same text is this one's predecessor and goes. Of other drafts
        the newest four stay. Above 5,000 in all the oldest go, those of users who own nothing else
        first.
        """
        of_form = (drafts.c.user_id == user_id, drafts.c.mode == mode)
        written = {"prompt": draft.text, "saved_at": at}
        newest = (
            sa.select(drafts.c.tab)
            .where(*of_form)
            .order_by(drafts.c.saved_at.desc(), drafts.c.tab)
            .limit(MAX_DRAFTS)
        )
        with self._database.write_transaction() as connection:
            if not draft.text:
                connection.execute(sa.delete(drafts).where(*of_form, drafts.c.tab == draft.tab))
                return
            connection.execute(
                sa.delete(drafts).where(
                    *of_form, drafts.c.tab != draft.tab, drafts.c.prompt == draft.text
                )
            )
            connection.execute(
                insert_or(connection, drafts)
                .values(user_id=user_id, mode=mode, tab=draft.tab, **written)
                .on_conflict_do_update(index_elements=drafts.primary_key.columns, set_=written)
            )
            connection.execute(sa.delete(drafts).where(*of_form, drafts.c.tab.not_in(newest)))
            _delete_above_limit(connection)

    def load_drafts(self, user_id: str, mode: str) -> list[Draft]:
        """The texts of a user's unsent forms of this kind, the newest first."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                sa.select(drafts.c.tab, drafts.c.prompt)
                .where(drafts.c.user_id == user_id, drafts.c.mode == mode)
                .order_by(drafts.c.saved_at.desc(), drafts.c.tab)
            )
            return [Draft(tab, text) for tab, text in rows]

    def delete_expired_drafts(self, now: float, lifetime_s: float = DRAFT_LIFETIME_S) -> int:
        """Delete drafts after 90 days or another time, and those of users who own nothing after 7.

        Such a user may be a made-up cookie. The choices of others stay. Returns how many.
        """
        is_text = drafts.c.mode.not_in(CHOICES)
        is_expired = (is_text & (drafts.c.saved_at < now - lifetime_s)) | (
            (drafts.c.saved_at < now - UNKNOWN_DRAFT_LIFETIME_S) & ~_OWNS_SOMETHING
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


def _delete_above_limit(connection: sa.Connection) -> None:
    count = connection.execute(sa.select(sa.func.count()).select_from(drafts)).scalar_one()
    if count <= MAX_DRAFTS_IN_ALL:
        return
    key = drafts.primary_key.columns.values()
    # Some more than needed: it is not worth doing for each draft.
    first_to_go = (
        sa.select(*key)
        .order_by(_OWNS_SOMETHING, drafts.c.saved_at)
        .limit(count - MAX_DRAFTS_IN_ALL * 19 // 20)
    )
    connection.execute(sa.delete(drafts).where(sa.tuple_(*key).in_(first_to_go)))


_Key = tuple[str, str, str]
"""User, form and tab."""


class DraftStore:
    """Drafts by user, form and tab, written by one thread in order: no page waits for the disk.

    So a tab never overwrites what was typed in another one. Of one user and form the newest five
    stay.
    """

    def __init__(self, history: PromptHistory, *, clock: Callable[[], float] = time.time) -> None:
        self._history = history
        self._clock = clock
        self._lock = Lock()
        self._unsaved: dict[_Key, str] = {}
        self._queued: set[_Key] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="drafts")

    def save(self, user_id: str, name: str, text: str, *, tab: str = "") -> None:
        """Store the text of a form, at most 24,000 bytes of it. Returns at once."""
        key = (user_id, name, tab)
        # Half of a surrogate pair can stand in a text box, but not in the database.
        storable = text.encode(errors="replace")[:MAX_DRAFT_BYTES].decode(errors="ignore")
        with self._lock:
            self._unsaved.pop(key, None)  # so that the newest is the last
            self._unsaved[key] = storable
            if len(self._unsaved) > MAX_UNSAVED_DRAFTS:
                del self._unsaved[next(iter(self._unsaved))]
            if key in self._queued:
                return
            self._queued.add(key)
        self._writer.submit(self._write, key)

    def load(self, user_id: str, name: str, *, open_tabs: Collection[str] = ()) -> Draft:
        """The newest text that no open tab shows, else the newest one. Raises DatabaseError."""
        with self._lock:
            unsaved = {
                tab: Draft(tab, text)
                for (owner, form, tab), text in self._unsaved.items()
                if (owner, form) == (user_id, name)
            }
        stored = self._history.load_drafts(user_id, name)
        newest_first = [
            *reversed(unsaved.values()),
            *(draft for draft in stored if draft.tab not in unsaved),
        ]
        drafts = sorted(
            (draft for draft in newest_first if draft.text),
            key=lambda draft: draft.tab in open_tabs,
        )
        return drafts[0] if drafts else Draft("", "")

    def take_over(self, user_id: str, name: str, *, tab: str, open_tabs: Collection[str]) -> str:
        """What `load` finds; a closed tab's draft becomes this tab's. Raises DatabaseError."""
        draft = self.load(user_id, name, open_tabs=open_tabs)
        if draft.text and draft.tab != tab and draft.tab not in open_tabs:
            self.save(user_id, name, draft.text, tab=tab)
            self.save(user_id, name, "", tab=draft.tab)
        return draft.text

    def close(self) -> None:
        """Write what is left, then stop."""
        self._writer.shutdown()

    def _write(self, key: _Key) -> None:
        user_id, name, tab = key
        with self._lock:
            self._queued.discard(key)
            if (text := self._unsaved.get(key)) is None:
                return  # newer ones took its room
        try:
            self._history.save_draft(user_id, name, Draft(tab, text), self._clock())
        except DatabaseError:
            log.exception("draft kept in memory only")
            return
        with self._lock:
            if key not in self._queued:
                self._unsaved.pop(key, None)
