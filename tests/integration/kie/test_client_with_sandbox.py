"""The client against the sandbox, which was written from the contract by other hands."""

import secrets
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from components.kie import (
    AuthenticationError,
    ContentPolicyError,
    GenerationRequest,
    InsufficientCreditsError,
    KieClient,
    KieError,
    MaintenanceError,
    ProviderState,
    RateLimitError,
    TaskNotFoundError,
    TaskStatus,
    UnavailableError,
    UnknownOutcomeError,
    ValidationError,
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
def client(url: str) -> Iterator[KieClient]:
    """A client with a key, and so with a balance, of its own."""
    with KieClient(api_key=secrets.token_hex(), base_url=url, upload_base_url=url) as made:
        yield made


def followed(client: KieClient, task_id: str) -> TaskStatus:
    """The first report that is neither "generating" nor unknown, asked for during 20 s."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            report = client.query(task_id)
        except (UnavailableError, TaskNotFoundError):
            report = None
        if report and report.state not in {ProviderState.GENERATING, ProviderState.UNKNOWN}:
            return report
        time.sleep(0.05)
    pytest.fail("the task never ended")


def test_a_picture_is_made_and_paid_for(client: KieClient) -> None:
    before = client.credits()
    report = followed(client, client.create(GenerationRequest(prompt="a kite over dunes")))
    assert report.state is ProviderState.SUCCEEDED
    assert report.result_url
    assert report.created_at_ms
    assert report.completed_at_ms
    assert report.created_at_ms <= report.completed_at_ms
    assert report.parameters
    assert report.parameters["prompt"] == "a kite over dunes"
    assert before - client.credits() == Decimal(5)
    assert client.download_url(report.result_url).startswith("http")


def test_an_uploaded_picture_can_be_edited(client: KieClient, url: str) -> None:
    made = followed(client, client.create(GenerationRequest(prompt="a kite", aspect_ratio="1:1")))
    assert made.result_url
    stored = client.upload_from_url(made.result_url, file_name="in.jpeg", upload_path="studio")
    edit = GenerationRequest(prompt="make it night", input_image=stored.download_url)
    assert followed(client, client.create(edit)).state is ProviderState.SUCCEEDED


def test_bytes_come_back_with_their_size_and_type(client: KieClient) -> None:
    tiny = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    for upload, name in ((client.upload_file, "a.gif"), (client.upload_base64, "b.gif")):
        stored = upload(tiny, file_name=name, upload_path="/studio", mime_type="image/gif")
        assert (stored.file_name, stored.size_bytes) == (name, len(tiny))
        assert stored.mime_type == "image/gif"
        assert stored.file_path.endswith(f"/studio/{name}")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("create-lost", UnknownOutcomeError),
        ("create-dropped", UnknownOutcomeError),
        ("create-html", UnknownOutcomeError),
        ("create-cut", UnknownOutcomeError),
        ("create-no-id", UnknownOutcomeError),
        ("rate-limited", RateLimitError),
        ("rate-limited-http", RateLimitError),
        ("no-credit-500", InsufficientCreditsError),
        ("maintenance", MaintenanceError),
        ("refused-at-once", ContentPolicyError),
    ],
)
def test_a_create_that_goes_wrong_raises_the_error_to_act_on(
    client: KieClient, fault: str, error: type[KieError]
) -> None:
    with pytest.raises(KieError) as caught:
        client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}"))
    assert type(caught.value) is error


def test_a_create_whose_answer_is_held_back_has_an_unknown_outcome(url: str) -> None:
    with (
        KieClient(
            api_key="k", base_url=url, connect_timeout_seconds=0.5, read_timeout_seconds=0.5
        ) as client,
        pytest.raises(UnknownOutcomeError),
    ):
        client.create(GenerationRequest(prompt="a kite sandbox:create-timeout"))


@pytest.mark.parametrize(
    ("fault", "progress", "code"),
    [
        ("refused", ProviderState.GENERATE_FAILED, 400),
        ("generate-failed", ProviderState.GENERATE_FAILED, 501),
        ("create-failed", ProviderState.CREATE_FAILED, 500),
        ("no-result", ProviderState.SUCCEEDED, None),
        ("flag-unknown", ProviderState.SUCCEEDED, None),
        ("wrong-task", ProviderState.SUCCEEDED, None),
        ("iso-times", ProviderState.SUCCEEDED, None),
        ("query-html", ProviderState.SUCCEEDED, None),
        ("query-cut", ProviderState.SUCCEEDED, None),
    ],
)
def test_a_task_that_goes_wrong_is_followed_to_its_end(
    client: KieClient, fault: str, progress: ProviderState, code: int | None
) -> None:
    report = followed(client, client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}")))
    assert (report.state, report.error_code) == (progress, code)
    assert bool(report.error_message) is (code is not None)
    assert bool(report.result_url) is (progress is ProviderState.SUCCEEDED and fault != "no-result")
    assert report.created_at_ms
    assert abs(report.created_at_ms / 1000 - time.time()) < 60


def test_an_unknown_task_and_a_foreign_link_are_told_apart_from_failures(
    client: KieClient,
) -> None:
    with pytest.raises(TaskNotFoundError, match="record does not exist"):
        client.query("0" * 32)
    with pytest.raises(ValidationError, match="url is wrong"):
        client.download_url("https://example.com/not-ours.png")


def test_a_wrong_key_is_rejected_on_both_hosts(url: str) -> None:
    with KieClient(api_key="wrong-key", base_url=url, upload_base_url=url) as client:
        with pytest.raises(AuthenticationError):
            client.credits()
        with pytest.raises(AuthenticationError):
            client.upload_base64(b"x", file_name="a", upload_path="b", mime_type="image/png")
