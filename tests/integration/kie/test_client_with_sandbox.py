"""The client against the sandbox, which was written from the contract by other hands."""

import secrets
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from components.kie import (
    GenerationRequest,
    InvalidRequest,
    KeyRejected,
    KontextClient,
    KontextError,
    Maintenance,
    OutcomeUnknown,
    OutOfCredit,
    Progress,
    PromptRefused,
    RateLimited,
    ServiceUnavailable,
    TaskNotFound,
    TaskReport,
)
from components.sandbox import SandboxOptions, start


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    options = SandboxOptions(
        seconds=0.05, creates_per_10s=1000, queries_per_s=1000, hold_seconds=2, seed=7
    )
    with start(options) as sandbox:
        yield sandbox.url


@pytest.fixture
def client(url: str) -> Iterator[KontextClient]:
    """A client with a key, and so with a balance, of its own."""
    with KontextClient(api_key=secrets.token_hex(), base_url=url, upload_base_url=url) as made:
        yield made


def followed(client: KontextClient, task_id: str) -> TaskReport:
    """The first report that is neither "generating" nor unknown, asked for during 20 s."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            report = client.query(task_id)
        except (ServiceUnavailable, TaskNotFound):
            report = None
        if report and report.progress not in {Progress.GENERATING, Progress.UNKNOWN}:
            return report
        time.sleep(0.05)
    pytest.fail("the task never ended")


def test_a_picture_is_made_and_paid_for(client: KontextClient) -> None:
    before = client.credits()
    report = followed(client, client.create(GenerationRequest(prompt="a kite over dunes")))
    assert report.progress is Progress.SUCCEEDED
    assert report.result_url
    assert report.created_at_ms
    assert report.completed_at_ms
    assert report.created_at_ms <= report.completed_at_ms
    assert report.parameters
    assert report.parameters["prompt"] == "a kite over dunes"
    assert before - client.credits() == Decimal(5)
    assert client.download_url(report.result_url).startswith("http")


def test_an_uploaded_picture_can_be_edited(client: KontextClient, url: str) -> None:
    made = followed(client, client.create(GenerationRequest(prompt="a kite", aspect_ratio="1:1")))
    assert made.result_url
    stored = client.upload_from_url(made.result_url, file_name="in.jpeg", upload_path="studio")
    edit = GenerationRequest(prompt="make it night", input_image=stored.download_url)
    assert followed(client, client.create(edit)).progress is Progress.SUCCEEDED


def test_bytes_come_back_with_their_size_and_type(client: KontextClient) -> None:
    tiny = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    for upload, name in ((client.upload_file, "a.gif"), (client.upload_base64, "b.gif")):
        stored = upload(tiny, file_name=name, upload_path="/studio", mime_type="image/gif")
        assert (stored.file_name, stored.size_bytes) == (name, len(tiny))
        assert stored.mime_type == "image/gif"
        assert stored.file_path.endswith(f"/studio/{name}")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("create-lost", OutcomeUnknown),
        ("create-dropped", OutcomeUnknown),
        ("create-html", OutcomeUnknown),
        ("create-cut", OutcomeUnknown),
        ("create-no-id", OutcomeUnknown),
        ("rate-limited", RateLimited),
        ("rate-limited-http", RateLimited),
        ("no-credit-500", OutOfCredit),
        ("maintenance", Maintenance),
        ("refused-at-once", PromptRefused),
    ],
)
def test_a_create_that_goes_wrong_raises_the_error_to_act_on(
    client: KontextClient, fault: str, error: type[KontextError]
) -> None:
    with pytest.raises(KontextError) as caught:
        client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}"))
    assert type(caught.value) is error


def test_a_create_whose_answer_is_held_back_has_an_unknown_outcome(url: str) -> None:
    with (
        KontextClient(
            api_key="k", base_url=url, connect_timeout_seconds=0.5, read_timeout_seconds=0.5
        ) as client,
        pytest.raises(OutcomeUnknown),
    ):
        client.create(GenerationRequest(prompt="a kite sandbox:create-timeout"))


@pytest.mark.parametrize(
    ("fault", "progress", "code"),
    [
        ("refused", Progress.GENERATE_FAILED, 400),
        ("generate-failed", Progress.GENERATE_FAILED, 501),
        ("create-failed", Progress.CREATE_FAILED, 500),
        ("no-result", Progress.SUCCEEDED, None),
        ("flag-unknown", Progress.SUCCEEDED, None),
        ("wrong-task", Progress.SUCCEEDED, None),
        ("iso-times", Progress.SUCCEEDED, None),
        ("query-html", Progress.SUCCEEDED, None),
        ("query-cut", Progress.SUCCEEDED, None),
    ],
)
def test_a_task_that_goes_wrong_is_followed_to_its_end(
    client: KontextClient, fault: str, progress: Progress, code: int | None
) -> None:
    report = followed(client, client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}")))
    assert (report.progress, report.error_code) == (progress, code)
    assert bool(report.error_message) is (code is not None)
    assert bool(report.result_url) is (progress is Progress.SUCCEEDED and fault != "no-result")
    assert report.created_at_ms
    assert abs(report.created_at_ms / 1000 - time.time()) < 60


def test_an_unknown_task_and_a_foreign_link_are_told_apart_from_failures(
    client: KontextClient,
) -> None:
    with pytest.raises(TaskNotFound, match="record does not exist"):
        client.query("0" * 32)
    with pytest.raises(InvalidRequest, match="url is wrong"):
        client.download_url("https://example.com/not-ours.png")


def test_a_wrong_key_is_rejected_on_both_hosts(url: str) -> None:
    with KontextClient(api_key="wrong-key", base_url=url, upload_base_url=url) as client:
        with pytest.raises(KeyRejected):
            client.credits()
        with pytest.raises(KeyRejected):
            client.upload_base64(b"x", file_name="a", upload_path="b", mime_type="image/png")
