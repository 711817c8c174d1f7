"""What admins do: each act is noted for good, and the worker and the cleaning obey."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.bootstrap import build_studio
from components.kie import ValidationError
from components.studio.administration import Administration
from components.studio.db.administration import ERASED, KEPT, Overview, Retention
from components.studio.db.budgets import KEY, Period
from components.studio.db.database import DatabaseError
from components.studio.db.people import Person
from components.studio.db.prompts import Draft
from components.studio.db.tables import (
    ImageRecord,
    audit,
    charges,
    images,
    metadata,
    people,
)
from components.studio.settings import Settings
from components.studio.studio import NotFoundError, Studio
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from tests.support.factories import make_task

pytestmark = pytest.mark.usefixtures("real_migrations")

ADMIN, ANNA, BEN = "e" * 32, "a" * 32, "b" * 32
DAY_S = 24 * 3600.0


@pytest.fixture(params=["sqlite", "postgresql"])
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Studio]:
    url = None
    if request.param == "postgresql":
        url = str(request.getfixturevalue("empty_postgresql"))
    settings = Settings(api_key="a-key", data_dir=tmp_path, database_url=url)
    with closing(build_studio(settings)) as built:
        built.people.see(Person(user_id=ADMIN, name="Ada", email="ada@x.test", role="admin"))
        built.people.see(Person(user_id=ANNA, name="Anna", email="anna@x.test"))
        yield built


@pytest.fixture
def admin(studio: Studio) -> Administration:
    return studio.administration(ADMIN)


def acts(admin: Administration) -> list[tuple[str, dict[str, object]]]:
    return [(entry.act, dict(entry.details)) for entry in admin.audit_entries(limit=20)]


def add_task(studio: Studio, user_id: str, **fields: object) -> Task:
    task = make_task("a secret hill", user_id=user_id, **{"created_at": time.time(), **fields})
    studio.repository.add_tasks([task])
    studio.worker.enqueue(task)
    return task


def add_image(studio: Studio, user_id: str, *, days_old: float = 0.0) -> ImageRecord:
    image_id = f"{user_id[0]}{int(days_old * 100):031x}"
    record = ImageRecord(
        id=image_id,
        user_id=user_id,
        task_id=None,
        format="png",
        width_px=8,
        height_px=8,
        size_bytes=1000,
        created_at=time.time() - days_old * DAY_S,
    )
    path = studio.image_store.image_file(record.id, "png").path
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return studio.repository.add_image(record)


def queue(studio: Studio) -> list[str]:
    return [task.user_id for task in studio.worker.queue()]


def test_only_admins_administrate(studio: Studio) -> None:
    with pytest.raises(NotFoundError):
        studio.administration(ANNA)
    with pytest.raises(NotFoundError):
        studio.administration("")
    studio.people.remove(ADMIN)
    with pytest.raises(NotFoundError):
        studio.administration(ADMIN)


def test_audit_log_is_only_added_to(studio: Studio, admin: Administration) -> None:
    admin.set_budget(KEY, Period.MONTH, Decimal(20))
    for statement in (sa.update(audit).values(user_id=ANNA), sa.delete(audit)):
        with (
            pytest.raises(DatabaseError),
            studio.repository.database.write_transaction() as connection,
        ):
            connection.execute(statement)
    assert acts(admin) == [("budget", {"subject": "key", "period": "month", "credits": "20"})]


def test_budget_is_set_shown_and_removed(studio: Studio, admin: Administration) -> None:
    studio.repository.database.default_budgets = {("everybody", "month"): 12000}
    add_task(studio, ANNA)
    admin.set_budget(KEY, Period.DAY, Decimal(8))
    admin.set_budget(f"person:{ANNA}", Period.MONTH, Decimal("7.5"))

    found = [(b.subject, b.cap, b.taken, b.is_setting) for b in admin.stored_budgets()]
    assert found == [
        ("everybody", 120, None, True),
        ("key", 8, 5, False),
        (f"person:{ANNA}", Decimal("7.5"), 5, False),
    ]

    admin.set_budget(KEY, Period.DAY, None)
    assert [b.subject for b in admin.stored_budgets()] == ["everybody", f"person:{ANNA}"]
    with pytest.raises(ValidationError):
        admin.set_budget(KEY, Period.DAY, Decimal(-1))


def test_unknown_outcome_is_decided_once(studio: Studio, admin: Administration) -> None:
    task = add_task(studio, ANNA)
    lost = Failure(FailureReason.NO_RESPONSE)
    studio.worker.update_task(
        task.id,
        lambda task: replace(task, state=TaskState.UNCONFIRMED, sent_at=1.0, failure=lost),
    )
    (found,) = admin.unknown_outcomes(limit=10)
    assert (found.task_id, found.user_id, found.credits) == (task.id, ANNA, 5)

    assert admin.decide(task.id, was_charged=False)
    assert not admin.decide(task.id, was_charged=True)
    assert admin.unknown_outcomes(limit=10) == []


def test_sums_are_those_of_all_charges(studio: Studio, admin: Administration) -> None:
    today = Period.DAY.key_at(time.time())
    for user_id in (ANNA, ANNA, BEN):
        task = add_task(studio, user_id)
        studio.worker.update_task(task.id, lambda task: replace(task, state=TaskState.DONE))
    add_task(studio, BEN)

    by_day = admin.spending_by_day(today, today)
    assert [(s.name, s.spent, s.reserved, s.images) for s in by_day] == [(today, 15, 5, 3)]
    by_person = admin.spending_by_person(today, today, limit=10)
    assert [(s.name, s.spent, s.images) for s in by_person] == [(ANNA, 10, 2), (BEN, 5, 1)]
    assert admin.overview.count_spenders(today, today) == 2


def test_csv_holds_no_formula(studio: Studio, admin: Administration) -> None:
    studio.people.see(Person(user_id=ANNA, name='=HYPERLINK("x")', email="anna@x.test"))
    add_task(studio, ANNA)
    today = Period.DAY.key_at(time.time())

    head, line = admin.spending_csv(today, today)
    assert head == "day,person,id,model,pictures,spent,reserved\r\n"
    assert line == f'{today},"\'=HYPERLINK(""x"")",{ANNA},flux-kontext-pro,0,0,5\r\n'


def test_person_is_put_first_until_what_waits_is_sent(
    studio: Studio, admin: Administration
) -> None:
    now = time.time()
    add_task(studio, BEN, created_at=now - 20)
    add_task(studio, ANNA, created_at=now - 10)
    add_task(studio, ANNA, created_at=now - 9)
    assert queue(studio) == [BEN, ANNA, ANNA]

    admin.put_first(ANNA)
    assert queue(studio) == [ANNA, ANNA, BEN]
    waiting = admin.waiting()
    assert [(w.user_id, w.tasks, w.position) for w in waiting] == [(ANNA, 2, 1), (BEN, 1, 3)]
    assert admin.is_first(waiting[0])

    admin.withdraw_waiting(ANNA)
    add_task(studio, ANNA, created_at=now + 60)
    assert queue(studio) == [BEN, ANNA]


def test_held_queue_says_so_and_goes_on(studio: Studio, admin: Administration) -> None:
    admin.hold_queue(is_held=True)
    assert studio.pause_reason is FailureReason.HELD
    studio.read_again()
    assert studio.pause_reason is FailureReason.HELD

    admin.hold_queue(is_held=False)
    assert studio.pause_reason is None
    assert [act for act, _ in acts(admin)] == ["go on", "hold"]


def test_two_admins_at_once_undo_nothing_of_each_other(
    studio: Studio, admin: Administration
) -> None:
    barrier = threading.Barrier(6)

    def press(number: int) -> None:
        barrier.wait()
        if number:
            admin.put_first(f"{number:032x}")
        else:
            admin.hold_queue(is_held=True)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(press, range(6)))
    orders = studio.orders.queue
    assert orders.is_held
    assert set(orders.first) == {f"{number:032x}" for number in range(1, 6)}


def test_notice_is_told_to_everybody_without_its_words_in_the_log(
    studio: Studio, admin: Administration
) -> None:
    told: list[str] = []
    studio.subscribe(BEN, lambda: told.append("ben"))
    admin.set_notice("  Down at\nnoon ")
    notice = studio.notice()
    assert notice is not None
    assert notice.text == "Down at noon"
    assert told == ["ben"]
    admin.set_notice("")
    assert studio.notice() is None
    assert acts(admin) == [("notice", {"characters": 0}), ("notice", {"characters": 12})]
    with pytest.raises(ValidationError):
        admin.set_notice("x" * 301)


def test_cleaning_deletes_what_the_forecast_said(studio: Studio, admin: Administration) -> None:
    gallery = studio.gallery
    gallery.purge_expired(14 * DAY_S)
    old, trashed, new = (add_image(studio, ANNA, days_old=days) for days in (40, 20, 1))
    with studio.repository.database.write_transaction() as connection:
        connection.execute(
            sa.update(images)
            .where(images.c.id == trashed.id)
            .values(deleted_at=time.time() - 10 * DAY_S)
        )
    studio.prompts.save_draft(ANNA, "generate", Draft("", "words"), time.time() - 9 * DAY_S)
    days = {"pictures": 30, "trash": 7, "drafts": 8, "raw_answers": None}

    told = admin.forecast(admin.retention_with(days))
    assert {name: found.count for name, found in told.items()} == {
        "pictures": 1,
        "trash": 1,
        "drafts": 1,
    }
    assert told["pictures"].size_bytes == 1000
    assert told["drafts"].size_bytes == 5
    admin.set_retention(days)
    retention = studio.retention()
    assert retention == Retention(pictures=30, trash=7, drafts=8)

    assert gallery.purge_expired(retention.trash * DAY_S) == 1
    assert gallery.delete_old_pictures(30) == 1
    assert studio.prompts.delete_expired_drafts(time.time(), retention.drafts * DAY_S) == 1
    assert [studio.repository.image(found.id) is None for found in (old, trashed, new)] == [
        True,
        True,
        False,
    ]
    assert not studio.image_store.image_file(old.id, "png").exists()
    admin.set_retention(dict.fromkeys(days))
    assert studio.retention() == Retention()


def test_clock_that_jumped_deletes_no_old_pictures_for_a_day(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, now = studio.gallery, time.time()
    gallery.purge_expired(14 * DAY_S)
    add_image(studio, ANNA)
    for later, count in ((400.0, 0), (400.5, 0), (401.1, 1)):
        monkeypatch.setattr(gallery, "clock", lambda later=later: now + later * DAY_S)
        gallery.purge_expired(14 * DAY_S)
        assert gallery.delete_old_pictures(30) == count


def test_erased_person_leaves_charges_and_the_log_alone(
    studio: Studio, admin: Administration
) -> None:
    task = add_task(studio, ANNA)
    done = add_task(studio, ANNA, state=TaskState.DONE)
    image, bens = add_image(studio, ANNA, days_old=1), add_image(studio, BEN, days_old=1)
    studio.prompts.pin(ANNA, "a secret pin", 1.0)
    admin.set_budget(f"person:{ANNA}", Period.DAY, Decimal(5))
    with pytest.raises(ValidationError):
        admin.erase(ANNA, "anna")
    with pytest.raises(ValidationError):
        admin.erase(ADMIN, "Ada")

    assert admin.erase(ANNA, "Anna") == 1

    with studio.repository.database.read_transaction() as connection:
        for table in metadata.tables.values():
            if "user_id" in table.c and table is not charges:
                of_anna = sa.select(sa.func.count()).where(table.c.user_id == ANNA)
                assert connection.execute(of_anna).scalar_one() == 0, table.name
        kept = connection.execute(sa.select(charges.c.task_id)).scalars()
        assert set(kept) == {task.id, done.id}
        assert connection.execute(sa.select(people.c.user_id)).scalars().all() == [ADMIN]
    assert not studio.image_store.image_file(image.id, "png").exists()
    assert studio.repository.image(bens.id) == bens
    assert studio.worker.queue() == []
    assert "Anna" not in str(acts(admin))
    assert acts(admin)[0] == ("erase", {"person": ANNA})


def test_person_whose_picture_is_being_made_is_not_erased(
    studio: Studio, admin: Administration
) -> None:
    task = add_task(studio, ANNA, state=TaskState.GENERATING, provider_id="p")
    with pytest.raises(ValidationError, match="still being made"):
        admin.erase(ANNA, "Anna")
    assert studio.repository.task(task.id) is not None


def test_every_table_with_a_user_is_erased_or_kept_on_purpose() -> None:
    known = {*ERASED, *KEPT, images, people}
    assert {table for table in metadata.tables.values() if "user_id" in table.c} == known
    assert (charges, audit) == KEPT


def test_overview_takes_one_statement_for_each_sum(studio: Studio) -> None:
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    overview = Overview(studio.repository.database)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        overview.spending_by_day("2026-01-01", "2026-12-31")
        overview.spending_by_person("2026-01-01", "2026-12-31", limit=20)
        overview.names([ANNA, BEN])
        overview.disk_use(limit=20)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([text for text in statements if text.startswith("SELECT")]) == 4
