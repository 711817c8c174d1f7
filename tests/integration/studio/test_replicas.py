"""Several replicas on one PostgreSQL database: one leads, and all show the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa

from components.bootstrap import RunningApp
from components.kie import GenerationRequest
from components.sandbox import SandboxOptions, SandboxServer, start
from components.studio.db import replicas
from components.studio.db.database import (
    Database,
    DatabaseError,
    DatabaseErrorKind,
    LeadershipLost,
    MessageKind,
)
from components.studio.db.people import Person
from components.studio.db.replicas import Replica
from components.studio.db.tables import leadership
from components.studio.db.tasks import TaskRepository
from components.studio.events import EVERYBODY
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.studio.tasks.transitions import claim
from tests.support.breakable_proxy import AWAY, breakable_proxy
from tests.support.factories import make_task
from tests.support.studio_fixture import USER_ID, wait_until

pytestmark = pytest.mark.usefixtures("real_migrations")


@dataclass
class Cluster:
    """Starts replicas on one database, one folder of pictures and one sandbox."""

    url: str
    folder: Path
    sandbox: SandboxServer
    resources: ExitStack

    def start(self, **settings: object) -> RunningApp:
        own: dict[str, object] = {
            "database_url": self.url,
            "data_dir": self.folder,
            "api_key": "a-key",
            "base_url": self.sandbox.url,
            "upload_base_url": self.sandbox.url,
            "keep_rest": "never",
            "creates_per_10s": 1000,
            "queries_per_second": 30,
            "pause_factor": 0.1,
        }
        app = RunningApp(Settings(**own | settings))  # type: ignore[arg-type]  # its fields
        self.resources.callback(app.close)
        return app


@contextmanager
def running_cluster(url: str, folder: Path, **options: object) -> Iterator[Cluster]:
    quick: dict[str, object] = {"seconds": 0, "creates_per_10s": 1000, "queries_per_s": 1000}
    with (
        start(SandboxOptions(**quick | options)) as sandbox,  # type: ignore[arg-type]  # its fields
        ExitStack() as resources,
    ):
        yield Cluster(url, folder, sandbox, resources)


@pytest.fixture
def cluster(empty_postgresql: str, tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(empty_postgresql, tmp_path) as running:
        yield running


def submit(studio: Studio, prompt: str = "a hill") -> Task:
    [task] = studio.tasks.submit(USER_ID, GenerationRequest(prompt=prompt))
    return task


def wait_for(studio: Studio, task: Task, state: TaskState) -> None:
    wait_until(lambda: studio.task(USER_ID, task.id).state is state)


def wait_for_leader(app: RunningApp) -> None:
    wait_until(lambda: app.leads)


def test_press_at_one_replica_is_made_by_the_leader_and_shown_at_both(cluster: Cluster) -> None:
    leader = cluster.start()
    wait_for_leader(leader)
    other = cluster.start()
    rung = threading.Event()
    other.studio.subscribe(USER_ID, rung.set)

    task = submit(other.studio)
    wait_for(other.studio, task, TaskState.DONE)

    assert not other.leads
    assert rung.is_set()
    assert leader.studio.image(USER_ID, task.id) == other.studio.image(USER_ID, task.id)
    assert [made["prompt"] for made in cluster.sandbox.usage_report()["tasks"]] == ["a hill"]
    rung.clear()
    leader.studio.gallery.star(USER_ID, [task.id], starred=True)
    assert rung.wait(60)


def test_press_at_both_replicas_at_once_is_one(cluster: Cluster) -> None:
    apps = [cluster.start(), cluster.start()]
    barrier = threading.Barrier(2)

    def press(studio: Studio) -> None:
        barrier.wait()
        submit(studio)

    threads = [threading.Thread(target=press, args=[app.studio]) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [entry] = apps[0].studio.tasks.recent(USER_ID, limit=5)
    wait_for(apps[1].studio, entry.task, TaskState.DONE)
    assert len(cluster.sandbox.usage_report()["tasks"]) == 1


def test_replica_takes_over_when_the_leader_closes(empty_postgresql: str, tmp_path: Path) -> None:
    with running_cluster(empty_postgresql, tmp_path, hold_seconds=1.0) as cluster:
        leader = cluster.start()
        wait_for_leader(leader)
        other = cluster.start()
        tasks = [submit(leader.studio, f"hill {number}") for number in range(4)]
        wait_until(lambda: len(cluster.sandbox.usage_report()["tasks"]) > 0)

        leader.close()
        wait_for_leader(other)

        for task in tasks:
            wait_for(other.studio, task, TaskState.DONE)
        made = [entry["prompt"] for entry in cluster.sandbox.usage_report()["tasks"]]
        assert sorted(made) == [f"hill {number}" for number in range(4)]


def test_leader_that_loses_its_connection_steps_down_and_no_task_is_lost(cluster: Cluster) -> None:
    apps = [cluster.start(), cluster.start()]
    tasks = [submit(apps[0].studio, f"hill {number}") for number in range(4)]

    with closing(psycopg.connect(cluster.url.replace("+psycopg", ""), autocommit=True)) as admin:
        for _ in range(3):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> %s "
                "AND backend_type = 'client backend'",
                [admin.info.backend_pid],
            )
            tasks.append(submit_when_possible(apps[1].studio, f"hill {len(tasks)}"))

    for task in tasks:
        wait_for(apps[1].studio, task, TaskState.DONE)
    made = [entry["prompt"] for entry in cluster.sandbox.usage_report()["tasks"]]
    assert sorted(made) == sorted(task.request.prompt for task in tasks)


def test_leader_reads_once_and_follows_what_it_did_not_hear(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    read = TaskRepository.unfinished
    monkeypatch.setattr(
        TaskRepository, "unfinished", lambda repository: reads.append(1) or read(repository)
    )
    leader = cluster.start()
    wait_for_leader(leader)
    assert len(reads) == 1

    leader.studio.worker.step_down()  # so that nothing is sent
    task = submit(leader.studio)
    assert leader.studio.tasks.queue_positions() == {task.id: 1}
    rung = threading.Event()
    leader.studio.subscribe(USER_ID, rung.set)
    with closing(psycopg.connect(cluster.url.replace("+psycopg", ""), autocommit=True)) as admin:
        admin.execute("UPDATE tasks SET state = %s WHERE id = %s", [TaskState.DONE, task.id])
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> %s "
            "AND backend_type = 'client backend'",
            [admin.info.backend_pid],
        )
    wait_until(lambda: leader.studio.tasks.queue_positions() == {})
    assert rung.wait(60)


def test_database_that_is_away_is_told_and_all_goes_on_when_it_is_back(
    empty_postgresql: str, tmp_path: Path
) -> None:
    server = sa.make_url(empty_postgresql)
    assert server.port
    with (
        running_cluster(empty_postgresql, tmp_path, seconds=1) as cluster,
        breakable_proxy(server.port) as proxy,
    ):
        url = server.set(port=proxy.port)
        app = cluster.start(database_url=url.render_as_string(hide_password=False))
        wait_for_leader(app)
        before = submit(app.studio)

        proxy.fail(AWAY)
        with pytest.raises(DatabaseError, match="does not answer") as raised:
            submit(app.studio, "another hill")
        assert raised.value.kind is DatabaseErrorKind.AWAY
        wait_until(lambda: app.studio.storage_problem is not None)
        wait_until(lambda: not app.leads)

        proxy.work()
        wait_until(lambda: app.leads)
        wait_until(lambda: app.studio.storage_problem is None)
        after = submit(app.studio, "another hill")
        for task in (before, after):
            wait_for(app.studio, task, TaskState.DONE)
        made = [entry["prompt"] for entry in cluster.sandbox.usage_report()["tasks"]]
        assert sorted(made) == ["a hill", "another hill"]


def submit_when_possible(studio: Studio, prompt: str) -> Task:
    submitted: list[Task] = []

    def try_once() -> bool:
        try:
            submitted.append(submit(studio, prompt))
        except DatabaseError:
            return False
        return True

    wait_until(try_once)
    return submitted[0]


def test_old_leader_can_claim_nothing(empty_postgresql: str) -> None:
    with closing(Database(empty_postgresql)) as old, closing(Database(empty_postgresql)) as new:
        repository, task = TaskRepository(old), make_task()
        repository.add_tasks([task])
        for database, epoch in ((old, 1), (new, 2)):
            database.epoch = epoch
            with database.write_transaction() as connection:
                connection.execute(sa.update(leadership).values(epoch=epoch))

        with pytest.raises(LeadershipLost):
            repository.update_task(task.id, claim, only_as_leader=True)

        assert repository.task(task.id) == task
        changed = TaskRepository(new).update_task(task.id, claim, only_as_leader=True)
        assert changed is not None
        assert changed[1].state is TaskState.SUBMITTING


def test_claim_makes_the_next_leader_wait(empty_postgresql: str) -> None:
    with closing(Database(empty_postgresql)) as database:
        database.epoch = 0
        with database.write_transaction() as connection:
            database.check_leads(connection)
            with closing(psycopg.connect(empty_postgresql.replace("+psycopg", ""))) as other:
                other.execute("SET lock_timeout = 50")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    other.execute("UPDATE leadership SET epoch = epoch + 1")


def test_pause_of_the_leader_is_known_to_all(empty_postgresql: str, tmp_path: Path) -> None:
    with running_cluster(empty_postgresql, tmp_path, credits=0) as cluster:
        apps = [cluster.start(), cluster.start()]
        submit(apps[0].studio)

        for app in apps:
            wait_until(lambda app=app: app.studio.pause_reason is FailureReason.CREDITS)
        late = cluster.start()
        wait_until(lambda: late.studio.pause_reason is FailureReason.CREDITS)


def test_secret_of_the_cookies_is_the_same_everywhere(empty_postgresql: str) -> None:
    with closing(Database(empty_postgresql)) as one, closing(Database(empty_postgresql)) as two:
        assert one.shared_value("cookie_secret", "a") == "a"
        assert two.shared_value("cookie_secret", "b") == "a"


def test_database_that_passes_no_notifications_on_is_refused(
    empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "SELF_TEST_SECONDS", 0.5)
    with closing(Database(empty_postgresql)) as database:
        replica = Replica(
            database,
            settings="",
            on_lead=lambda: None,
            on_step_down=lambda _seconds: None,
            on_connected=lambda: None,
            on_message=lambda _kind, _text: None,
        )
        # A pooler gives each statement another connection: what LISTEN said is forgotten.
        monkeypatch.setattr(replicas, "CHANNEL", "listened")
        connect = replica._connect

        def forgetful() -> object:
            connection = connect()
            connection.execute("UNLISTEN *")
            return connection

        monkeypatch.setattr(replica, "_connect", forgetful)
        with pytest.raises(DatabaseError, match="notifications"):
            replica.start()


def test_pooler_that_splits_sessions_is_refused(
    empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(empty_postgresql)) as database, ExitStack() as connections:
        replica = Replica(
            database,
            settings="",
            on_lead=lambda: None,
            on_step_down=lambda _seconds: None,
            on_connected=lambda: None,
            on_message=lambda _kind, _text: None,
        )
        sessions = iter(
            connections.enter_context(psycopg.connect(**database.connect_arguments))
            for _ in range(4)
        )

        class Pooled:
            """Each statement goes to another session, as in a pooler's transaction mode."""

            def execute(self, query: str) -> object:
                return next(sessions).execute(query)

            def close(self) -> None:
                connections.close()

        monkeypatch.setattr(replica, "_connect", Pooled)
        with pytest.raises(DatabaseError, match="pooler in session mode"):
            replica.start()


def test_refused_connection_says_what_to_correct_and_no_password(
    empty_postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = sa.make_url(empty_postgresql)
    ann = {"username": "ann", "password": "the-right-one"}

    def refused(**changed: str) -> str:
        """What is said of this address; empty where it is let in."""
        try:
            Database(server.set(**changed).render_as_string(hide_password=False)).close()
        except DatabaseError as error:
            return str(error)
        return ""

    with closing(psycopg.connect(empty_postgresql.replace("+psycopg", ""))) as admin:
        admin.autocommit = True
        admin.execute("DROP ROLE IF EXISTS ann")
        admin.execute("CREATE ROLE ann LOGIN PASSWORD 'the-right-one'")
        [(name,)] = admin.execute("SHOW hba_file").fetchall()
        rules = Path(name)
        ask = "host all ann 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(ask + rules.read_text("utf-8"), "utf-8")
        admin.execute("SELECT pg_reload_conf()")
    wait_until(lambda: "check user" in refused(**ann | {"password": "a-wrong-one"}))

    for changed in ({"username": "nobody"}, {"database": "nowhere"}):
        assert "check user, password and database name" in refused(**changed)
    assert "Make it the owner of the database." in refused(**ann)
    said = str([vars(record) for record in caplog.records])
    assert 'password authentication failed for user "ann"' in said
    assert "-one" not in said


def test_other_settings_and_another_clock_are_told_at_all_replicas(
    empty_postgresql: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(replicas, "time", SimpleNamespace(time=lambda: time.time() - 60))
    with closing(Database(empty_postgresql)) as one, closing(Database(empty_postgresql)) as two:

        def replica(database: Database, settings: str) -> Replica:
            return Replica(
                database,
                settings=settings,
                on_lead=lambda: None,
                on_step_down=lambda _seconds: None,
                on_connected=lambda: None,
                on_message=lambda _kind, _text: None,
            )

        def told(event: str) -> int:
            return [record.getMessage() for record in caplog.records].count(event)

        with ExitStack() as stops:
            for database, settings in ((one, "https://api.kie.ai"), (two, "https://example.com")):
                running = replica(database, settings)
                running.start()
                stops.callback(running.stop)
            wait_until(lambda: told("another studio uses this database") == 2)
            wait_until(lambda: told("clock differs from that of the database") == 2)


def test_message_told_while_nobody_listens_is_told_later(empty_postgresql: str) -> None:
    heard: list[tuple[MessageKind, str]] = []
    with closing(Database(empty_postgresql)) as one, closing(Database(empty_postgresql)) as two:

        def replica(database: Database) -> Replica:
            return Replica(
                database,
                settings="",
                on_lead=lambda: None,
                on_step_down=lambda _seconds: None,
                on_connected=lambda: None,
                on_message=lambda kind, text: heard.append((kind, text)),
            )

        teller, listener = replica(one), replica(two)
        teller.tell(MessageKind.USER, USER_ID)
        teller.tell(MessageKind.USER, EVERYBODY)
        teller.tell(MessageKind.USER, USER_ID)
        listener.start()
        teller.start()
        try:
            both = [(MessageKind.USER, USER_ID), (MessageKind.USER, EVERYBODY)]
            wait_until(lambda: heard == both)
        finally:
            teller.stop()
            listener.stop()


def test_order_of_an_admin_at_one_replica_is_obeyed_by_the_leader(cluster: Cluster) -> None:
    leader, other = cluster.start(), cluster.start()
    wait_until(lambda: leader.leads)
    other.studio.people.see(Person(user_id="ada", role="admin"))
    admin, told = other.studio.administration("ada"), threading.Event()
    leader.studio.subscribe(USER_ID, told.set)

    admin.hold_queue(is_held=True)
    wait_until(lambda: leader.studio.pause_reason is FailureReason.HELD)
    assert told.is_set()
    task = submit(other.studio)
    wait_until(lambda: [found.id for found in leader.studio.worker.queue()] == [task.id])
    late = cluster.start()
    assert late.studio.pause_reason is FailureReason.HELD
    leader.close()
    wait_until(lambda: late.leads or other.leads)
    assert cluster.sandbox.usage_report()["tasks"] == []

    admin.set_notice("Back soon")
    wait_until(lambda: late.studio.notice() is not None)
    admin.hold_queue(is_held=False)
    wait_for(other.studio, task, TaskState.DONE)
    assert late.studio.pause_reason is not FailureReason.HELD
