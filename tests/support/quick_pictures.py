"""Pictures of the sandbox that are drawn in a fraction of the time, for tests of the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from components.sandbox import rendering
from components.sandbox.renderer.render import render
from components.sandbox.renderer.scene import Scene

SHRINK = 8


def draw_coarsely(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """The picture of a scene in its full size, drawn at an eighth of it."""
    small = shrunk(scene.pixels)
    picture = render(replace(scene, pixels=small), shrunk(size))
    return picture.resize(size, Image.Resampling.NEAREST)


def shrunk(size: tuple[int, int]) -> tuple[int, int]:
    """A size of at least one pixel."""
    return -(-size[0] // SHRINK), -(-size[1] // SHRINK)


@pytest.fixture(scope="package", autouse=True)
def quick_pictures() -> Iterator[None]:
    """Let sandboxes in this process draw coarsely; imported by each conftest that wants it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "render", draw_coarsely)
        yield
