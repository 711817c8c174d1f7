"""The version of the app, read from pyproject.toml: the one place that states it."""

from __future__ import annotations

import tomllib
from pathlib import Path

_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

VERSION: str = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]["version"]
