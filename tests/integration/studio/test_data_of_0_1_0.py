"""A data folder that version 0.1.0 wrote is read as it was written."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from components.bootstrap import build_studio
from components.kie import GenerationRequest, Model, OutputFormat
from components.server.user_tokens import user_id_of_0_1_0
from components.studio.credits import Spending
from components.studio.db.gallery import GalleryQuery
from components.studio.images.generation_metadata import read_metadata
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState
from tests.support.data_of_0_1_0 import SAVED, copy_data_of_0_1_0

pytestmark = pytest.mark.sqlite

ANNA_TOKEN, BEN_TOKEN = "anna-" + "A" * 38, "ben--" + "B" * 38
ANNA, BEN = "d6cc2bcc3cb5b83116a8c04aa59fb1f2", "68316ec90417fa3b13d50adbbaad34a7"
CLEO = "89362c7d69aee17dfc96187bee27a7c3"
SOURCE, WARMER = "a8523f4505274609a8f0fc3aaffc3312", "314a033d8b2b4c8bad8f39c8640282ac"
FOX = "A fox, **bold** & <b>red</b> 🦊"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """The current application on a copy of the folder."""
    folder = tmp_path / "data"
    with closing(sqlite3.connect(copy_data_of_0_1_0(folder))) as database:
        # The trash keeps images for 14 days: let this one be deleted just now.
        database.execute(
            "UPDATE pictures SET deleted_at = ? WHERE deleted_at IS NOT NULL", [time.time()]
        )
        database.commit()
    with closing(build_studio(Settings(api_key="a-key", data_dir=folder))) as opened:
        yield opened


def test_cookie_tokens_of_0_1_0_name_the_same_users() -> None:
    assert (user_id_of_0_1_0(ANNA_TOKEN), user_id_of_0_1_0(BEN_TOKEN)) == (ANNA, BEN)


def test_tasks_of_0_1_0_keep_states_failures_and_messages(studio: Studio) -> None:
    tasks = [
        (
            entry.task.request.prompt,
            entry.task.state.value,
            entry.task.failure and entry.task.failure.reason.value,
            entry.image is not None,
        )
        for entry in studio.tasks.recent(ANNA, limit=99)
    ]

    assert tasks == [
        ("A lost windmill [create-lost]", "unconfirmed", "no_answer", False),
        ("A hill [generate-failed]", "failed", "not_generated", False),
        ("A hill [refused]", "refused", "policy", False),
        ("Add snow", "done", None, True),
        ("Make it night", "done", None, True),
        ("Make it warmer", "done", None, True),
        (FOX, "done", None, True),
        (FOX, "done", None, True),
        ("A lighthouse at dusk", "done", None, True),
    ]
    refused = studio.tasks.recent(ANNA, limit=99)[2].task.failure
    assert refused is not None
    assert "flagged by Website" in str(refused)


def test_unfinished_tasks_of_0_1_0_keep_their_states(studio: Studio) -> None:
    tasks = [
        (
            entry.task.request.prompt,
            entry.task.state.value,
            entry.task.failure and entry.task.failure.reason.value,
            entry.task.provider_id,
            entry.task.attempts,
        )
        for entry in studio.tasks.recent(CLEO, limit=99)
    ]

    assert tasks == [
        ("A slow river", "still_running", None, "c1e0" + 28 * "5", 0),
        ("A paper crane", "storing", "result_lost", "c1e0" + 28 * "4", 1),
        ("Ｔｏｋｙｏ at night", "generating", None, "c1e0" + 28 * "3", 0),
        ("A ship in a bottle", "submitting", None, None, 0),
        ("Straße am Abend", "queued", "unreachable", None, 2),
    ]


def test_prompts_of_0_1_0_are_found_in_any_case_and_width(studio: Studio) -> None:
    def found(text: str) -> list[str]:
        items = studio.gallery.find(CLEO, GalleryQuery(text=text))
        return [studio.task(CLEO, item.id).request.prompt for item in items]

    assert found("STRASSE") == ["Straße am Abend"]
    assert found("tokyo ＮＩＧＨＴ") == ["Ｔｏｋｙｏ at night"]


def test_requests_of_0_1_0_keep_every_field(studio: Studio) -> None:
    requests = {
        entry.task.request.prompt: entry.task.request
        for entry in studio.tasks.recent(ANNA, limit=99)
    }

    assert requests[FOX] == GenerationRequest(
        prompt=FOX,
        model=Model.MAX,
        aspect_ratio="1:1",
        output_format=OutputFormat.PNG,
        safety_tolerance=0,
        translate=False,
        enhance=True,
    )
    assert requests["Make it night"].watermark == "mine"
    assert requests["Make it night"].aspect_ratio is None


def test_gallery_of_0_1_0_keeps_stars_covers_and_sizes(studio: Studio) -> None:
    items = studio.gallery.find(ANNA, GalleryQuery())
    starred = studio.gallery.find(ANNA, GalleryQuery(starred=True))
    images = {
        entry.image.label: (entry.image.width_px, entry.image.height_px)
        for entry in studio.tasks.recent(ANNA, limit=99)
        if entry.image is not None
    }

    # The two variants of the fox are one item; the last one was brought in.
    assert len(items) == 9
    assert [studio.task(ANNA, item.id).request.prompt for item in starred] == [
        "A lighthouse at dusk"
    ]
    assert images["Make it warmer"] == (1184, 880)
    assert images[FOX] == (1024, 1024)
    [cover] = [item for item in items if item.id == _cover(studio)]
    assert studio.task(ANNA, cover.id).request.prompt == FOX


def _cover(studio: Studio) -> str:
    """The task of the variant that 0.1.0 showed in front."""
    [chosen] = [
        entry.task.id
        for entry in studio.tasks.recent(ANNA, limit=99)
        if entry.image is not None and entry.image.chosen_at is not None
    ]
    return chosen


def test_image_files_of_0_1_0_are_found(studio: Studio) -> None:
    for image_id, size in ((SOURCE, 1956), (WARMER, 21795)):
        record = studio.image(ANNA, image_id)
        assert (studio.image_file(record).path.stat().st_size, record.size_bytes) == (size, size)
        assert studio.thumbnail_file(record).path.is_file()


def test_lineage_of_0_1_0_keeps_its_branches(studio: Studio) -> None:
    tree = studio.edit_tree(ANNA, WARMER)

    assert [node.label for node in tree.nodes] == [
        "IMG_4711.png",
        "Make it warmer",
        "Make it night",
        "Add snow",
    ]
    assert [node.label for node in tree.ancestors(WARMER)] == ["IMG_4711.png", "Make it warmer"]
    assert [node.label for node in tree.leaves()] == ["Add snow", "Make it night"]


def test_trash_of_0_1_0_can_be_restored(studio: Studio) -> None:
    [deleted] = studio.gallery.find(ANNA, GalleryQuery(in_trash=True))
    assert studio.task(ANNA, deleted.id).request.prompt == "A mistake"

    studio.gallery.restore(ANNA, [deleted.id])

    assert studio.gallery.find(ANNA, GalleryQuery(in_trash=True)) == []
    assert len(studio.gallery.find(ANNA, GalleryQuery())) == 10


def test_drafts_pins_and_selected_source_of_0_1_0_are_kept(studio: Studio) -> None:
    pinned = [entry.prompt for entry in studio.prompts.list_prompts(ANNA, editing=False)]
    settings = json.loads(studio.drafts.load(ANNA, "generate-settings").text)
    source = studio.selected_source(ANNA)

    assert studio.drafts.load(ANNA, "generate").text == "A castle in the ai"
    assert studio.drafts.load(ANNA, "edit").text == "make the sky re"
    assert settings["model"] == "flux-kontext-max"
    assert (settings["ratio"], settings["output_format"], settings["variants"]) == ("3:4", "png", 2)
    assert pinned[:2] == ["Replace 'A' with 'B'", "A lighthouse at dusk"]
    assert source is not None
    assert source.id == WARMER


def test_spending_of_0_1_0_is_counted_the_same(studio: Studio) -> None:
    assert studio.spending(ANNA) == Spending(
        credits=Decimal(45), images=7, unconfirmed_credits=Decimal(20), unconfirmed_tasks=4
    )
    assert studio.spending(BEN) == Spending(credits=Decimal(5), images=1)


def test_users_of_0_1_0_stay_apart(studio: Studio) -> None:
    [entry] = studio.tasks.recent(BEN, limit=99)

    assert entry.task.request.prompt == "Ben's own"
    assert entry.task.state is TaskState.DONE


def test_metadata_in_downloads_of_0_1_0_is_read() -> None:
    metadata = read_metadata((SAVED / "download.jpg").read_bytes())

    assert metadata is not None
    assert metadata.request.prompt == "Make it night"
    assert metadata.request.watermark == "mine"
    assert metadata.source_id == WARMER
    assert metadata.lineage == ("Make it warmer",)
