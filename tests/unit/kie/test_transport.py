"""Connection state: only a request that certainly opened no connection may be sent again."""

import socket

import pytest

from components.kie import ConnectError, UnavailableError, UnknownOutcomeError
from components.kie.error_mapping import Endpoint, parse_response
from components.kie.transport import Deadline, HttpTransport, TrackedConnection, TransportError


def test_deadline_without_tracking_knows_no_connection_state() -> None:
    assert Deadline(60).connection_established is None


def test_tracking_deadline_without_connection_is_certain_that_none_was_opened() -> None:
    deadline = Deadline(60)
    deadline.tracking = True
    assert deadline.connection_established is False


def test_deadline_has_passed_also_before_its_timer_runs() -> None:
    deadline = Deadline(0)
    assert (deadline.expired, deadline.has_passed) == (False, True)
    assert not Deadline(60).has_passed


@pytest.mark.parametrize("tracking", [False, True])
def test_attached_connection_was_established(tracking: bool) -> None:
    deadline = Deadline(60)
    deadline.tracking = tracking
    connection = TrackedConnection("127.0.0.1")
    local_end, remote_end = socket.socketpair()
    with local_end, remote_end:
        connection.sock = local_end
        deadline.attach(connection)
    assert deadline.connection_established is True


def test_connection_that_opens_after_the_deadline_is_not_used() -> None:
    deadline = Deadline(0)
    deadline.tracking = True
    with pytest.raises(TimeoutError):
        deadline.attach(TrackedConnection("127.0.0.1"))
    assert deadline.connection_established is False


def test_request_that_fails_before_tracking_has_no_known_connection_state() -> None:
    transport = HttpTransport(api_key="sk-1", connect_timeout_seconds=1)
    result = transport.post("not a URL", total_timeout_seconds=1)
    assert isinstance(result, TransportError)
    assert result.connection_established is None


@pytest.mark.parametrize("endpoint", Endpoint)
def test_transport_error_without_connection_is_connect_error(endpoint: Endpoint) -> None:
    with pytest.raises(ConnectError, match="refused"):
        parse_response(
            TransportError("refused", connection_established=False), endpoint, secret="sk-1"
        )


@pytest.mark.parametrize("established", [True, None])
@pytest.mark.parametrize("endpoint", Endpoint)
def test_transport_error_after_a_possible_connection_is_ambiguous(
    endpoint: Endpoint, established: bool | None
) -> None:
    expected = UnknownOutcomeError if endpoint is Endpoint.CREATE else UnavailableError
    with pytest.raises(expected) as raised:
        parse_response(
            TransportError("reset", connection_established=established), endpoint, secret="sk-1"
        )
    assert type(raised.value) is expected
