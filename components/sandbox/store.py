"""The database of tasks, balances, files, scenes and counts; it outlives a `kill -9`.

One SQLite file in the data folder; without a folder, a private temporary database that spills to
disk, so that a long demo does not fill the memory. Every method may be called from any thread.
"""

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from components.sandbox.record_info import QueryCount
from components.sandbox.tasks import SuccessFlag, Task

_SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
_DROP_ORPHANS = "DELETE FROM blobs WHERE number NOT IN (SELECT blob FROM links)"
_MAX_SCENES = 1_000


@dataclass(frozen=True)
class StoredFile:
    """The bytes behind a link, their media type, and the task whose result they are, if any."""

    content: bytes
    mime: str
    task_id: str | None = None


class Store:
    """Everything the sandbox remembers."""

    def __init__(self, data_dir: Path | None) -> None:
        """Opens or makes the database. Raises OSError or sqlite3.Error when it cannot."""
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
        name = "" if data_dir is None else str(data_dir / "sandbox.sqlite3")
        self._lock = threading.RLock()
        self._db = sqlite3.connect(name, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database; what it holds stays in the data folder."""
        with self._lock:
            self._db.close()

    def balance(self, account: str, starting: Decimal) -> Decimal:
        """The balance in credits; an account never seen before has the starting one."""
        rows = self._run("SELECT balance FROM accounts WHERE account = ?", account)
        return Decimal(rows[0][0]) if rows else starting

    def accept(self, task: Task, price: Decimal, starting: Decimal) -> bool:
        """Pay for a task and keep it, both or neither; False when the balance is too low."""
        with self._lock, self._db:
            left = self.balance(task.account, starting) - price
            if left < 0:
                return False
            row = (task.account, str(left))
            self._db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?)", row)
            columns = "(task_id, account, running, callback_owed, document) VALUES (?, ?, 1, 0, ?)"
            values = (task.task_id, task.account, task.to_json())
            self._db.execute(f"INSERT INTO tasks {columns}", values)
        return True

    def update(self, task: Task) -> None:
        """Keep the new state of a task."""
        change = "UPDATE tasks SET running = ?, callback_owed = ?, document = ? WHERE task_id = ?"
        running = task.flag is SuccessFlag.GENERATING
        self._run(change, running, task.callback_owed, task.to_json(), task.task_id)

    def task(self, task_id: str) -> Task | None:
        """The task with this id."""
        return next(iter(self._tasks("WHERE task_id = ?", task_id)), None)

    def other_task(self, task: Task) -> Task | None:
        """Another task of the same account, the newest."""
        others = "WHERE account = ? AND task_id <> ? ORDER BY number DESC LIMIT 1"
        return next(iter(self._tasks(others, task.account, task.task_id)), None)

    def tasks(self) -> list[Task]:
        """All tasks, oldest first."""
        return self._tasks("ORDER BY number")

    def unfinished(self) -> list[Task]:
        """The tasks that still run or still owe a callback, oldest first."""
        return self._tasks("WHERE running OR callback_owed ORDER BY number")

    def running(self, account: str) -> int:
        """How many tasks of an account run now."""
        rows = self._run("SELECT 1 FROM tasks WHERE account = ? AND running", account)
        return len(rows)

    def count_query(self, task: Task) -> QueryCount:
        """Count one query of a task."""
        added = "UPDATE tasks SET looks = looks + 1, looks_after_end = looks_after_end + ?"
        counted = f"{added} WHERE task_id = ? RETURNING looks, looks_after_end"
        (row,) = self._run(counted, task.flag is not SuccessFlag.GENERATING, task.task_id)
        return QueryCount(*row)

    def save_file(self, file: StoredFile, links: Iterable[tuple[str, float]]) -> None:
        """Put bytes behind links, each a path and when it expires; a path in use is overwritten."""
        with self._lock, self._db:
            added = "INSERT INTO blobs (bytes) VALUES (?)"
            blob = self._db.execute(added, (file.content,)).lastrowid
            self._db.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)",
                [(path, blob, file.mime, expires_at, file.task_id) for path, expires_at in links],
            )
            self._db.execute(_DROP_ORPHANS)

    def add_link(self, path: str, known_path: str, expires_at: float) -> None:
        """Make a further link to the bytes behind a known one."""
        copy = "INSERT INTO links SELECT ?, blob, mime, ?, task_id FROM links WHERE path = ?"
        self._run(copy, path, expires_at, known_path)

    def file(self, path: str, now: float) -> StoredFile | None:
        """The file behind a path; None when there is none or the link has expired."""
        query = "SELECT bytes, mime, task_id FROM links JOIN blobs ON blob = number"
        rows = self._run(f"{query} WHERE path = ? AND expires_at > ?", path, now)
        return StoredFile(*rows[0]) if rows else None

    def delete_expired(self, now: float) -> None:
        """Drop the links that have expired and the bytes that no link leads to."""
        self._run("DELETE FROM links WHERE expires_at <= ?", now)
        self._run(_DROP_ORPHANS)

    def save_scene(self, fingerprints: Iterable[bytes], scene_json: str) -> None:
        """Keep a scene behind its pictures' fingerprints; the oldest make room."""
        for fingerprint in fingerprints:
            added = "INSERT INTO scenes (fingerprint, scene) VALUES (?, ?)"
            self._run(added, fingerprint, scene_json)
        oldest = "(SELECT max(number) FROM scenes) - ?"
        self._run(f"DELETE FROM scenes WHERE number <= {oldest}", _MAX_SCENES)  # noqa: S608 - our own words

    def scenes(self) -> list[tuple[bytes, str]]:
        """Return all scenes with their fingerprints, newest first."""
        return self._run("SELECT fingerprint, scene FROM scenes ORDER BY number DESC")

    def count(self, name: str) -> None:
        """Add one to a count."""
        added = "INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
        self._run(added, name)

    def counts(self) -> dict[str, int]:
        """All counts above 0."""
        return dict(self._run("SELECT name, count FROM counts"))

    def _tasks(self, which: str, *values: str) -> list[Task]:
        rows = self._run(f"SELECT document FROM tasks {which}", *values)  # noqa: S608 - our own words
        return [Task.from_json(document) for (document,) in rows]

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._lock, self._db:
            return self._db.execute(statement, values).fetchall()
