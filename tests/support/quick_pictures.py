"""Pictures of the sandbox that cost next to nothing, for tests of the app."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PIL import Image

from components.sandbox import rendering
from components.sandbox.renderer.render import render
from components.sandbox.renderer.scene import Scene

BLOCKS = (12, 8)


def draw_blocks(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """Blocks of colours that belong to this scene alone, in place of what it shows."""
    colours = random.Random(repr(scene)).randbytes(BLOCKS[0] * BLOCKS[1] * 3)  # noqa: S311 - no secret
    return Image.frombytes("RGB", BLOCKS, colours).resize(size, Image.Resampling.NEAREST)


@pytest.fixture(scope="package", autouse=True)
def quick_pictures() -> Iterator[None]:
    """Let sandboxes in this process draw blocks; imported by each conftest that wants it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "render", draw_blocks)
        yield


@pytest.fixture(scope="module")
def real_pictures() -> Iterator[None]:
    """Let sandboxes draw what the prompt says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "render", render)
        yield
