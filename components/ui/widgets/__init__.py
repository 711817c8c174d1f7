"""Browser components: a folder each, with a Python face, scripts and styles."""
