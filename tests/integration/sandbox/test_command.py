"""`python -m components.sandbox`: what it explains and refuses, and how it ends."""

import signal
from pathlib import Path

import pytest

from components.sandbox import FAULTS, SandboxOptions, start
from components.sandbox.__main__ import main
from tests.integration.sandbox.command import ended, process


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--port", "-1"],
        ["--seconds", "nan"],
        ["--seconds", "-1"],
        ["--credits", "inf"],
        ["--queries-per-s", "-1"],
        ["--fault", "slow=often"],
    ],
)
def test_a_value_that_makes_no_sense_is_named_and_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert arguments[0] in said
    assert " is no " in said


def test_a_data_folder_that_holds_something_else_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_bytes(b"no database at all" * 99)
    failed = ended("--port", "0", "--data-dir", str(tmp_path))
    assert failed.returncode == 1
    assert failed.stderr.startswith("The sandbox cannot start: ")
    assert len(failed.stderr.splitlines()) == 1


def test_a_taken_port_is_said_in_one_line() -> None:
    with start(SandboxOptions()) as sandbox:
        failed = ended("--port", sandbox.url.rpartition(":")[2])
    assert failed.returncode == 1
    assert failed.stderr.startswith("The sandbox cannot start: ")
    assert len(failed.stderr.splitlines()) == 1


def test_help_explains_every_option_and_every_fault() -> None:
    shown = ended("--help").stdout
    for name in ("--port", "--data-dir", "--only-own-links", "--fault", *FAULTS):
        assert name in shown


def test_ctrl_c_ends_the_process_politely() -> None:
    with process("--fault", "maintenance") as (running, caller):
        assert caller.create()["code"] == 455
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
