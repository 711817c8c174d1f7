"""A data folder with pictures, and the commands as an operator starts them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.admin.__main__ import main
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.images.object_store import OpenObject
from components.studio.images.original import OriginalImage
from components.studio.images.store import ImageStore
from tests.support.factories import NOW, make_task
from tests.support.quick_database import quick_database as quick_database

ANNA = "a" * 32
SECRET = bytes(range(32))


@dataclass
class MemoryFiles:
    """Files in a store that is no folder."""

    kept: dict[str, bytes] = field(default_factory=dict)
    folder: Path | None = None
    problem: None = None
    reads: list[str] = field(default_factory=list)
    on_read: Callable[[str], object] = lambda _: None

    def check(self) -> None:
        raise NotImplementedError

    async def open(self, name: str) -> OpenObject:
        raise NotImplementedError

    def put(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    def read(self, name: str) -> bytes:
        self.on_read(name)
        self.reads.append(name)
        if name not in self.kept:
            raise FileNotFoundError(2, "no such file", name)
        return self.kept[name]

    def size(self, name: str) -> int | None:
        return len(self.kept[name]) if name in self.kept else None

    def delete(self, names: Collection[str]) -> None:
        for name in names:
            self.kept.pop(name, None)

    def names_before(self, folder: str, until: float) -> Iterator[str]:
        assert until > 0
        yield from [name for name in self.kept if name.startswith(f"{folder}/")]


@dataclass(frozen=True)
class DataFolder:
    """A data folder, and the repository of an app that has it open."""

    folder: Path
    repository: TaskRepository

    def add_picture(
        self, number: int, *, prompt: str = "a hill", with_original: bool = False
    ) -> str:
        """Write the files of a picture, then its task and row; returns its id."""
        image_id = f"{number:032x}"
        data = jpeg(number)
        original = OriginalImage(b"original %d" % number, "png", 64, 48, has_transparency=False)
        ImageStore(self.folder).save(image_id, "jpeg", data, original if with_original else None)
        self.repository.add_tasks([make_task(prompt, provider_id=f"task {number}")])
        self.repository.add_image(
            ImageRecord(
                id=image_id,
                user_id=ANNA,
                task_id=None,
                format="jpeg",
                width_px=64,
                height_px=48,
                size_bytes=len(data),
                created_at=NOW + number,
                label=f"Straße {number}",
                starred=number % 2 == 0,
                original_format="png" if with_original else None,
                original_bytes=len(original.data) if with_original else None,
            )
        )
        return image_id

    def files(self) -> dict[str, bytes]:
        """All files but the database's and the lock, by name."""
        return files_of(self.folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("studio.")
    }


def jpeg(number: int) -> bytes:
    encoded = BytesIO()
    Image.new("RGB", (64, 48), (number % 256, number // 256 % 256, 90)).save(encoded, "JPEG")
    return encoded.getvalue()


def picture_name(number: int) -> str:
    return f"pictures/{f'{number:032x}'[:2]}/{number:032x}.jpeg"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder with three pictures, of which the first has its original."""
    folder = tmp_path / "data"
    with closing(TaskRepository.in_folder(folder)) as repository:
        made = DataFolder(folder, repository)
        for number in (1, 2, 3):
            made.add_picture(number, with_original=number == 1)
        (folder / "cookie_secret").write_bytes(SECRET)
        (folder / "cookie_secret").chmod(0o600)
        yield made


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; gives its exit status and all that it wrote."""

    def run_command(*arguments: object, folder: Path | None = None) -> tuple[int, str]:
        if folder is not None:
            monkeypatch.setenv("KONTEXT_DATA_DIR", str(folder))
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run_command
