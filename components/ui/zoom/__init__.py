"""Zoom and pan for the browser side of components that show pictures.

The script is one text, `zoom.js`, that a component places in front of its own: the
browser gets a component's script as a single module, so there is nothing to import from.
"""

from pathlib import Path

ZOOM_JS = Path(__file__).with_name("zoom.js").read_text(encoding="utf-8")
"""`createZoom(stage, options)`; what it takes and gives is written at its head."""
