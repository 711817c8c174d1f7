"""From a task to the bytes of its picture, in the size and format the service would return."""

import re
from io import BytesIO

from PIL import Image

from components.sandbox.drift import drifted
from components.sandbox.faults import strip_fault_markers
from components.sandbox.recognition import fingerprint, recognise, starter_scenes
from components.sandbox.recorded_edits import AnswerFolder
from components.sandbox.renderer.scene import Scene, scene_to_json
from components.sandbox.sizes import size_of
from components.sandbox.store import Store, StoredFile
from components.sandbox.tasks import Task

MAX_INPUT_BYTES = 20_000_000  # of an input picture (docs/kie-api.md, Create)
_MAX_INPUT_PIXELS = 20_000_000
_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_MAGIC = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
)


class UnusableInput(Exception):
    """The input is no picture that the service takes; the message says why."""


def picture_mime(content: bytes) -> str | None:
    """Return the media type of a JPEG, PNG, GIF or WebP by its first bytes; None for others."""
    return next((mime for magic, mime in _MAGIC if re.match(magic, content, re.DOTALL)), None)


class Renderer:
    """Renders tasks; knows its own pictures again, and answers real ones from a folder."""

    def __init__(self, store: Store, answers: AnswerFolder | None, *, drift: bool) -> None:
        self._store, self._answers, self._drift = store, answers, drift

    def render_task(self, task: Task, source: bytes | None) -> StoredFile:
        """Return what the task asks for: a new picture, or an edit of its source.

        Raises UnusableInput.
        """
        from components.sandbox.prompts import parse_prompt, translation  # large: not at the start
        from components.sandbox.renderer.render import render

        # Half a surrogate pair is valid JSON and no character: nothing can be drawn for it.
        prompt = strip_fault_markers(task.prompt).encode("utf-8", "ignore").decode()
        if task.params.get("enableTranslation") is not False:
            prompt = translation.translate(prompt)
        if source is None:
            size = size_of(task.aspect_ratio, None)
            scene = parse_prompt.parse_prompt(prompt, task.seed, size)
            picture = render(scene, size)
            self._store.save_scene([fingerprint(picture)], scene_to_json(scene))
        else:
            picture = self._edited(task, prompt, _decode(source))
        return StoredFile(*_encode(picture, task.output_format), task.task_id)

    def _edited(self, task: Task, prompt: str, given: Image.Image) -> Image.Image:
        from components.sandbox.prompts.edit_scene import edit_scene
        from components.sandbox.renderer import filters, render

        size = size_of(task.aspect_ratio, given.size)
        if self._answers and (answer := self._answers.find(given, prompt)):
            return filters.fit(answer, size) if task.aspect_ratio else answer
        scene = recognise(given, [*self._store.scenes(), *starter_scenes()])
        if scene is None:
            blank = Scene(seed=task.seed, pixels=size)
            picture = render.render_over(filters.fit(given, size), edit_scene(blank, prompt))
            return drifted(picture, task.seed) if self._drift else picture
        scene = edit_scene(scene, prompt)
        picture = render.render(scene, size)
        returned = drifted(picture, task.seed) if self._drift else picture
        # The app may lay the edit over its source: such a picture is nearer to the plain one.
        known = {fingerprint(picture), fingerprint(returned)}
        self._store.save_scene([*known], scene_to_json(scene))
        return returned


def _decode(source: bytes) -> Image.Image:
    if len(source) > MAX_INPUT_BYTES:
        raise UnusableInput("the input picture is larger than 20 MB")
    if picture_mime(source) is None:
        raise UnusableInput("the input is not a JPEG, PNG, GIF or WebP")
    try:
        with Image.open(BytesIO(source), formats=("JPEG", "PNG", "GIF", "WEBP")) as picture:
            if picture.width * picture.height > _MAX_INPUT_PIXELS:
                raise UnusableInput("the input picture has more than 20 megapixels")
            return _flat(picture)
    except _UNREADABLE as problem:
        raise UnusableInput(f"the input picture cannot be read: {problem}") from problem


def _flat(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    opaque = Image.new("RGBA", picture.size, "white")
    opaque.alpha_composite(picture.convert("RGBA"))
    return opaque.convert("RGB")


def _encode(picture: Image.Image, output_format: str) -> tuple[bytes, str]:
    encoded = BytesIO()
    if output_format == "png":
        picture.save(encoded, "PNG", compress_level=3)
    else:
        picture.save(encoded, "JPEG", quality=92)
    return encoded.getvalue(), f"image/{output_format}"
