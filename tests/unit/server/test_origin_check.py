"""Which origin may speak to which host."""

from __future__ import annotations

import pytest

from components.server.origin_check import is_same_origin


@pytest.mark.parametrize(
    ("origin", "host", "is_https"),
    [
        ("http://studio.example", "studio.example", False),
        ("https://studio.example", "studio.example", True),
        ("https://studio.example", "studio.example:443", True),
        ("https://studio.example:443", "studio.example:443", True),
        ("https://studio.example:8443", "studio.example:8443", True),
        ("https://studio.example:8443", "studio.example", True),  # nginx: Host $host
        ("https://studio.example:8443", "studio.example", False),  # decrypted by a proxy
        ("https://Studio.Example", "studio.example", True),
        ("http://[::1]:8501", "[::1]:8501", False),
        ("http://127.0.0.1:8501", "127.0.0.1:8501", False),
    ],
)
def test_page_of_the_same_host_may(origin: str, host: str, is_https: bool) -> None:
    assert is_same_origin(origin, host, is_https=is_https)


@pytest.mark.parametrize(
    ("origin", "host", "is_https"),
    [
        ("https://evil.example", "studio.example", True),
        ("https://studio.example.evil.example", "studio.example", True),
        ("https://evil.example", "127.0.0.1:8501", False),  # nginx: Host $proxy_host
        ("http://studio.example", "studio.example", True),
        ("https://studio.example:9999", "studio.example:8443", True),
        ("https://studio.example", "studio.example:8443", True),
        ("http://studio.example", "studio.example:8501", False),
        ("null", "studio.example", False),
        ("", "", False),
        ("https://", "", True),
        ("https://studio.example", "", True),
        ("https://me@studio.example", "studio.example", True),
        ("https://studio.example/", "studio.example", True),
        ("https://studio.example:port", "studio.example", True),
        ("https://studio.example", "studio.example:port", True),
        ("https://studio.example", "evil.example@studio.example", True),
        ("file://studio.example", "studio.example", False),
        ("chrome-extension://studio.example", "studio.example", False),
    ],
)
def test_other_pages_may_not(origin: str, host: str, is_https: bool) -> None:
    assert not is_same_origin(origin, host, is_https=is_https)
