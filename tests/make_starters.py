"""Draws the starter pictures again: `python -m tests.make_starters`.

Run it after a change of the renderer: the sandbox knows the starters by what is written here.
"""

import base64
import json
from pathlib import Path

from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.recognition import fingerprint
from components.sandbox.renderer.render import render
from components.sandbox.renderer.scene import scene_to_json
from components.ui.form.prompt_examples import PROMPT_EXAMPLES

_ROOT = Path(__file__).parents[1]
_SIZE = (1184, 880)
_SEEDS = {"lighthouse": 31, "balloons": 50, "city": 61, "cabin": 26, "desert": 24, "harbour": 91}


def main() -> None:
    """Write the six JPEGs and the scenes that the sandbox knows them by."""
    entries = []
    for starter in PROMPT_EXAMPLES:
        scene = parse_prompt(starter.prompt, _SEEDS[starter.name], _SIZE)
        picture = render(scene, _SIZE)
        path = _ROOT / "static" / "starters" / f"{starter.name}.jpg"
        picture.save(path, quality=82, optimize=True, progressive=True)
        known_by = base64.b64encode(fingerprint(picture)).decode()
        entries.append({"fingerprint": known_by, "scene": scene_to_json(scene)})
    text = json.dumps(entries, indent=1)
    (_ROOT / "components" / "sandbox" / "starters.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
