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
from components.sandbox.renderer.canvas import table
from components.sandbox.server import start


def _number(text: str, kind: type[float] = float, most: int = 1_000_000_000) -> float:
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
    kinds: dict[str, dict[str, Any]] = {
        "text": {},
        "number": {"type": _number},
        "path": {"type": Path},
        "any": {"type": int},
        "whole": {"type": partial(_number, kind=int)},
        "switch": {"action": "store_true"},
        "port": {"type": partial(_number, kind=int, most=65_535), "default": 8787},
        "fault": {"type": _rate, "action": "append", "default": [], "metavar": "NAME[=RATE]"},
    }
    for name, (line,) in table("options.txt", Path(__file__).parent).items():
        kind, _, text = line.partition(" ")
        how = {"default": getattr(SandboxOptions, name, None), **kinds[kind]}
        flag = name.replace("_", "-").replace("faults", "fault")
        parser.add_argument(f"--{flag}", dest=name, help=f"{text} (%(default)s)", **how)
    read = vars(parser.parse_args(arguments))
    return SandboxOptions(**{**read, "faults": dict(read["faults"])})


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
