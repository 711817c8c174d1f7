"""What outlives a restart, and that the sandbox ends and rests as it should."""

import os
import signal
from pathlib import Path

import requests

from components.sandbox import SandboxOptions, start
from tests.integration.sandbox.command import process
from tests.integration.sandbox.conftest import Caller, Clock, Stranger, opened, picture


def test_everything_outlives_a_kill(tmp_path: Path) -> None:
    arguments = ("--data-dir", str(tmp_path / "far"), "--seconds", "1.5", "--queries-per-s", "999")
    with process(*arguments) as (running, caller):
        done = caller.task("[generate-failed] a hill")
        caller.ended(done)
        upload = caller.uploaded(picture((90, 60)))
        pending = caller.task("a hill", aspectRatio="1:1")
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with process(*arguments) as (_, again):
        assert again.credit() == 990
        assert again.record(done)["errorCode"] == 501
        assert [entry["taskId"] for entry in again.usage_report()["tasks"]] == [done, pending]
        moved = again.url + upload.removeprefix(caller.url)
        assert opened(moved).size == (90, 60)
        result = again.ended(pending)["response"]["resultImageUrl"]
        assert opened(result).size == (1024, 1024)


def test_a_result_and_an_old_input_link_outlive_a_restart(tmp_path: Path) -> None:
    options = SandboxOptions(data_dir=tmp_path, seconds=0, queries_per_s=1000)
    with start(options) as sandbox:
        before = Caller(sandbox.url)
        source = before.uploaded(picture((60, 60)))
        made = before.task()
        first = opened(before.ended(made)["response"]["resultImageUrl"])
    with start(options) as sandbox:
        after = Caller(sandbox.url)
        assert opened(after.ended(made)["response"]["resultImageUrl"]).size == first.size
        assert after.ended(after.task(inputImage=source))["successFlag"] == 1


def test_a_callback_owed_at_the_end_is_paid_after_a_restart(
    tmp_path: Path, stranger: Stranger
) -> None:
    stranger.statuses = [503]
    options = SandboxOptions(data_dir=tmp_path, seconds=0, callback_retry_seconds=600)
    with start(options) as sandbox:
        task_id = Caller(sandbox.url).task("[refused]", callBackUrl=stranger.url)
        stranger.wait_for_posts(1)
    with start(options):
        stranger.wait_for_posts(2)
    assert stranger.posts[1][1]["data"]["taskId"] == task_id


def test_without_a_folder_nothing_is_kept() -> None:
    with start(SandboxOptions(clock=Clock())) as sandbox:
        Caller(sandbox.url).task()
    with start(SandboxOptions()) as sandbox:
        assert Caller(sandbox.url).usage_report()["tasks"] == []


def test_closing_twice_is_harmless_and_frees_the_port() -> None:
    sandbox = start(SandboxOptions())
    port = int(sandbox.url.rpartition(":")[2])
    sandbox.close()
    sandbox.close()
    with start(SandboxOptions(port=port)) as again:
        assert requests.get(f"{again.url}/sandbox/usage", timeout=60).status_code == 200


def test_the_sandbox_is_quiet_while_nothing_runs() -> None:
    class CountingClock(Clock):
        looks = 0

        def __call__(self) -> float:
            self.looks += 1
            return super().__call__()

    clock = CountingClock()
    with start(SandboxOptions(clock=clock)) as sandbox:
        caller = Caller(sandbox.url)
        caller.credit()
        before = clock.looks
        for _ in range(50):  # takes longer than two ticks of the task runner
            caller.credit()
        assert clock.looks == before, "it looks for tasks that are due though none waits"
