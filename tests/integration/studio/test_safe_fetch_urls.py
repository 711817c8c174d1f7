"""Which URLs may be connected to. No test here opens a connection."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.studio.safe_fetch.client import FetchError, FetchErrorCode, SafeHttpClient
from components.studio.safe_fetch.url_filter import is_public, parse_url

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "intranet.example": ["10.1.2.3"],
    "half.example": ["93.184.215.14", "192.168.0.1"],
    "half6.example": ["93.184.215.14", "fd00::1"],
    "zone.example": ["fe80::1%eth0"],
    "nonsense.example": ["not an address"],
    "metadata.google.internal": ["169.254.169.254"],
    "sub.localhost": ["127.0.0.1"],
    "public.example": ["93.184.215.14"],
    "xn--fa-hia.example": ["93.184.215.14"],
    "xn--strae-oqa.example": ["93.184.215.14"],
    "a_b.xn--strae-oqa.example": ["93.184.215.14"],
    "xn--53h.example": ["93.184.215.14"],
}


class Reached(Exception):
    """A connection was about to be made."""


def refuse_to_connect(address: str, port: int, timeout_seconds: float) -> socket.socket:
    raise Reached(address, port)


def lookup(host: str, port: int) -> list[str]:
    return NAMES[host]


def fetch_error(url: str, *, allow_trusted: bool = False) -> FetchError:
    client = SafeHttpClient(
        resolver=lookup, connect=refuse_to_connect, trusted_origins=["http://127.0.0.1:8000"]
    )
    with pytest.raises(FetchError) as caught:
        client.get_image(url, allow_trusted=allow_trusted)
    assert caught.value.message.endswith(".")
    assert not caught.value.may_retry
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "cat.jpg",
        "example.com/cat.jpg",
        "//public.example/cat.jpg",
        "data:image/png;base64,iVBORw0KGgo=",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ftp://public.example/cat.jpg",
        "gopher://public.example/",
        "javascript:alert(1)",
        "blob:https://public.example/1",
        "jar:http://public.example/a!/b",
        "ws://public.example/",
        "http:public.example/cat.jpg",
        "http:/public.example/cat.jpg",
        "http://",
        "http:///public.example/",
        "https://?x",
        "https://#x",
        "https://:443/",
        "http://me@public.example/",
        "http://public.example:@127.0.0.1/",
        "http://:/",
        "http://me:secret@public.example/",
        "http://public.example@127.0.0.1/",
        "http://public.example:80@127.0.0.1/",
        "http://127.0.0.1\\@public.example/",
        "http://public.example\\.evil.example/",
        "http:\\\\public.example\\",
        "http://public.example%2eevil/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1%00.public.example/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[127.0.0.1]/",
        "http://[::1]evil/",
        "http://public.example:0/",
        "http://public.example:65536/",
        "http://public.example:-80/",
        "http://public.example:８０/",
        "http://public.example:80:80/",
        "http://public.example\t/",
        "http://public\n.example/",
        "http://public.example/\r\nHost: evil",
        "http://public.example/\x00",
        "http://public.example/\u202egpj.exe",
        "http://pub\u200blic.example/",
        "http://public.example/\ud800",
        "http://\udfff.example/",
        "http://public example/",
        "http://public..example/",
        "http://.public.example/",
        "http://public.example../",
        "http://-public.example/",
        "http://public-.example/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 130 + "example/",
        "http://public.example/" + "x" * 2000,
        "http://℀.example/",
        "http://public。。example/",
        "http://a／b.example/",
        "http://a＠b.example/",
        "http://a：80.example/",
        "http://a?b＃c@public.example:x".replace("?", "？"),
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0177.0.0.1/",
        "http://0177.0.0.01/",
        "http://0/",
        "http://127.0.0.0x1/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://127.0.0.1../",
        "http://１２７．１/",
        "http://a.0x/",
    ],
)
def test_malformed_url_is_rejected(url: str) -> None:
    assert fetch_error(url).code is FetchErrorCode.BAD_URL
    assert fetch_error(url, allow_trusted=True).code is FetchErrorCode.BAD_URL


@pytest.mark.parametrize(
    "url",
    [
        *(f"http://{name}/" for name, found in NAMES.items() if found != ["93.184.215.14"]),
        "http://localhost./",
        "http://LOCALHOST/",
        "http://ｌocalhost/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "http://127.0.0.1./",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://①②⑦.0.0.1/",
        "http://127.255.255.254/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.0.0.192/",
        "http://192.0.2.1/",
        "http://192.88.99.1/",
        "http://192.168.1.1/",
        "http://198.18.0.1/",
        "http://198.51.100.1/",
        "http://203.0.113.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:93.184.215.14]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[100::1]/",
        "http://[2001::1]/",
        "http://[2001:2::1]/",
        "http://[2001:10::1]/",
        "http://[2001:db8::1]/",
        "http://[2002:7f00:1::]/",
        "http://[3fff::1]/",
        "http://[5f00::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://public.example:22/",
        "http://public.example:8080/",
        "https://public.example:8501/",
        "http://[::1]:6379/",
        "http://127.0.0.1:8000/",
    ],
)
def test_private_address_or_port_is_rejected(url: str) -> None:
    assert fetch_error(url).code is FetchErrorCode.NOT_ALLOWED


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001/",
        "https://127.0.0.1:8000/",
        "http://localhost:8000/",
        "http://[::ffff:127.0.0.1]:8000/",
    ],
)
def test_trusted_origin_must_match_exactly(url: str) -> None:
    assert fetch_error(url, allow_trusted=True).code is FetchErrorCode.NOT_ALLOWED


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("http://public.example", "93.184.215.14", 80),
        (" https://PUBLIC.example/cat.jpg\n", "93.184.215.14", 443),
        ("HTTPS://public.example.:443/a b/ü?q=ä#part", "93.184.215.14", 443),
        ("https://ｐublic．example/", "93.184.215.14", 443),
        ("https://faß.example/", "93.184.215.14", 443),
        ("https://FAẞ.example/", "93.184.215.14", 443),
        ("https://straße.example/", "93.184.215.14", 443),
        ("https://stra\u00dfe.example:/", "93.184.215.14", 443),
        ("https://xn--strae-oqa.example/", "93.184.215.14", 443),
        ("https://a_b.Straße.example/", "93.184.215.14", 443),
        ("https://☕.example/", "93.184.215.14", 443),
        ("http://public.example:/x:y@z:99999/", "93.184.215.14", 80),
        ("http://1.1.1.1/", "1.1.1.1", 80),
        ("http://[2606:4700:4700::1111]/", "2606:4700:4700::1111", 80),
    ],
)
def test_public_url_connects_to_resolved_address(url: str, address: str, port: int) -> None:
    with pytest.raises(Reached) as caught:
        SafeHttpClient(resolver=lookup, connect=refuse_to_connect).get_image(url)
    assert caught.value.args == (address, port)


def test_trusted_origin_needs_allow_trusted() -> None:
    client = SafeHttpClient(connect=refuse_to_connect, trusted_origins=["http://127.0.0.1:8000"])
    with pytest.raises(Reached):
        client.get_image("http://127.0.0.1:8000/result.png", allow_trusted=True)
    with pytest.raises(FetchError):
        client.get_image("http://127.0.0.1:8000/result.png")


def test_url_has_one_canonical_form() -> None:
    url = parse_url("HTTP://Public.EXAMPLE:80/a b/ü?q=ä%20'\"<#part")
    assert url.url == "http://public.example/a%20b/%C3%BC?q=%C3%A4%20'%22%3C"
    assert parse_url("https://x.example:444?q").url == "https://x.example:444/?q"
    assert parse_url("http://[2606:4700::1111]:81/").authority == "[2606:4700::1111]:81"


@given(st.text(st.characters(), max_size=60))
def test_any_text_after_http_parses_or_raises_bad_url(text: str) -> None:
    try:
        url = parse_url("http://" + text)
    except FetchError as error:
        outcome = error.code
    else:
        outcome = FetchErrorCode.BAD_URL
        assert url.url.isascii()
        assert url.url.isprintable()
        assert parse_url(url.url) == url
    assert outcome is FetchErrorCode.BAD_URL


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_public_address_is_not_private_for_ipaddress(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        assert not address.is_private
        assert not address.is_multicast


@pytest.mark.parametrize(
    "network",
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
        "4000::/2",
        "8000::/1",
    ],
)
def test_reserved_network_is_closed_from_first_to_last_address(network: str) -> None:
    block = ip_network(network)
    assert not is_public(str(block[0]))
    assert not is_public(str(block[-1]))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "223.255.255.255", "2606:4700::1111", "2a00::1"]
)
def test_assigned_address_is_public(address: str) -> None:
    assert is_public(address)
