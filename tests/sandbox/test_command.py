"""`python -m components.sandbox`: what it refuses, and how it says so."""

import subprocess
import sys
from pathlib import Path

import pytest

from components.sandbox.__main__ import main


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
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert arguments[0] in said
    assert " is no " in said


def test_a_data_folder_that_holds_something_else_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_bytes(b"no database at all" * 99)
    ended = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-m", "components.sandbox", "--port", "0", "--data-dir", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("The sandbox cannot start: ")
    assert len(ended.stderr.splitlines()) == 1
