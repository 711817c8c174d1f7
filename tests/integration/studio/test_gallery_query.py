"""Finding pictures again: every filter, in any script, and never another designer's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.kie import Model
from components.studio.db.gallery import Archive
from components.studio.db.gallery_query import Search, Way
from components.studio.db.tasks import Ledger
from components.studio.events import Bell
from components.studio.images.store import Shelf
from components.studio.tasks.models import State
from tests.support.gallery_seed import ANNA, HOUR, SeedImage, seed_gallery

BEN = "b" * 32


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    repository = Ledger.in_folder(tmp_path)
    yield Archive(ledger=repository, shelf=Shelf(tmp_path), bell=Bell())
    repository.close()


def plant(archive: Archive, *seeds: SeedImage) -> list[str]:
    return seed_gallery(
        archive.shelf.picture_path("0" * 32, "png").parents[2], archive.ledger, seeds
    )


def prompts(archive: Archive, search: Search, *, designer: str = ANNA) -> list[str]:
    found = [place.task_id for place in archive.find(designer, search)]
    return [entry.task.request.prompt for entry in archive.entries(designer, found)]


def test_what_is_under_way_comes_first_and_then_the_newest(archive: Archive) -> None:
    plant(
        archive,
        SeedImage("old", hours=30),
        SeedImage("running", hours=9, state=State.GENERATING),
        SeedImage("new", hours=1),
        SeedImage("refused", hours=2, state=State.REFUSED),
    )
    assert prompts(archive, Search()) == ["running", "new", "refused", "old"]


def test_an_edit_that_matches_its_source_has_its_place_before_its_picture(archive: Archive) -> None:
    (source,) = plant(archive, SeedImage(size=(752, 1392), hours=2))
    shaped = {"aspect_ratio": "1:1"}
    plant(
        archive,
        SeedImage("matching", hours=1, state=State.GENERATING, source_id=source),
        SeedImage("square", state=State.GENERATING, source_id=source, request=shaped),
    )
    square, matching, made = archive.find(ANNA, Search())
    assert (matching.width_px, matching.height_px) == (made.width_px, made.height_px) == (752, 1392)
    assert (square.width_px, square.height_px) == (None, None)


def test_nobody_finds_what_is_anothers(archive: Archive) -> None:
    ids = plant(archive, SeedImage("Anna's"), SeedImage("Ben's", designer=BEN))

    assert prompts(archive, Search()) == ["Anna's"]
    assert prompts(archive, Search(), designer=BEN) == ["Ben's"]
    assert [entry.task.request.prompt for entry in archive.entries(ANNA, ids)] == ["Anna's"]
    assert archive.variants(BEN, ids[0]) == []


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("FOX", True),
        ("red fox", True),
        ("fox red", True),
        ("fo", True),
        ("fox blue", False),
        ("  fox  ", True),
        ("%", False),
        ("_", False),
        ("\\", False),
        ("' OR 1=1 --", False),
    ],
)
def test_all_words_must_occur_and_no_sign_is_a_wildcard(
    archive: Archive, text: str, finds: bool
) -> None:
    plant(archive, SeedImage("A red Fox in the snow"))
    assert bool(prompts(archive, Search(text=text))) is finds


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("ÜBER DEN WOLKEN", "über"),
        ("Straße bei Nacht", "STRASSE"),
        ("КОТ на окне", "кот"),
        ("cafe\u0301", "CAFÉ"),
        ("東京の夜", "東京"),
        ("100 % wool", "100 %"),
        ("snake_case sign", "snake_case"),
    ],
)
def test_case_is_nothing_in_any_script(archive: Archive, prompt: str, text: str) -> None:
    plant(archive, SeedImage(prompt), SeedImage("something else"))
    assert prompts(archive, Search(text=text)) == [prompt]


def test_every_filter_narrows_and_all_of_them_together(archive: Archive) -> None:
    root = plant(archive, SeedImage("root", request={"aspect_ratio": "1:1"}))[0]
    plant(
        archive,
        SeedImage("edit", source_id=root, starred=True),
        SeedImage("max", request={"model": Model.MAX, "aspect_ratio": "1:1"}),
        SeedImage("failed", state=State.FAILED, request={"aspect_ratio": "4:3"}),
    )

    def found(search: Search) -> set[str]:
        return set(prompts(archive, search))

    assert found(Search(models=frozenset({Model.MAX.value}))) == {"max"}
    assert found(Search(ways=frozenset({Way.EDITED}))) == {"edit"}
    assert found(Search(ways=frozenset({Way.MADE}))) == {"root", "max", "failed"}
    assert found(Search(ways=frozenset(Way))) == {"root", "max", "failed", "edit"}
    assert found(Search(ratios=frozenset({"1:1"}))) == {"root", "max"}
    assert found(Search(ratios=frozenset({"match"}))) == {"edit"}
    assert found(Search(states=frozenset({State.FAILED}))) == {"failed"}
    assert found(Search(starred=True)) == {"edit"}
    assert found(Search(text="ma", models=frozenset({Model.MAX.value}))) == {"max"}
    assert found(Search(starred=True, states=frozenset({State.FAILED}))) == set()


def test_a_day_begins_with_its_first_moment_and_ends_before_the_next(archive: Archive) -> None:
    now = time.time()
    plant(
        archive,
        SeedImage("late", hours=1),
        SeedImage("early", hours=25),
        SeedImage("before", hours=49),
    )

    day = Search(since=now - 26 * HOUR, until=now - 24 * HOUR)
    assert prompts(archive, day) == ["early"]
    assert prompts(archive, Search(since=now - 26 * HOUR)) == ["late", "early"]


def test_the_variants_of_one_press_stand_in_one_place(archive: Archive) -> None:
    first, second, third = plant(archive, *(SeedImage("fox", batch="press") for _ in range(3)))
    plant(archive, SeedImage("alone", hours=1))

    (press, alone) = archive.find(ANNA, Search())
    assert {press.task_id, *press.behind} == {first, second, third}
    assert alone.behind == ()
    assert len(archive.find(ANNA, Search(), stacked=False)) == 4
    assert {entry.task.id for entry in archive.variants(ANNA, second)} == {first, second, third}


def test_the_chosen_variant_stands_in_front_and_before_that_a_starred_one(
    archive: Archive,
) -> None:
    ids = plant(archive, *(SeedImage("fox", batch="press") for _ in range(3)))

    def front() -> str:
        return archive.find(ANNA, Search())[0].task_id

    archive.star(ANNA, [ids[2]], starred=True)
    assert front() == ids[2]
    archive.put_in_front(ANNA, ids[1])
    assert front() == ids[1]
    archive.put_in_front(ANNA, ids[0])
    assert front() == ids[0]


def test_a_variant_that_still_runs_is_not_hidden_behind_one_that_is_done(
    archive: Archive,
) -> None:
    plant(archive, SeedImage("fox", batch="p"), SeedImage("fox", batch="p", state=State.GENERATING))
    assert [place.state for place in archive.find(ANNA, Search())] == [
        State.GENERATING,
        State.DONE,
    ]


def test_a_search_says_whether_it_may_leave_something_out() -> None:
    assert not Search().narrows
    assert not Search(in_trash=True).narrows
    assert Search(text="fox", in_trash=True).narrows
