"""Painting: pictures for the sandbox, made from words by hand-written rules and no model.

It knows only Pillow and the standard library.
"""

from components.sandbox.painting.framing import fit
from components.sandbox.painting.painter import paint_scene
from components.sandbox.painting.retouch import retouch
from components.sandbox.painting.tongues import translated

__all__ = ["fit", "paint_scene", "retouch", "translated"]
