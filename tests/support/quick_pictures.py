"""Small pictures of the sandbox that cost next to nothing, for tests of the app."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PIL import Image

from components.sandbox import rendering
from components.sandbox.renderer import render as renderer
from components.sandbox.renderer.scene import Scene
from components.sandbox.sizes import size_of

BLOCKS = (12, 8)
_render = renderer.render


def quarter_size_of(ratio: str | None, given: tuple[int, int] | None) -> tuple[int, int]:
    """A quarter of the sides that the service would return."""
    width, height = size_of(ratio, given)
    return width // 4, height // 4


def draw_blocks(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """Blocks of colours that belong to this scene alone, in place of what it shows."""
    colours = random.Random(repr(scene)).randbytes(BLOCKS[0] * BLOCKS[1] * 3)  # noqa: S311 - no secret
    return Image.frombytes("RGB", BLOCKS, colours).resize(size, Image.Resampling.NEAREST)


@pytest.fixture(scope="package", autouse=True)
def quick_pictures() -> Iterator[None]:
    """Let sandboxes in this process draw blocks; imported by each conftest that wants it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renderer, "render", draw_blocks)
        patch.setattr(rendering, "size_of", quarter_size_of)
        yield


@pytest.fixture
def real_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sandboxes draw what the prompt says, as small."""
    monkeypatch.setattr(renderer, "render", _render)


@pytest.fixture
def real_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sandboxes return pictures as large as the service does."""
    monkeypatch.setattr(rendering, "size_of", size_of)
