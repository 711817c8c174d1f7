"""docs/kie-api.md, Callbacks: what comes to a callback address, how often, and how it is signed."""

import base64
import hashlib
import hmac
from contextlib import closing
from pathlib import Path

import pytest

from components.sandbox.store import Store
from tests.integration.sandbox.conftest import Clock, Open, Stranger
from tests.support.studio_fixture import wait_until


def good_signature(key: str, task_id: str, headers: dict[str, str]) -> bool:
    text = f"{task_id}.{headers['X-Webhook-Timestamp']}"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode() == headers["X-Webhook-Signature"]


def test_a_success_carries_its_links_in_info(open_sandbox: Open, stranger: Stranger) -> None:
    caller = open_sandbox()
    task_id = caller.task(callBackUrl=f"{stranger.url}/hook")
    links = caller.ended(task_id)["response"]
    stranger.wait_for_posts(1)
    headers, body = stranger.posts[0]
    assert body == {
        "code": 200,
        "msg": "BFL image generated successfully.",
        "data": {"taskId": task_id, "info": links},
    }
    assert headers["Content-Type"] == "application/json"
    assert "X-Webhook-Signature" not in headers


@pytest.mark.parametrize(
    ("word", "code"), [("refused", 400), ("create-failed", 500), ("generate-failed", 501)]
)
def test_a_failure_carries_its_code_and_no_links(
    open_sandbox: Open, stranger: Stranger, word: str, code: int
) -> None:
    open_sandbox().task(f"[{word}]", callBackUrl=stranger.url)
    stranger.wait_for_posts(1)
    body = stranger.posts[0][1]
    assert body["code"] == code
    assert not any(body["data"]["info"].values())


def test_a_webhook_key_signs_id_and_time(open_sandbox: Open, stranger: Stranger) -> None:
    clock = Clock()
    caller = open_sandbox(webhook_key="hook-key", clock=clock)
    task_id = caller.task("[refused]", callBackUrl=stranger.url)
    stranger.wait_for_posts(1)
    headers = stranger.posts[0][0]
    assert headers["X-Webhook-Timestamp"] == str(int(clock.now))
    assert good_signature("hook-key", task_id, headers)


@pytest.mark.parametrize(
    ("statuses", "posts"),
    [([500, 302, 404, 503, 500], 4), ([500, 200], 2)],
    ids=["three times more at most", "until the first success"],
)
def test_a_failed_callback_is_sent_again(
    open_sandbox: Open, stranger: Stranger, tmp_path: Path, statuses: list[int], posts: int
) -> None:
    stranger.statuses = statuses
    caller = open_sandbox(data_dir=tmp_path, callback_retry_seconds=0.01)
    caller.task("[refused]", callBackUrl=stranger.url)
    with closing(Store(tmp_path)) as store:
        wait_until(lambda: store.unfinished() == [])  # it owes no callback any more
    assert len(stranger.posts) == posts


def test_an_address_where_nobody_listens_harms_no_task(open_sandbox: Open) -> None:
    caller = open_sandbox(callback_retry_seconds=0.01)
    task_id = caller.task("[refused]", callBackUrl="http://127.0.0.1:1/hook")
    assert caller.ended(task_id)["successFlag"] == 3


def test_duplicate_comes_twice(open_sandbox: Open, stranger: Stranger) -> None:
    open_sandbox().task("[refused] [callback-duplicate]", callBackUrl=stranger.url)
    stranger.wait_for_posts(2)
    assert stranger.posts[0][1] == stranger.posts[1][1]


def test_early_comes_before_the_create_answers(open_sandbox: Open, stranger: Stranger) -> None:
    caller = open_sandbox(seconds=600)
    task_id = caller.task("[callback-early] [refused]", callBackUrl=stranger.url)
    assert [body["data"]["taskId"] for _, body in stranger.posts] == [task_id]


def test_forged_comes_while_the_task_still_runs_and_is_not_truly_signed(
    open_sandbox: Open, stranger: Stranger
) -> None:
    caller = open_sandbox(seconds=600, webhook_key="hook-key")
    task_id = caller.task("[callback-forged]", callBackUrl=stranger.url)
    stranger.wait_for_posts(1)
    headers, body = stranger.posts[0]
    assert (body["code"], body["data"]["taskId"]) == (200, task_id)
    assert not good_signature("hook-key", task_id, headers)
    assert caller.record(task_id)["successFlag"] == 0


def test_with_only_own_links_a_loopback_address_is_still_called(
    open_sandbox: Open, stranger: Stranger
) -> None:
    open_sandbox(only_own_links=True).task("[refused]", callBackUrl=stranger.url)
    stranger.wait_for_posts(1)
