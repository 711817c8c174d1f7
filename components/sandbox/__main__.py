"""Runs the sandbox alone: `python -m components.sandbox --port 8787`."""

import argparse
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.options import SandboxOptions
from components.sandbox.server import start

_SWITCH: dict[str, Any] = {"action": "store_true"}


def _number(text: str, kind: type[float] = float, most: int = 1_000_000_000) -> float:
    """A number from 0 to `most`."""
    with suppress(ValueError):
        if 0 <= (number := kind(text)) <= most:
            return number
    whole = "whole " if kind is int else ""
    raise argparse.ArgumentTypeError(f"{text!r} is no {whole}number from 0 to {most}")


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    return name, _number(rate or "1")


def _read(arguments: Sequence[str] | None) -> SandboxOptions:
    width = max(map(len, FAULTS))
    faults = "\n".join(f"  {f.name:{width}}  {f.description}" for f in FAULTS.values())
    parser = argparse.ArgumentParser(
        prog="python -m components.sandbox",
        description="A local stand-in for kie.ai's Flux Kontext API; both its hosts on one port.",
        epilog="faults, by --fault, by PUT /sandbox/faults, or in a prompt as sandbox:NAME or"
        f" [NAME]:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = SandboxOptions()
    calls, port = partial(_number, kind=int), partial(_number, kind=int, most=65_535)
    rates: dict[str, Any] = {"type": _rate, "action": "append", "default": []}
    flags: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("host", "address to listen on", {}),
        ("port", "port to listen on, 0 for a free one", {"type": port, "default": 8787}),
        ("data-dir", "folder that keeps everything over a restart", {"type": Path}),
        ("seconds", "how long a picture takes", {"type": _number}),
        ("credits", "starting balance", {"type": _number}),
        ("key", "the one accepted key; none accepts any that does not begin with 'wrong'", {}),
        ("webhook-key", "key that signs callbacks", {}),
        ("fault", "let a fault happen at a rate of 0 to 1", {**rates, "metavar": "NAME[=RATE]"}),
        ("only-own-links", "fetch and call back nothing off this machine", _SWITCH),
        ("creates-per-10s", "creates in 10 s", {"type": calls}),
        ("queries-per-s", "queries in 1 s", {"type": calls}),
        ("hold-seconds", "how long create-timeout holds", {"type": _number}),
        ("answers", "folder of NAME_source and NAME_edit pictures: real edits", {"type": Path}),
        ("drift", "shift, stretch, recolour and soften edits, as the model does", _SWITCH),
        ("seed", "makes pictures, durations and faults repeatable", {"type": int}),
    )
    for name, help_text, how in flags:
        given = {"default": getattr(default, name.replace("-", "_"), None), **how}
        parser.add_argument(f"--{name}", help=f"{help_text} (%(default)s)", **given)
    read = vars(parser.parse_args(arguments))
    return SandboxOptions(faults=dict(read.pop("fault")), **read)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or a termination signal; the process's exit status."""
    options = _read(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        sandbox = start(options)
    except (OSError, FaultsRejected, sqlite3.Error) as problem:
        sys.stderr.write(f"The sandbox cannot start: {problem}\n")
        return 1
    with sandbox:
        sys.stdout.write(f"Sandbox at {sandbox.url}  (Ctrl-C ends it)\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
