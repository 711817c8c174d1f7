"""Gallery: all images of a user, newest first."""

from components.ui.gallery import gallery

gallery.render_gallery()
