"""docs/kie-api.md, Ground rules, Codes, Common: keys, envelopes, limits, credit."""

import pytest
import requests

from components.sandbox import SandboxOptions, SandboxServer, start
from tests.integration.sandbox.conftest import Caller, Clock, Open

TOO_OFTEN = {
    "code": 429,
    "msg": "Your call frequency is too high. Please try again later.",
    "data": None,
}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "Bearer wrong-1"])
def test_a_call_without_a_good_key_is_a_401_under_http_200(
    caller: Caller, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = requests.get(f"{caller.url}/api/v1/chat/credit", headers=headers, timeout=60)
    assert answer.status_code == 200
    assert answer.json() == {"code": 401, "msg": "You do not have access permissions"}


def test_where_one_key_is_set_no_other_is_accepted(open_sandbox: Open) -> None:
    caller = open_sandbox(key="the-key")
    caller.key = "the-key"
    assert caller.create()["code"] == 200
    caller.key = "another"
    assert caller.create()["code"] == 401
    assert caller.query("x")["code"] == 401


def test_the_credit_is_a_decimal(open_sandbox: Open) -> None:
    assert open_sandbox(credits=12.25).credit() == 12.25


def test_pro_costs_five_and_max_ten(open_sandbox: Open) -> None:
    caller = open_sandbox(credits=100)
    caller.task("[refused] a hill")
    assert caller.credit() == 95
    caller.task("[refused] a hill", model="flux-kontext-max")
    assert caller.credit() == 85


def test_each_key_has_its_own_balance(open_sandbox: Open) -> None:
    caller = open_sandbox(credits=100)
    caller.task("[refused]")
    caller.key = "another-key"
    assert caller.credit() == 100


def test_a_create_beyond_the_balance_is_a_402_and_makes_nothing(open_sandbox: Open) -> None:
    caller = open_sandbox(credits=7)
    refused = caller.create(model="flux-kontext-max")
    assert refused["code"] == 402
    assert refused["msg"].startswith("Credits insufficient : ")
    assert refused["data"] is None
    assert caller.credit() == 7
    assert caller.usage_report()["tasks"] == []


def test_the_twenty_first_create_in_ten_seconds_is_rejected_and_not_queued(
    open_sandbox: Open,
) -> None:
    clock = Clock()
    caller = open_sandbox(creates_per_10s=20, clock=clock, seconds=1000)
    assert {caller.create()["code"] for _ in range(20)} == {200}
    late = caller.send()
    assert (late.status_code, late.json()) == (200, TOO_OFTEN)
    other = Caller(caller.url, key="another-key")
    assert other.create()["code"] == 200
    clock.advance(10)
    assert caller.create()["code"] == 200
    assert len(caller.usage_report()["tasks"]) == 22


def test_the_eleventh_query_in_one_second_is_rejected(open_sandbox: Open) -> None:
    clock = Clock()
    caller = open_sandbox(queries_per_s=10, clock=clock, seconds=1000)
    task_id = caller.task()
    assert {caller.query(task_id)["code"] for _ in range(10)} == {200}
    assert caller.query(task_id) == TOO_OFTEN
    clock.advance(1)
    assert caller.query(task_id)["code"] == 200


def test_the_hundred_and_first_running_task_is_rejected(open_sandbox: Open) -> None:
    caller = open_sandbox(seconds=1000, clock=Clock())
    assert {caller.create()["code"] for _ in range(100)} == {200}
    assert caller.create() == TOO_OFTEN


def test_an_unknown_path_is_a_404_in_json(caller: Caller) -> None:
    answer = caller.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, 404)


def test_a_method_that_a_path_does_not_know_is_a_405_that_names_the_right_one(
    caller: Caller,
) -> None:
    answer = caller.get("/api/v1/flux/kontext/generate")
    assert answer.json() == {"code": 405, "msg": "Method Not Allowed", "data": None}
    assert answer.headers["Allow"] == "POST"


def test_the_sandboxs_own_fault_is_said_in_each_hosts_own_way(open_sandbox: Open) -> None:
    class BrokenClock(Clock):
        def __call__(self) -> float:
            if self.now < 0:
                raise RuntimeError("no time")
            return self.now

    clock = BrokenClock()
    caller = open_sandbox(clock=clock)
    clock.now = -1
    said = caller.send()
    assert said.status_code == 200
    assert said.json() == {"code": 500, "msg": "Server exception", "data": None}
    said = caller.upload(b"text", uploadPath="inputs")
    assert said.status_code == 500
    assert said.json() == {"success": False, "code": 500, "msg": "Server exception"}


def test_a_taken_port_is_an_error_at_once(running_sandbox: SandboxServer) -> None:
    port = int(running_sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        start(SandboxOptions(port=port))


def test_json_comes_compressed_with_its_charset(caller: Caller) -> None:
    answer = caller.get("/api/v1/chat/credit")
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["code"] == 200


def test_a_client_without_gzip_gets_plain_json(caller: Caller) -> None:
    headers = {**caller.headers, "Accept-Encoding": "identity"}
    answer = requests.get(f"{caller.url}/api/v1/chat/credit", headers=headers, timeout=60)
    assert "content-encoding" not in answer.headers
    assert answer.json()["code"] == 200


def test_pictures_are_not_compressed_again(caller: Caller) -> None:
    link = caller.uploaded(b"\xff\xd8\xff" + bytes(5000))
    assert "content-encoding" not in caller.get(link.removeprefix(caller.url)).headers
