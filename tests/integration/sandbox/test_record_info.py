"""docs/kie-api.md, Query: what a query shows of running, ended and odd tasks."""

import re
import time
from datetime import datetime

import pytest

from tests.integration.sandbox.conftest import Caller, Clock, Open

FIELDS = {
    "taskId",
    "paramJson",
    "successFlag",
    "response",
    "createTime",
    "completeTime",
    "errorCode",
    "errorMessage",
}


def test_a_running_task_has_flag_0_and_nulls(open_sandbox: Open) -> None:
    clock = Clock()
    caller = open_sandbox(seconds=60, clock=clock)
    task_id = caller.task()
    record = caller.record(task_id)
    assert set(record) == FIELDS
    assert record["taskId"] == task_id
    assert record["successFlag"] == 0
    assert record["createTime"] == clock.now * 1000
    for name in ("response", "completeTime", "errorCode", "errorMessage"):
        assert record[name] is None


def test_a_task_ends_when_its_time_has_come_and_max_takes_twice_as_long(
    open_sandbox: Open,
) -> None:
    clock = Clock()
    caller = open_sandbox(seconds=60, clock=clock)
    pro, most = caller.task("a hill"), caller.task("a hill", model="flux-kontext-max")
    early = caller.task("[refused]")  # ends after a quarter of the time
    clock.advance(40)
    caller.ended(early)
    assert caller.record(pro)["successFlag"] == 0
    clock.advance(40)
    assert caller.ended(pro)["completeTime"] == clock.now * 1000
    assert caller.record(most)["successFlag"] == 0
    clock.advance(70)
    assert caller.ended(most)["successFlag"] == 1


def test_a_success_has_two_links_and_integer_milliseconds(caller: Caller) -> None:
    record = caller.ended(caller.task())
    assert record["successFlag"] == 1
    assert set(record["response"]) == {"resultImageUrl", "originImageUrl"}
    assert all(link.startswith(caller.url) for link in record["response"].values())
    assert isinstance(record["createTime"], int)
    assert isinstance(record["completeTime"], int)
    assert abs(record["createTime"] / 1000 - time.time()) < 60
    assert record["errorCode"] is None


@pytest.mark.parametrize("task_id", ["", "0" * 32, "nothing"])
def test_an_unknown_id_is_a_422_under_http_200(caller: Caller, task_id: str) -> None:
    answer = caller.look(task_id)
    assert answer.status_code == 200
    assert answer.json() == {"code": 422, "msg": "The record does not exist", "data": None}


def test_the_task_of_another_key_does_not_exist(caller: Caller) -> None:
    task_id = caller.task("[refused]")
    other = Caller(caller.url, key="another-key")
    assert other.query(task_id)["msg"] == "The record does not exist"


@pytest.mark.parametrize(
    ("word", "flag", "code"),
    [("refused", 3, 400), ("create-failed", 2, 500), ("generate-failed", 3, 501)],
)
def test_a_word_decides_how_a_task_fails(caller: Caller, word: str, flag: int, code: int) -> None:
    record = caller.ended(caller.task(f"a hill [{word}]"))
    assert (record["successFlag"], record["errorCode"]) == (flag, code)
    assert record["errorMessage"]
    assert record["completeTime"] is not None
    assert record["response"] is None


def test_no_result_is_a_success_without_a_link(caller: Caller) -> None:
    record = caller.ended(caller.task("a hill sandbox:no-result"))
    assert record["successFlag"] == 1
    assert record["response"]["resultImageUrl"] is None


def test_slow_takes_five_times_as_long(open_sandbox: Open) -> None:
    clock = Clock()
    caller = open_sandbox(seconds=60, clock=clock)
    task_id, usual = caller.task("[slow] [no-result] a hill"), caller.task("[no-result] a hill")
    clock.advance(200)
    caller.ended(usual)
    assert caller.record(task_id)["successFlag"] == 0
    clock.advance(200)
    assert caller.ended(task_id)["successFlag"] == 1


def test_query_late_hides_the_record_for_some_seconds(open_sandbox: Open) -> None:
    clock = Clock()
    caller = open_sandbox(clock=clock)
    task_id = caller.task("[query-late] [refused]")
    assert caller.query(task_id)["code"] == 422
    clock.advance(4)
    assert caller.query(task_id)["code"] == 200


def test_flag_back_shows_the_end_then_no_end_then_the_end(caller: Caller) -> None:
    task_id = caller.task("[flag-back] [no-result]")
    assert caller.ended(task_id)["successFlag"] == 1
    assert [caller.record(task_id)["successFlag"] for _ in range(3)] == [0, 1, 1]


def test_flag_unknown_shows_an_undocumented_flag_before_the_end(caller: Caller) -> None:
    task_id = caller.task("[flag-unknown] [no-result]")
    assert caller.record(task_id)["successFlag"] == 7
    assert caller.ended(task_id)["successFlag"] == 1


def test_wrong_task_shows_the_record_of_another_task_at_first(caller: Caller) -> None:
    other = caller.task("[refused] first")
    task_id = caller.task("[wrong-task] [refused]")
    assert [caller.record(task_id)["taskId"] for _ in range(4)] == [other] * 3 + [task_id]


def test_iso_times_are_text(caller: Caller) -> None:
    record = caller.ended(caller.task("[iso-times] [refused]"))
    assert datetime.fromisoformat(record["createTime"]) <= datetime.fromisoformat(
        record["completeTime"]
    )


def test_result_private_link_leads_to_a_link_local_address(caller: Caller) -> None:
    record = caller.ended(caller.task("[result-private-link]"))
    assert re.match(r"http://169\.254\.169\.254/", record["response"]["resultImageUrl"])
