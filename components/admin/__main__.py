"""`python -m components.admin --help` says what there is. Exit status: 0 done, 1 something is
missing or broken, 2 refused or failed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.admin.backup import back_up, check_backup, read_checksums, restore
from components.admin.check import Findings, check
from components.admin.migrate import migrate_folder
from components.admin.places import AdminError, Place, configured_place
from components.bootstrap import load_settings
from components.studio.settings import SettingsError

_SHOWN_NAMES = 20
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit status."""
    options = _parser().parse_args(arguments)
    try:
        place = configured_place(load_settings())
        match options.command:
            case "backup":
                return _backup(place, options.folder)
            case "restore":
                return _restore(place, options.folder)
            case "check":
                return _check(place, options)
            case _:
                return _migrate(place, options.source)
    except (AdminError, SettingsError) as error:
        _tell(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _tell(f"{where}{error.strerror or error}.")
    except KeyboardInterrupt:
        _tell("Interrupted. Start the command again: it goes on where it stopped.")
        return INTERRUPTED
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m components.admin",
        description="Looks after the rows and files that the app's settings name.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    backup = commands.add_parser("backup", help="back up into a new folder; the app may run")
    backup.add_argument("folder", type=Path)
    restore_ = commands.add_parser("restore", help="restore a backup into an empty installation")
    restore_.add_argument("folder", type=Path)
    checks = commands.add_parser("check", help="compare files and rows; the app may run")
    checks.add_argument("--contents", action="store_true", help="open each picture; slow")
    checks.add_argument("--against", type=Path, metavar="BACKUP", help="compare with its digests")
    checks.add_argument("--repair", action="store_true", help="make missing thumbnails")
    migrate = commands.add_parser(
        "migrate", help="copy a data folder into the configured PostgreSQL and store"
    )
    migrate.add_argument("--from", dest="source", type=Path, metavar="DATA_DIR", required=True)
    return parser


def _backup(place: Place, folder: Path) -> int:
    made = back_up(place, folder, _tell)
    _say(f"Backed up to {folder}: {sum(made.rows.values()):,} rows, {made.files:,} files.")
    if made.missing:
        _tell(f"{len(made.missing):,} files were missing already. `check` names them.")
    return 0


def _restore(place: Place, folder: Path) -> int:
    restored = restore(place, folder, _tell)
    _say(
        f"Restored {sum(restored.rows.values()):,} rows and {restored.files:,} files as of "
        f"{restored.made_at}. Start the studio."
    )
    if restored.missing:
        _tell(f"{len(restored.missing):,} files were missing when the backup was made.")
    return 0


def _check(place: Place, options: argparse.Namespace) -> int:
    digests = None
    if options.against is not None:
        check_backup(options.against, _tell)
        digests = read_checksums(options.against)
    found = check(
        place,
        _tell,
        opens_pictures=options.contents,
        known_digests=digests,
        makes_thumbnails=options.repair,
    )
    _say(f"{found.files:,} files, {found.file_bytes / 1e6:,.1f} MB.")
    _name("missing, though a row names them", found.missing)
    _name("of another size than their row says", found.wrong_size)
    _name("damaged", found.damaged)
    _name("thumbnails missing; `check --repair` makes them", found.without_thumbnail)
    _name("without a row; nothing shows them", found.without_row)
    if found == Findings(files=found.files, file_bytes=found.file_bytes):
        _say("Nothing is missing.")
    return 1 if found.is_anything_lost else 0


def _migrate(place: Place, source: Path) -> int:
    done = migrate_folder(source, place, _tell)
    _say(
        f"{done.rows:,} rows are there, and {done.copied + done.already_there:,} files, of which "
        f"{done.copied:,} were copied now. All were compared."
    )
    if done.missing:
        _tell(f"{done.missing:,} files that rows name are missing in {source}.")
    return 1 if done.missing else 0


def _name(what: str, names: list[str]) -> None:
    if not names:
        return
    _say(f"{len(names):,} {what}:")
    for name in names[:_SHOWN_NAMES]:
        _say(f"  {name}")
    if len(names) > _SHOWN_NAMES:
        _say(f"  … and {len(names) - _SHOWN_NAMES:,} more")


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _tell(sentence: str) -> None:
    """Progress and troubles: not for a program that reads the result."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
