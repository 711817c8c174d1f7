"""The drill's side: fault rates over HTTP, and the book of what was made and paid."""

import pytest
import requests

from components.sandbox import FAULTS, SandboxServer
from tests.integration.sandbox.conftest import Caller, Open


def put(caller: Caller, body: object) -> tuple[int, dict[str, object]]:
    answer = requests.put(f"{caller.url}/sandbox/faults", json=body, timeout=60)
    return answer.status_code, answer.json()


def test_rates_are_put_and_shown_and_a_put_replaces_all(open_sandbox: Open) -> None:
    caller = open_sandbox(faults={"slow": 0.5})
    shown = caller.get("/sandbox/faults").json()
    assert shown == dict.fromkeys(FAULTS, 0.0) | {"slow": 0.5}
    status, answer = put(caller, {"refused": 1})
    assert status == 200
    assert answer == dict.fromkeys(FAULTS, 0.0) | {"refused": 1.0}
    assert caller.ended(caller.task())["errorCode"] == 400
    assert put(caller, answer) == (200, answer)


@pytest.mark.parametrize("body", [{"no-such": 1}, {"slow": "1"}, {"slow": 2}, [], None])
def test_a_wrong_put_is_a_422_that_names_the_known_faults(caller: Caller, body: object) -> None:
    status, answer = put(caller, body)
    assert status == 422
    assert answer["known"] == list(FAULTS)
    assert set(caller.get("/sandbox/faults").json().values()) == {0}


def test_faults_on_request_can_be_forbidden(open_sandbox: Open) -> None:
    caller = open_sandbox(faults_on_request=False)
    assert put(caller, {"maintenance": 1})[0] == 403
    for prompt in ("A hill [maintenance]", "A hill sandbox:generate-failed"):
        assert caller.ended(caller.task(prompt))["successFlag"] == 1


def test_every_fault_is_explained(caller: Caller) -> None:
    known = caller.get("/sandbox/faults/known").json()
    assert list(known) == list(FAULTS)
    assert all(entry["what"] and entry["when"] for entry in known.values())


def test_the_book_tells_what_was_made_and_paid(open_sandbox: Open) -> None:
    caller = open_sandbox()
    task_id = caller.task("[refused] a hill", model="flux-kontext-max")
    caller.send("[create-html] [no-result]")
    caller.create("[rate-limited]")
    caller.create(model="none")
    caller.ended(task_id)
    book = caller.usage_report()
    assert (book["creates"], book["rejected"]) == (4, 1)
    assert book["queries"] >= 1
    assert [entry["paid"] for entry in book["tasks"]] == [10, 5]
    first = book["tasks"][0]
    assert first["taskId"] == task_id
    assert first["prompt"] == "[refused] a hill"
    assert first["params"]["model"] == "flux-kontext-max"
    assert first["state"] == "generate-failed"
    assert first["completeTime"] >= first["createTime"]


def test_the_book_is_the_same_in_process(caller: Caller, running_sandbox: SandboxServer) -> None:
    caller.ended(caller.task("[refused]"))
    assert running_sandbox.usage_report() == caller.usage_report()


def test_no_answer_of_the_sandbox_holds_a_key(open_sandbox: Open) -> None:
    caller = open_sandbox()
    caller.key = "most-secret-key"
    caller.task("[refused]")
    assert caller.key not in caller.get("/sandbox/usage").text
