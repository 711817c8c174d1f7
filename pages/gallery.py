"""Everything a designer has made, newest first."""

from components.ui.gallery import gallery

gallery.render_gallery()
