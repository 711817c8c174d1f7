"""People: who was here, removal, and what a cookie's owner had becoming a person's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db import people as people_module
from components.studio.db.database import Database
from components.studio.db.people import Claim, People, Person, person_id
from components.studio.db.prompts import Draft, PromptHistory
from components.studio.db.tables import ImageRecord, audit, budgets, metadata, sums
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import TaskState
from tests.support.factories import NOW, make_task

pytestmark = pytest.mark.usefixtures("real_migrations")

ANNA, BEN = person_id("anna@example.com"), person_id("ben@example.com")
COOKIE, OTHER_COOKIE = "c" * 32, "d" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskRepository]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'studio.db'}"
    else:
        url = str(request.getfixturevalue("empty_postgresql"))
    with closing(TaskRepository(Database(url, busy_timeout_seconds=60))) as opened:
        yield opened


@pytest.fixture
def people(repository: TaskRepository) -> People:
    return People(repository.database, clock=lambda: NOW)


def brought_in(image_id: str, user_id: str, content_hash: str = "same") -> ImageRecord:
    return ImageRecord(
        id=image_id,
        user_id=user_id,
        task_id=None,
        format="png",
        width_px=8,
        height_px=8,
        size_bytes=8,
        created_at=NOW,
        content_hash=content_hash,
    )


def see(people: People, email: str, now: float = NOW, **fields: str) -> None:
    people.clock = lambda: now
    people.see(Person(user_id=person_id(email), email=email, **fields))


def test_person_is_known_with_the_latest_name_and_role(people: People) -> None:
    see(people, "anna@example.com", name="Anna Berg", role="admin")
    see(people, "anna@example.com", NOW + 1, name="Anna Tal")

    anna = people.person(ANNA)
    assert (anna.name, anna.role, anna.is_admin) == ("Anna Tal", "user", False)
    assert (anna.first_seen, anna.last_seen) == (NOW, NOW + 1)
    assert people.person(BEN) == Person(user_id=BEN)


def test_last_seen_is_not_written_at_each_request(repository: TaskRepository) -> None:
    ticks = [0.0]
    people = People(repository.database, ticks=lambda: ticks[0])
    for second in (0, 299, 300):
        ticks[0] = second
        see(people, "anna@example.com", NOW + second)
        expected = NOW if second < 300 else NOW + 300
        assert people.person(ANNA).last_seen == expected


def test_removed_person_comes_back_only_when_readmitted(people: People) -> None:
    see(people, "anna@example.com", role="admin")
    people.remove(ANNA)
    people.remove(COOKIE)  # who is known by a cookie alone
    see(people, "anna@example.com", NOW + 1000, name="Anna again", role="admin")

    assert people.removed() == {ANNA, COOKIE}
    assert not people.person(ANNA).is_admin

    people.readmit(ANNA)
    assert people.removed() == {COOKIE}
    assert people.person(ANNA).is_admin


def test_claim_brings_everything_along_once(repository: TaskRepository, people: People) -> None:
    history = PromptHistory(repository.database)
    done = make_task(user_id=COOKIE, state=TaskState.DONE)
    own = make_task(user_id=ANNA, state=TaskState.DONE, created_at=NOW + 1)
    for task in (done, own):
        repository.add_tasks([task])
    for record in (brought_in("1" * 32, COOKIE), brought_in("2" * 32, ANNA)):
        repository.add_image(record)
    repository.add_image(brought_in("3" * 32, COOKIE, "another"))
    for user_id, text in ((COOKIE, "theirs"), (ANNA, "mine")):
        history.pin(user_id, "A fox", NOW)
        history.save_draft(user_id, "generate", Draft("", text), NOW)
        repository.set_selected_source(user_id, "1" * 32 if user_id == COOKIE else "2" * 32)
    history.pin(COOKIE, "A hut", NOW)
    assert people.can_claim(ANNA, COOKIE)
    assert people.claim(ANNA, COOKIE) is Claim.DONE
    assert people.claim(BEN, COOKIE) is Claim.NOTHING
    assert not people.can_claim(BEN, COOKIE)

    assert not repository.owns_anything(COOKIE)
    assert [entry.task.id for entry in repository.recent_tasks(ANNA, limit=9)] == [own.id, done.id]
    assert repository.get_selected_source(ANNA) == "2" * 32
    assert {entry.prompt for entry in history.list_prompts(ANNA, editing=False)} >= {
        "A fox",
        "A hut",
    }
    assert [draft.text for draft in history.load_drafts(ANNA, "generate")] == ["mine"]
    same = repository.restore_same_image(ANNA, "same", "")
    assert same is not None
    assert same.id == "2" * 32
    with repository.database.read_transaction() as connection:
        taken = connection.execute(sa.select(sums.c.subject, sums.c.taken)).all()
        owners = connection.execute(sa.text("SELECT designer FROM pictures")).scalars().all()
    assert {tuple(row) for row in taken} == {(f"person:{ANNA}", 1000), ("key", 1000)}
    assert owners == [ANNA] * 3


def test_claim_waits_for_what_is_being_made(repository: TaskRepository, people: People) -> None:
    repository.add_tasks([make_task(user_id=COOKIE, state=TaskState.GENERATING)])

    assert people.claim(ANNA, COOKIE) is Claim.BUSY
    assert repository.owns_anything(COOKIE)
    assert people.can_claim(ANNA, COOKIE)


def test_what_is_a_persons_own_is_never_claimed(repository: TaskRepository, people: People) -> None:
    see(people, "ben@example.com")
    people.remove(OTHER_COOKIE)
    for owner in (BEN, OTHER_COOKIE, ANNA):
        repository.add_tasks([make_task(user_id=owner, state=TaskState.DONE)])

    for owner in (BEN, OTHER_COOKIE, ANNA, COOKIE):  # the last one has nothing
        assert not people.can_claim(ANNA, owner)
        assert people.claim(ANNA, owner) is Claim.NOTHING
    assert repository.owns_anything(BEN)


def test_claims_at_once_move_everything_to_one_person(
    repository: TaskRepository, people: People
) -> None:
    repository.add_tasks([make_task(user_id=COOKIE, state=TaskState.DONE) for _ in range(5)])
    together = threading.Barrier(8)

    def press(number: int) -> Claim:
        together.wait()
        return people.claim(ANNA if number % 2 else BEN, COOKIE)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(press, range(8)))

    assert outcomes.count(Claim.DONE) == 1
    counts = [len(repository.recent_tasks(user_id, limit=9)) for user_id in (ANNA, BEN)]
    assert sorted(counts) == [0, 5]


def test_every_table_with_an_owner_has_a_rule_for_claims() -> None:
    owned = {table.name for table in metadata.tables.values() if "user_id" in table.c}
    ruled = {
        table.name
        for table in (*people_module.MOVED, *people_module.MERGED, *people_module.FORGOTTEN)
    }

    assert owned - ruled == {audit.name}, "what an admin did stays as it was written"
    assert {table.name for table in metadata.tables.values() if "subject" in table.c} == {
        budgets.name,
        sums.name,
    }


def test_link_to_another_device_works_once_within_15_minutes(people: People) -> None:
    assert people.add_device_link("token", COOKIE, "sealed")

    people.clock = lambda: NOW + 15 * 60 - 1
    assert people.device_link("token") == COOKIE
    people.clock = lambda: NOW + 15 * 60
    assert people.device_link("token") is None
    assert people.use_device_link("token") is None
    people.clock = lambda: NOW + 1
    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(lambda _: people.use_device_link("token"), range(4)))
    assert sorted(used, key=str) == [None, None, None, "sealed"]
    assert people.device_link("token") is None


def test_person_has_five_links_at_a_time(people: People) -> None:
    made = [people.add_device_link(f"{n}", COOKIE, "s") for n in range(6)]

    assert made == [True] * 5 + [False]
    people.clock = lambda: NOW + 15 * 60
    assert people.add_device_link("later", COOKIE, "s")
    assert people.add_device_link("other", OTHER_COOKIE, "s")
