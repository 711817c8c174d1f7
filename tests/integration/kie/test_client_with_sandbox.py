"""The client against the sandbox, which shares no code with it."""

import io
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import pytest
from PIL import Image

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
from tests.support.studio_fixture import wait_until


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    options = SandboxOptions(
        seconds=0.05, creates_per_10s=1000, queries_per_s=1000, hold_seconds=600, seed=7
    )
    with start(options) as sandbox:
        yield sandbox.url


@pytest.fixture
def client(url: str) -> Iterator[KieClient]:
    """A client with a new key, so that no other test changes its balance."""
    with KieClient(api_key=secrets.token_hex(), base_url=url, upload_base_url=url) as kie_client:
        yield kie_client


def poll_until_finished(client: KieClient, task_id: str) -> TaskStatus:
    """The first status that is neither "generating" nor unknown."""
    seen: list[TaskStatus] = []

    def is_finished() -> bool:
        with suppress(UnavailableError, TaskNotFoundError):
            seen.append(client.query(task_id))
        unfinished = {ProviderState.GENERATING, ProviderState.UNKNOWN}
        return bool(seen) and seen[-1].state not in unfinished

    wait_until(is_finished)
    return seen[-1]


def test_create_charges_credits_and_returns_an_image(client: KieClient) -> None:
    before = client.credits()
    status = poll_until_finished(
        client, client.create(GenerationRequest(prompt="a kite over dunes"))
    )
    assert status.state is ProviderState.SUCCEEDED
    assert status.result_url
    assert status.created_at_ms
    assert status.completed_at_ms
    assert status.created_at_ms <= status.completed_at_ms
    assert status.parameters
    assert status.parameters["prompt"] == "a kite over dunes"
    assert before - client.credits() == Decimal(5)
    assert client.download_url(status.result_url).startswith("http")


def test_uploaded_image_can_be_edited(client: KieClient) -> None:
    png = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(png, "PNG")
    uploaded = client.upload_file(
        png.getvalue(), file_name="in.png", upload_path="studio", mime_type="image/png"
    )
    edit = GenerationRequest(prompt="make it night", input_image=uploaded.download_url)
    status = poll_until_finished(client, client.create(edit))
    assert status.state is ProviderState.SUCCEEDED


def test_upload_returns_name_path_size_and_type(client: KieClient) -> None:
    gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    uploaded = client.upload_file(
        gif, file_name="a.gif", upload_path="/studio", mime_type="image/gif"
    )
    assert (uploaded.file_name, uploaded.size_bytes) == ("a.gif", len(gif))
    assert uploaded.mime_type == "image/gif"
    assert uploaded.file_path.endswith("/studio/a.gif")


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
def test_create_fault_raises_its_error_class(
    client: KieClient, fault: str, error: type[KieError]
) -> None:
    with pytest.raises(KieError) as raised:
        client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}"))
    assert type(raised.value) is error


def test_delayed_create_response_is_unknown_outcome(url: str) -> None:
    with (
        KieClient(
            api_key="k", base_url=url, connect_timeout_seconds=0.5, read_timeout_seconds=0.5
        ) as client,
        pytest.raises(UnknownOutcomeError),
    ):
        client.create(GenerationRequest(prompt="a kite sandbox:create-timeout"))


@pytest.mark.parametrize(
    ("fault", "state", "code"),
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
def test_task_fault_ends_in_its_state_and_code(
    client: KieClient, fault: str, state: ProviderState, code: int | None
) -> None:
    status = poll_until_finished(
        client, client.create(GenerationRequest(prompt=f"a kite sandbox:{fault}"))
    )
    assert (status.state, status.error_code) == (state, code)
    assert bool(status.error_message) is (code is not None)
    assert bool(status.result_url) is (state is ProviderState.SUCCEEDED and fault != "no-result")
    assert status.created_at_ms
    assert abs(status.created_at_ms / 1000 - time.time()) < 60


def test_unknown_task_and_foreign_url_have_their_own_errors(client: KieClient) -> None:
    with pytest.raises(TaskNotFoundError, match="record does not exist"):
        client.query("0" * 32)
    with pytest.raises(ValidationError, match="url is wrong"):
        client.download_url("https://example.com/not-ours.png")


def test_both_hosts_reject_a_wrong_key(url: str) -> None:
    with KieClient(api_key="wrong-key", base_url=url, upload_base_url=url) as client:
        with pytest.raises(AuthenticationError):
            client.credits()
        with pytest.raises(AuthenticationError):
            client.upload_file(b"x", file_name="a", upload_path="b", mime_type="image/png")
