"""Every fault: how it is asked for, and what it does on the wire."""

import json
import threading
import time
from http.client import IncompleteRead
from pathlib import Path
from urllib.request import urlopen

import pytest
import requests

from components.sandbox import FAULTS, FaultsRejected, SandboxOptions, SandboxServer, start
from components.sandbox.faults import FaultPoint, Faults, faults_in_prompt, strip_fault_markers
from tests.integration.sandbox.conftest import PATIENCE_SECONDS, Caller, Open, opened

NOTHING_MADE = [name for name, fault in FAULTS.items() if fault.point is FaultPoint.CREATE]
CREDITS_TEXT = "Credits insufficient : "


def result_link(caller: Caller, prompt: str) -> str:
    url: str = caller.ended(caller.task(prompt))["response"]["resultImageUrl"]
    return url


def test_a_prompt_asks_by_either_form_in_any_case() -> None:
    assert faults_in_prompt("a [slow] hill Sandbox:Refused, [nonsense] sandbox:other") == {
        "slow",
        "refused",
    }


def test_renderer_does_not_read_fault_names() -> None:
    assert strip_fault_markers("a [slow] hill [of] sand sandbox:refused") == "a  hill [of] sand"


def test_faults_are_drawn_at_their_rate_and_repeat_with_the_seed() -> None:
    one, two = Faults({"query-500": 0.25}, 7), Faults({"query-500": 0.25}, 7)
    draws = [one.choose(FaultPoint.QUERY) for _ in range(2000)]
    assert draws == [two.choose(FaultPoint.QUERY) for _ in range(2000)]
    assert 400 < draws.count("query-500") < 600
    assert one.choose(FaultPoint.UPLOAD) is None


@pytest.mark.parametrize("rates", [{"no-such": 1}, {"slow": 1.1}, {"slow": -0.1}, {"slow": True}])
def test_an_unknown_fault_or_rate_is_refused_by_name(rates: dict[str, float]) -> None:
    with pytest.raises(FaultsRejected, match=next(iter(rates))):
        start(SandboxOptions(faults=rates))


@pytest.mark.parametrize("name", NOTHING_MADE)
def test_before_faults_make_and_charge_nothing(open_sandbox: Open, name: str) -> None:
    caller = open_sandbox()
    if name == "create-dropped":
        with pytest.raises(requests.ConnectionError, match="reset"):
            caller.send(f"[{name}]")
    else:
        assert caller.create(f"[{name}]")["code"] in (400, 500)
    assert caller.credit() == 1000
    assert caller.usage_report()["tasks"] == []
    assert caller.usage_report()["creates"] == 1


def test_refused_at_once_has_code_400(caller: Caller) -> None:
    envelope = caller.create("[refused-at-once]")
    assert envelope["code"] == 400
    assert envelope["msg"].startswith("Your prompt was flagged")


def test_no_credit_may_come_as_a_500(caller: Caller) -> None:
    envelope = caller.create("[no-credit-500]")
    assert envelope["code"] == 500
    assert envelope["msg"].startswith(CREDITS_TEXT)


def test_maintenance_is_a_455(caller: Caller) -> None:
    assert caller.create("[maintenance]")["code"] == 455


@pytest.mark.parametrize(("name", "status"), [("rate-limited", 200), ("rate-limited-http", 429)])
def test_a_rate_limit_lets_the_third_try_in(caller: Caller, name: str, status: int) -> None:
    prompt = f"[{name}] [refused]"
    for _ in range(2):
        answer = caller.send(prompt)
        assert (answer.status_code, answer.json()["code"]) == (status, 429)
        assert ("Retry-After" in answer.headers) is (status == 429)
    assert caller.create(prompt)["code"] == 200


def test_either_faults_strike_queries_too(caller: Caller, running_sandbox: SandboxServer) -> None:
    task_id = caller.task("[refused]")
    running_sandbox.set_faults({"maintenance": 1})
    assert caller.query(task_id)["code"] == 455


@pytest.mark.parametrize(
    "name", ["create-lost", "create-html", "create-cut", "create-no-id", "create-timeout"]
)
def test_answer_faults_spoil_the_answer_of_a_task_that_is_made_and_paid(
    open_sandbox: Open, name: str
) -> None:
    caller = open_sandbox(hold_seconds=0.3)
    prompt = f"[{name}] [refused]"
    if name == "create-lost":
        with pytest.raises(requests.ConnectionError, match="reset"):
            caller.send(prompt)
    else:
        began = time.monotonic()
        answer = caller.send(prompt)
        if name == "create-html":
            assert answer.status_code == 502
            assert answer.text.startswith("<html>")
        elif name == "create-cut":
            with pytest.raises(requests.JSONDecodeError):
                answer.json()
        elif name == "create-no-id":
            assert answer.json() == {"code": 200, "msg": "success", "data": {}}
        else:
            assert time.monotonic() - began >= 0.3
            assert answer.json()["data"]["taskId"]
    assert len(caller.usage_report()["tasks"]) == 1
    assert caller.credit() == 995


def test_a_held_answer_does_not_hold_up_the_sandboxs_end() -> None:
    before = threading.enumerate()
    with start(SandboxOptions(hold_seconds=600)) as sandbox:
        caller = Caller(sandbox.url)
        with pytest.raises(requests.ReadTimeout):
            requests.post(
                f"{caller.url}/api/v1/flux/kontext/generate",
                json={"prompt": "[create-timeout]"},
                headers=caller.headers,
                timeout=0.3,
            )
    assert [thread for thread in threading.enumerate() if thread not in before] == []


@pytest.mark.parametrize("name", ["query-html", "query-cut", "query-500"])
def test_a_look_fault_asked_for_spoils_the_first_three_looks(caller: Caller, name: str) -> None:
    task_id = caller.task(f"[{name}] [refused]")
    for _ in range(3):
        answer = caller.look(task_id)
        if name == "query-html":
            assert answer.status_code == 502
        elif name == "query-500":
            assert answer.json()["code"] == 500
        else:
            with pytest.raises(json.JSONDecodeError):
                json.loads(answer.content)
    assert caller.query(task_id)["code"] == 200


@pytest.fixture(scope="module")
def plain_result(running_sandbox: SandboxServer) -> str:
    return result_link(Caller(running_sandbox.url), "a hill")


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("result-html", 200, "text/html"),
        ("result-403", 403, "text/html"),
        ("result-404", 404, "text/html"),
        ("result-mislabelled", 200, "image/png"),
    ],
)
def test_a_result_may_come_back_as_something_else(
    caller: Caller,
    running_sandbox: SandboxServer,
    plain_result: str,
    name: str,
    status: int,
    kind: str,
) -> None:
    running_sandbox.set_faults({name: 1})
    answer = requests.get(plain_result, timeout=PATIENCE_SECONDS)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(kind)
    running_sandbox.set_faults({})
    assert opened(plain_result).format == "JPEG"


def test_a_cut_result_ends_before_its_promised_length(
    caller: Caller, running_sandbox: SandboxServer, plain_result: str
) -> None:
    running_sandbox.set_faults({"result-cut": 1})
    with (
        urlopen(plain_result, timeout=PATIENCE_SECONDS) as answer,  # noqa: S310 - our own sandbox
        pytest.raises(IncompleteRead),
    ):
        answer.read()


def test_a_result_may_drip(
    caller: Caller, running_sandbox: SandboxServer, plain_result: str
) -> None:
    whole = len(requests.get(plain_result, timeout=PATIENCE_SECONDS).content)
    running_sandbox.set_faults({"result-slow": 1})
    with requests.get(plain_result, stream=True, timeout=PATIENCE_SECONDS) as answer:
        assert 1 <= len(answer.raw.read1(whole)) < whole / 2


def test_a_result_may_never_end(
    caller: Caller, running_sandbox: SandboxServer, plain_result: str
) -> None:
    whole = len(requests.get(plain_result, timeout=PATIENCE_SECONDS).content)
    running_sandbox.set_faults({"result-endless": 1})
    with requests.get(plain_result, stream=True, timeout=PATIENCE_SECONDS) as answer:
        assert len(answer.raw.read(whole + 1_000_000)) == whole + 1_000_000


def test_a_word_in_the_prompt_spoils_that_tasks_result_only(caller: Caller) -> None:
    spoilt = result_link(caller, "a hill [result-403]")
    assert requests.get(spoilt, timeout=PATIENCE_SECONDS).status_code == 403
    assert opened(result_link(caller, "a hill")).format == "JPEG"


def test_uploads_may_be_down_or_unauthorised(
    caller: Caller, running_sandbox: SandboxServer
) -> None:
    running_sandbox.set_faults({"upload-down": 1})
    down = caller.upload(b"x", uploadPath="a")
    assert (down.status_code, down.text[:6]) == (503, "<html>")
    running_sandbox.set_faults({"upload-401": 1})
    refused = caller.upload(b"x", uploadPath="a")
    assert (refused.status_code, refused.json()["success"]) == (401, False)


def test_every_fault_is_proved_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in FAULTS if name not in tests] == []
