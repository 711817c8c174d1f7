"""One of several processes on one PostgreSQL database: who leads, and what they tell each other.

A session lock of PostgreSQL says who leads; the next one has it within a second after its holder
is gone. The lock alone does not keep a process that was paused from sending: what costs money is
checked against `leadership.epoch` in the transaction that claims it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

from components.studio.db.database import CHANNEL, Database, DatabaseError, MessageKind

log = logging.getLogger("kontext.replicas")

POLL_SECONDS = 0.25  # how often the lock is tried, or the leader shows that it is alive
STOPPED_LEADER_SECONDS = 10  # a process that is frozen for so long leads no more
RECONNECT_SECONDS = 1.0
SELF_TEST_SECONDS = 10.0
LEAVE_SECONDS = 8.0  # for creates under way, before another replica takes over
MAX_CLOCK_SKEW_SECONDS = 5.0
MAX_UNSENT_MESSAGES = 1000
_LOCK_NUMBER = 7_300_527_159  # any number, the same in every process


class Replica:
    """Takes part in choosing the leader, and passes messages on.

    All callbacks run on its thread and must return within seconds. After each connection `on_lead`
    or `on_connected` is called: what others said before is lost, so everything may have changed.
    `on_step_down` gets the seconds for which it may wait for what is being sent. `settings` names
    what all replicas must have in common, without secrets.
    """

    def __init__(
        self,
        database: Database,
        *,
        settings: str,
        on_lead: Callable[[], object],
        on_step_down: Callable[[float], object],
        on_connected: Callable[[], object],
        on_message: Callable[[MessageKind, str], object],
    ) -> None:
        self._database = database
        self._settings = hashlib.sha256(settings.encode()).hexdigest()[:16]
        self._hello = f"{database.replica_id} {self._settings}"
        self._strangers: set[str] = set()
        self._on_lead = on_lead
        self._on_step_down = on_step_down
        self._on_connected = on_connected
        self._on_message = on_message
        self._is_leader = False
        self._is_closed = False
        self._is_pooled = False
        self._leaves = threading.Event()
        self._left = threading.Event()
        self._stopping = threading.Event()
        self._connected_once = threading.Event()
        self._lock = threading.Lock()
        self._unsent: dict[tuple[MessageKind, str], None] = {}
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)

    @property
    def is_leader(self) -> bool:
        """Whether this process sends and follows tasks."""
        return self._is_leader

    def start(self) -> None:
        """Connect. Raises DatabaseError behind a pooler that splits sessions: none would lead."""
        self._thread.start()
        if not self._connected_once.wait(SELF_TEST_SECONDS) or self._is_pooled:
            self.stop()
            raise DatabaseError(
                "The database passes no notifications on, or splits sessions. The studio needs a "
                "direct connection to PostgreSQL, or a pooler in session mode: change "
                "KONTEXT_DATABASE_URL."
            )

    def leave(self) -> None:
        """Let another replica lead from now on; creates under way end before."""
        self._leaves.set()
        self._wake()
        self._left.wait(LEAVE_SECONDS + 1.0)

    def stop(self) -> None:
        """Disconnect; another replica leads within a second."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            if not self._is_closed:
                os.close(self._wake_reader)
                os.close(self._wake_writer)
            self._is_closed = True

    def tell(self, kind: MessageKind, text: str = "") -> None:
        """Tell the other replicas. Returns at once; the same message once more is sent once."""
        with self._lock:
            if len(self._unsent) < MAX_UNSENT_MESSAGES:
                self._unsent[kind, text] = None
        self._wake()

    def _wake(self) -> None:
        with self._lock, suppress(BlockingIOError):  # it is awake already
            if not self._is_closed:
                os.write(self._wake_writer, b"\0")

    def _run(self) -> None:
        import psycopg  # only here: an app on SQLite does without it

        while not self._stopping.is_set():
            try:
                with closing(self._connect()) as connection:
                    self._serve(connection)
            except (psycopg.Error, DatabaseError) as error:
                log.warning("replica disconnected", extra={"reason": type(error).__name__})
            except Exception:
                # Without this thread no replica would lead, and no page would be told.
                log.exception("replica failed")
            finally:
                self._step_down(0.0)
            self._stopping.wait(RECONNECT_SECONDS)

    def _connect(self) -> Any:
        import psycopg

        connection = psycopg.connect(**self._database.connect_arguments, autocommit=True)
        connection.add_notify_handler(lambda notify: self._receive(notify.payload))
        # PostgreSQL ends the session of a process that is frozen, and with it the lock.
        connection.execute(f"SET idle_session_timeout = '{STOPPED_LEADER_SECONDS}s'")
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def _serve(self, connection: Any) -> None:
        if not self._connected_once.is_set() and self._shares_sessions(connection):
            self._is_pooled = True
            self._connected_once.set()
            self._stopping.set()
            return
        self._tell_now(connection, MessageKind.HELLO, self._hello)
        self._check_clock(connection)
        if self._leaves.is_set() or not self._try_to_lead(connection):
            self._on_connected()
        while not self._stopping.is_set():
            if self._leaves.is_set():
                if self._is_leader:
                    self._step_down(LEAVE_SECONDS)
                    connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_NUMBER])
                self._left.set()
            elif not self._is_leader:
                self._try_to_lead(connection)
            else:
                connection.execute("SELECT 1")  # shows that this process is not frozen
            self._send_unsent(connection)
            readable, _, _ = select.select([connection, self._wake_reader], [], [], POLL_SECONDS)
            if self._wake_reader in readable:
                os.read(self._wake_reader, 4096)
            if connection in readable:
                self._read_messages(connection)

    def _greet(self, replica_id: str, settings: str) -> None:
        if replica_id == self._database.replica_id:
            self._connected_once.set()
        elif settings != self._settings and replica_id not in self._strangers:
            self._strangers.add(replica_id)
            self.tell(MessageKind.HELLO, self._hello)  # its log says the same
            log.error(
                "another studio uses this database",
                extra={
                    "reason": "Its KIE_BASE_URL or KONTEXT_STORAGE_URL is another one. Give all "
                    "replicas the same settings, and another studio a database of its own."
                },
            )

    def _shares_sessions(self, connection: Any) -> bool:
        """Whether a pooler gives the session of this connection to others between statements."""
        query = "SELECT pg_backend_pid()"
        (before,) = connection.execute(query).fetchone()
        with self._database.read_transaction() as other:
            other.exec_driver_sql(query)  # a pooler hands it the session that was used last
            (now,) = connection.execute(query).fetchone()
        return bool(now != before)

    def _check_clock(self, connection: Any) -> None:
        (of_database,) = connection.execute(
            "SELECT extract(epoch FROM clock_timestamp())::float"
        ).fetchone()
        skew = time.time() - of_database
        if abs(skew) > MAX_CLOCK_SKEW_SECONDS:
            log.warning("clock differs from that of the database", extra={"seconds": round(skew)})

    def _try_to_lead(self, connection: Any) -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK_NUMBER]).fetchone()
        if not row[0]:
            return False
        (epoch,) = connection.execute(
            "INSERT INTO leadership (id, epoch, replica) VALUES (1, 1, %s) ON CONFLICT (id) DO "
            "UPDATE SET epoch = leadership.epoch + 1, replica = excluded.replica RETURNING epoch",
            [self._database.replica_id],
        ).fetchone()
        self._database.epoch = epoch
        self._on_lead()
        self._is_leader = True
        log.info("leads", extra={"epoch": epoch})
        return True

    def _step_down(self, may_wait_seconds: float) -> None:
        if self._is_leader:
            self._is_leader = False
            log.info("leads no more", extra={"epoch": self._database.epoch})
            self._on_step_down(may_wait_seconds)

    def _send_unsent(self, connection: Any) -> None:
        with self._lock:
            unsent, self._unsent = list(self._unsent), {}
        try:
            while unsent:
                self._tell_now(connection, *unsent[0])
                del unsent[0]
        finally:
            with self._lock:
                self._unsent = dict.fromkeys(unsent) | self._unsent

    def _tell_now(self, connection: Any, kind: str, text: str) -> None:
        payload = f"{self._database.replica_id} {kind} {text}"
        connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])

    def _read_messages(self, connection: Any) -> None:
        connection.pgconn.consume_input()
        while (notify := connection.pgconn.notifies()) is not None:
            self._receive(notify.extra.decode())
        connection.execute("SELECT 1")  # raises if the other end is gone

    def _receive(self, payload: str) -> None:
        sender, kind, text = payload.split(" ", 2)
        if kind == MessageKind.HELLO:
            self._greet(*text.split(" "))
        elif sender != self._database.replica_id and kind in set(MessageKind):
            self._on_message(MessageKind(kind), text)
