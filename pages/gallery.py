"""Everything a designer has made, newest first."""

from components.ui import gallery

gallery.draw_gallery()
