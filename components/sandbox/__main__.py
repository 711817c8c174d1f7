"""Runs the sandbox alone: `python -m components.sandbox --port 8787`."""

import argparse
import math
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.options import SandboxOptions
from components.sandbox.server import start

_LAST_PORT = 65_535


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    return name, _amount(rate or "1")


def _amount(text: str) -> float:
    """A number of seconds or credits: neither below zero nor endless, which no clock reaches."""
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not (math.isfinite(amount) and amount >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 up")
    return amount


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to {_LAST_PORT}")
    return int(text)


def _calls(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


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
    add = parser.add_argument
    default = SandboxOptions()
    add("--host", default=default.host, help="address to listen on (%(default)s)")
    add(
        "--port", type=_port, default=8787, help="port to listen on, 0 for a free one (%(default)s)"
    )
    add("--data-dir", type=Path, help="folder that keeps everything over a restart (none)")
    add(
        "--seconds",
        type=_amount,
        default=default.seconds,
        help="how long a picture takes (%(default)s)",
    )
    add("--credits", type=_amount, default=default.credits, help="starting balance (%(default)s)")
    add("--key", help="the one accepted key (any that does not begin with 'wrong')")
    add("--webhook-key", help="key that signs callbacks (unsigned)")
    add(
        "--fault",
        type=_rate,
        action="append",
        default=[],
        metavar="NAME[=RATE]",
        help="let a fault strike at a rate of 0 to 1; may be repeated",
    )
    add(
        "--only-own-links", action="store_true", help="fetch and call back nothing off this machine"
    )
    add(
        "--creates-per-10s",
        type=_calls,
        default=default.creates_per_10s,
        help="creates in 10 s (%(default)s)",
    )
    add(
        "--queries-per-s",
        type=_calls,
        default=default.queries_per_s,
        help="queries in 1 s (%(default)s)",
    )
    add(
        "--hold-seconds",
        type=_amount,
        default=default.hold_seconds,
        help="how long create-timeout holds (%(default)s)",
    )
    add("--answers", type=Path, help="folder of NAME_source/NAME_edit pictures that answer edits")
    add(
        "--drift",
        action="store_true",
        help="return edits shifted and recoloured, as the model does",
    )
    add("--seed", type=int, help="makes pictures, durations and faults repeatable (random)")
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
