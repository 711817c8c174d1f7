"""Draws pictures from scenes. Read `scene.py` first; `render.py` puts the layers together."""
