"""A ledger or a whole studio of the test's own, and pictures to take along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from components.studio.db.tasks import Ledger
from components.studio.export import Exported
from tests.support.export_fixtures import MakeItem, record_of, task_of
from tests.support.image_corpus import encoded, quarters
from tests.support.studio_fixture import StudioFixture, running_studio


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
def studio_fixture(tmp_path: Path) -> Iterator[StudioFixture]:
    with running_studio(tmp_path) as running:
        yield running


@pytest.fixture
def make_item(tmp_path: Path) -> MakeItem:
    """Makes a picture that has its file; numbered from 1, or as told."""
    file = tmp_path / "picture.jpeg"
    file.write_bytes(encoded(quarters(), "JPEG"))

    def make(prompt: str, number: int = 1, **more: object) -> Exported:
        task = task_of(number, prompt)
        exported = Exported(picture=record_of(number, task=task), file=file, task=task)
        return replace(exported, **more)  # type: ignore[arg-type]  # the fields of Exported

    return make
