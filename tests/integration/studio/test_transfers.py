"""The courier: whatever hinders it on the way is told as such, and is no fault of the studio."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.kie import KontextClient
from components.studio.db.tasks import Ledger
from components.studio.images.errors import PictureFault, UnusablePicture
from components.studio.images.store import Shelf
from components.studio.safe_fetch.client import Fetched, GuardedFetch
from components.studio.tasks.models import Trouble
from components.studio.worker.jobs import Hindrance
from components.studio.worker.transfers import Courier
from tests.support.factories import STORING_TASK


class GoodNet(GuardedFetch):
    """Every link leads to the same picture."""

    def get(self, url: str, **_: object) -> Fetched:
        file = BytesIO()
        Image.new("RGB", (64, 48)).save(file, "PNG")
        return Fetched(file.getvalue(), url)


class CrowdedShelf(Shelf):
    """So many pictures are being read that no thumbnail gets its turn."""

    def put(self, *_: object) -> None:
        raise UnusablePicture(PictureFault.BUSY, "Wait a few seconds.")


def test_a_result_that_finds_no_turn_for_its_thumbnail_is_fetched_again(tmp_path: Path) -> None:
    with (
        closing(Ledger.in_folder(tmp_path)) as repository,
        KontextClient(api_key="key", base_url="http://127.0.0.1:9") as client,
    ):
        courier = Courier(
            client=client, fetch=GoodNet(), shelf=CrowdedShelf(tmp_path), ledger=repository
        )
        with pytest.raises(Hindrance) as told:
            courier.bring_home(STORING_TASK)

    hindered = told.value.hindered
    assert hindered.obstacle.trouble is Trouble.RESULT_LOST
    assert hindered.obstacle.words == "Wait a few seconds."
    assert hindered.may_retry
