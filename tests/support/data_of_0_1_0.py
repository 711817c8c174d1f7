"""The data folder that version 0.1.0 wrote, in sandbox mode.

Its database is kept as text; of its image files there are two, to stay small.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

SAVED = Path(__file__).parents[1] / "integration/data/v0_1_0"


def copy_data_of_0_1_0(folder: Path) -> Path:
    """Write the folder, which must not exist; returns the path of its database."""
    shutil.copytree(SAVED, folder, ignore=shutil.ignore_patterns("studio.sql"))
    with closing(sqlite3.connect(folder / "studio.db")) as database:
        database.executescript((SAVED / "studio.sql").read_text("utf-8"))
    return folder / "studio.db"
