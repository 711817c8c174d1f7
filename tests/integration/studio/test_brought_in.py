"""Pictures that were brought in: one for the same bytes, in the gallery, and deleted whole."""

from __future__ import annotations

import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.kie import GenerationRequest
from components.studio.db.gallery import GalleryQuery, Origin
from components.studio.export import download_name, stream_zip
from components.studio.images.generation_metadata import GenerationMetadata, embed_metadata
from components.studio.studio import NotFoundError, Studio
from components.studio.tasks.models import TaskState
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio

BEN = "b" * 32
BLACK = (0, 0, 0)
BROUGHT_IN = GalleryQuery(origins=frozenset({Origin.BROUGHT_IN}))
TRASH = GalleryQuery(in_trash=True)


def picture(color: str = "teal", size: tuple[int, int] = (320, 180)) -> bytes:
    file = BytesIO()
    Image.new("RGB" if len(color) != 9 else "RGBA", size, color).save(file, "PNG")
    return file.getvalue()


def files(studio: Studio) -> list[Path]:
    folder = studio.settings.data_dir
    return sorted(
        path
        for name in ("pictures", "thumbnails", "originals")
        for path in folder.glob(f"{name}/*/*")
    )


def ids(studio: Studio, query: GalleryQuery = BROUGHT_IN) -> list[str]:
    return [item.id for item in studio.gallery.find(USER_ID, query)]


@pytest.fixture
def studio(studio_fixture: StudioFixture) -> Studio:
    return studio_fixture.studio


def test_same_bytes_are_one_picture(studio: Studio) -> None:
    first = studio.image_importer.from_bytes(USER_ID, picture(), label="Lighthouse")
    stored = files(studio)

    again = [
        studio.image_importer.from_bytes(USER_ID, picture(), label="other.png") for _ in range(9)
    ]

    assert {record.id for record in again} == {first.id}
    assert files(studio) == stored
    assert ids(studio) == [first.id]
    assert studio.image_importer.from_bytes(BEN, picture(), label="theirs").id != first.id
    assert (
        studio.image_importer.from_bytes(USER_ID, picture("navy"), label="another").id != first.id
    )


def test_same_bytes_at_once_are_one_picture(studio: Studio) -> None:
    barrier = threading.Barrier(4, timeout=60)

    def bring_in(_: int) -> str:
        def meet() -> bool:
            barrier.wait()  # none is stored yet
            return True

        return studio.image_importer.from_bytes(USER_ID, picture(), label="same", is_wanted=meet).id

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(bring_in, range(4)))

    assert len(found) == 1
    assert ids(studio) == list(found)
    assert {path.stem[:32] for path in files(studio)} == found


def test_same_bytes_come_out_of_the_trash(studio: Studio) -> None:
    record = studio.image_importer.from_bytes(USER_ID, picture(), label="x")
    studio.gallery.move_to_trash(USER_ID, [record.id])

    assert studio.image_importer.from_bytes(USER_ID, picture(), label="x").id == record.id
    assert studio.image(USER_ID, record.id).deleted_at is None


def test_same_bytes_after_erasing_are_a_new_picture(studio: Studio) -> None:
    record = studio.image_importer.from_bytes(USER_ID, picture(), label="x")
    studio.gallery.move_to_trash(USER_ID, [record.id])
    studio.gallery.empty_trash(USER_ID)

    again = studio.image_importer.from_bytes(USER_ID, picture(), label="x")

    assert again.id != record.id
    assert studio.image_file(again).path.is_file()


def test_ground_matters_where_there_are_transparent_parts_alone(studio: Studio) -> None:
    clear, opaque = picture("#00808040"), picture()
    white = studio.image_importer.from_bytes(USER_ID, clear, label="x")
    black = studio.image_importer.from_bytes(USER_ID, clear, label="x", ground=BLACK)

    assert white.id != black.id
    assert studio.image_importer.from_bytes(USER_ID, clear, label="x", ground=BLACK).id == black.id
    assert (white.ground, black.ground) == ("#ffffff", "#000000")
    first = studio.image_importer.from_bytes(USER_ID, opaque, label="x")
    assert studio.image_importer.from_bytes(USER_ID, opaque, label="x", ground=BLACK).id == first.id
    assert first.ground == ""


def test_everything_of_the_gallery_works_on_it(studio: Studio) -> None:
    record = studio.image_importer.from_bytes(USER_ID, picture(), label="Ｓtraße.png")
    [entry] = studio.gallery.entries(USER_ID, [record.id])
    assert entry == record

    for query in (
        GalleryQuery(),
        GalleryQuery(text="STRASSE"),
        GalleryQuery(states=frozenset({TaskState.DONE})),
        GalleryQuery(since=record.created_at, until=record.created_at + 1),
        GalleryQuery(origins=frozenset({Origin.EDITED, Origin.BROUGHT_IN})),
    ):
        assert ids(studio, query) == [record.id], query
    for query in (
        GalleryQuery(text="boulevard"),
        GalleryQuery(models=frozenset({"flux-kontext-pro"})),
        GalleryQuery(ratios=frozenset({"match"})),
        GalleryQuery(states=frozenset({TaskState.FAILED})),
        GalleryQuery(origins=frozenset({Origin.MADE})),
        GalleryQuery(until=record.created_at),
        GalleryQuery(starred=True),
        TRASH,
    ):
        assert ids(studio, query) == [], query

    studio.gallery.star(USER_ID, [record.id], starred=True)
    assert ids(studio, GalleryQuery(starred=True)) == [record.id]
    assert studio.gallery.count(USER_ID) == 1
    assert studio.gallery.move_to_trash(USER_ID, [record.id]) == 1
    assert (ids(studio), ids(studio, TRASH)) == ([], [record.id])
    assert studio.gallery.trashed_image(USER_ID, record.id) is not None
    studio.gallery.restore(USER_ID, [record.id])
    assert ids(studio) == [record.id]
    assert studio.tasks.recent(USER_ID, limit=9) == []


def test_others_cannot_see_or_change_it(studio: Studio) -> None:
    record = studio.image_importer.from_bytes(USER_ID, picture(), label="x")

    assert studio.gallery.find(BEN, BROUGHT_IN) == []
    assert studio.gallery.entries(BEN, [record.id]) == []
    studio.gallery.star(BEN, [record.id], starred=True)
    assert studio.gallery.move_to_trash(BEN, [record.id]) == 0
    assert studio.image(USER_ID, record.id) == record


def test_erasing_takes_file_thumbnails_and_row(studio: Studio) -> None:
    record = studio.image_importer.from_bytes(
        USER_ID, picture("#00808040"), label="Secret client.png"
    )
    assert files(studio)
    studio.gallery.move_to_trash(USER_ID, [record.id])

    assert studio.gallery.empty_trash(USER_ID, [record.id]) == 1

    assert files(studio) == []
    assert studio.repository.image(record.id) is None


def test_source_of_an_unfinished_edit_is_not_erased(tmp_path: Path) -> None:
    with running_studio(tmp_path, seconds=600) as running:
        studio, source_id = running.studio, running.add_source()
        running.submit(source_id=source_id)
        studio.gallery.move_to_trash(USER_ID, [source_id])

        assert studio.gallery.empty_trash(USER_ID) == 0
        assert ids(studio, TRASH) == [source_id]


def test_edits_stay_when_their_source_is_erased(studio_fixture: StudioFixture) -> None:
    studio, source_id = studio_fixture.studio, studio_fixture.add_source()
    edit = studio_fixture.wait_for(
        studio_fixture.submit("make it night", source_id=source_id), TaskState.DONE
    )
    studio.gallery.move_to_trash(USER_ID, [source_id])

    assert studio.gallery.empty_trash(USER_ID) == 1

    tree = studio.edit_tree(USER_ID, edit.id)
    assert [node.image.id for node in tree.nodes] == [edit.id]
    [exported] = studio.export_items(USER_ID, [edit.id])
    assert exported.metadata is not None
    assert ids(studio, GalleryQuery()) == [edit.id]


def test_embedded_settings_outlive_the_process(tmp_path: Path) -> None:
    request = GenerationRequest(prompt="A fox", aspect_ratio="16:9")
    metadata = GenerationMetadata(request=request, lineage=("first", "second"))
    data = embed_metadata(picture(), metadata)
    with running_studio(tmp_path) as running:
        image_id = running.studio.image_importer.from_bytes(USER_ID, data, label="x").id
    with running_studio(tmp_path) as running:
        found = running.studio.image_importer.embedded_metadata(USER_ID, image_id)
        with pytest.raises(NotFoundError):
            running.studio.image_importer.embedded_metadata(BEN, image_id)

    assert found is not None
    assert found == replace(metadata, lineage=(), app=found.app)


def test_average_color_is_stored(studio_fixture: StudioFixture) -> None:
    studio = studio_fixture.studio
    record = studio.image_importer.from_bytes(USER_ID, picture("#008080"), label="x")
    made = studio_fixture.wait_for(studio_fixture.submit(), TaskState.DONE)

    assert record.color is not None
    assert record.color.startswith("#0")
    assert studio.average_color(replace(record, color=None)) == record.color
    assert studio.image(USER_ID, made.id).color is not None


def test_windows_are_told_of_what_comes_in(studio: Studio) -> None:
    told: list[str] = []
    studio.subscribe(USER_ID, lambda: told.append("changed"))

    studio.image_importer.from_bytes(USER_ID, picture(), label="x")

    assert told == ["changed"]


def test_original_is_exported_and_erased(studio: Studio) -> None:
    data = picture("#00808040")
    record = studio.image_importer.from_bytes(USER_ID, data, label="logo.v2.PNG")
    [item] = studio.export_items(USER_ID, [record.id])

    assert record.original_format == "png"
    assert item.file.name.startswith("originals/")
    with Image.open(BytesIO(item.read_bytes())) as exported:
        assert exported.mode == "RGBA"
    assert download_name(item.image) == "logo.v2.png"
    with zipfile.ZipFile(
        BytesIO(b"".join(stream_zip(studio.export_items(USER_ID, [record.id]), made_at=0.0)))
    ) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".png")]
        assert archive.read(name) == item.read_bytes()

    studio.gallery.move_to_trash(USER_ID, [record.id])
    studio.gallery.empty_trash(USER_ID)
    assert not item.file.exists()


def test_other_ground_is_made_from_the_original(studio: Studio) -> None:
    white = studio.image_importer.from_bytes(USER_ID, picture("#00000000"), label="logo.png")

    black = studio.image_importer.change_ground(USER_ID, white.id, BLACK)

    assert (black.label, black.ground, black.original_format) == ("logo.png", "#000000", "png")
    with Image.open(studio.image_file(black).path) as copy:
        assert copy.convert("RGB").getpixel((9, 9)) == (0, 0, 0)
    assert studio.image_importer.change_ground(USER_ID, black.id, (255, 255, 255)).id == white.id
    assert studio.image_importer.change_ground(USER_ID, white.id, BLACK).id == black.id
    opaque = studio.image_importer.from_bytes(USER_ID, picture(), label="opaque.png")
    for owner, image_id in ((BEN, white.id), (USER_ID, opaque.id)):
        with pytest.raises(NotFoundError):
            studio.image_importer.change_ground(owner, image_id, BLACK)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("IMG_4711.HEIC", "IMG_4711.png"),
        ("Ünsere Katze (2).jpg", "Ünsere Katze (2).png"),
        ("../../etc/passwd", "etc_passwd.png"),
        ('a"b\r\nSet-Cookie: x.png', "a_b_Set-Cookie_ x.png"),
        ("https://a.example/p/Harbour%20view.webp?size=9#x", "Harbour view.png"),
        ("https://a.example/", "a.example.png"),
        ("CON.png", "picture CON.png"),
        ("🦊", "picture.png"),
        ("", "picture.png"),
        ("x" * 300 + ".jpg", "x" * 80 + ".png"),
    ],
)
def test_download_has_its_own_name_safely_made(studio: Studio, label: str, name: str) -> None:
    record = studio.image_importer.from_bytes(USER_ID, picture(), label=label)

    assert download_name(record) == name
