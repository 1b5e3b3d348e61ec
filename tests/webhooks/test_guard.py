"""Which URLs and addresses the hub sends to: a table of what was ever tried on such a guard."""

import ipaddress
from typing import Any

import pytest

from tenants.webhooks.guard import (
    Allowance,
    Destination,
    NotAllowed,
    checked,
    destination,
    is_public,
)

TAKEN = {
    "https://hooks.example.com": Destination("hooks.example.com", 443, "/"),
    "https://hooks.example.com/": Destination("hooks.example.com", 443, "/"),
    "https://hooks.example.com:443/a/b?c=d&e=%20": Destination(
        "hooks.example.com", 443, "/a/b?c=d&e=%20"
    ),
    "https://hooks.example.com?a=b": Destination("hooks.example.com", 443, "/?a=b"),
    "https://HOOKS.Example.COM/A": Destination("hooks.example.com", 443, "/A"),
    "https://巡り.example.jp/受": None,  # a path is ASCII
    "https://巡り.example.jp/": Destination("xn--nbkz87k.example.jp", 443, "/"),
    "https://ｈｏｏｋｓ．example。com/": Destination("hooks.example.com", 443, "/"),
    "https://bad.cafe/": Destination("bad.cafe", 443, "/"),  # hex letters alone, and a real domain
    "https://127.0.0.1.nip.io/": Destination("127.0.0.1.nip.io", 443, "/"),  # its address tells
}

REFUSED = [
    "",
    "hooks.example.com",
    "//hooks.example.com/",
    "http://hooks.example.com/",
    "HTTPS://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    " https://hooks.example.com/",
    "https://hooks.example.com/ ",
    "https://hooks.example.com/\r\nx-evil: 1",
    "https://hooks.example.com/\n",
    "https://hooks.example.com\t/",
    "https://hooks\u200b.example.com/\u2028",
    "https:///hooks.example.com/",
    "https:/hooks.example.com/",
    "https:hooks.example.com/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com#@127.0.0.1/",
    "https://hooks.example.com/#fragment",
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://127.0.0.1:443@hooks.example.com/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:-1/",
    "https://hooks.example.com:65536/",
    "https://hooks.example.com:99999999/",
    "https://hooks.example.com:/",
    "https://hooks.example.com:443:443/",
    "https://hooks.example.com:４４３/",
    "https://hooks.example.com./",
    "https://hooks..example.com/",
    "https://.hooks.example.com/",
    "https://-hooks.example.com/",
    "https://hooks-.example.com/",
    "https://ho_oks.example.com/",
    "https://hooks.example.com%2f/",
    "https://%68ooks.example.com/",
    "https://*.example.com/",
    f"https://{'a' * 64}.example.com/",
    f"https://{'a.' * 130}com/",
    f"https://hooks.example.com/{'a' * 2048}",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.lan/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://redis/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://127．0．0．1/",
    "https://a.0x1/",
    "https://hooks.example.1/",
    "https://8.8.8.8/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[2606:4700::1111]/",
    "https://::1/",
    "https://[hooks.example.com]/",
]

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104  nothing listens here
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "3ffe::1%eth0",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%1",
    "fec0::1",
    "ff02::1",
    "not an address",
    "127.1",
    "",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "203.0.112.255", "2606:4700:4700::1111", "2a00:1450:4001::200e"]


@pytest.mark.parametrize("url", TAKEN, ids=ascii)
def test_a_public_name_at_the_one_port_is_taken_in_its_one_form(url: str) -> None:
    leads_to = TAKEN[url]
    if leads_to is None:
        with pytest.raises(NotAllowed):
            destination(url)
    else:
        assert destination(url) == leads_to


@pytest.mark.parametrize("url", REFUSED, ids=ascii)
def test_every_other_spelling_is_refused_before_anything_is_looked_up(url: str) -> None:
    with pytest.raises(NotAllowed):
        destination(url)


@pytest.mark.parametrize("address", NOT_PUBLIC, ids=ascii)
def test_an_address_that_is_not_public_is_refused_wherever_it_stands(address: str) -> None:
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(NotAllowed):
            checked(found)


def test_public_addresses_are_taken_and_no_address_is_not() -> None:
    assert checked(PUBLIC) == PUBLIC
    with pytest.raises(NotAllowed):
        checked([])


def test_the_table_is_long_enough() -> None:
    assert len(REFUSED) + len(NOT_PUBLIC) >= 60


@pytest.mark.parametrize(
    "network",
    [
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
        "::ffff:0:0/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "100.64.0.0/10",
        "3fff::/20",
        "5f00::/16",
        "224.0.0.0/4",
        "ff00::/8",
    ],
)
def test_networks_of_the_deny_list_are_refused_from_end_to_end(network: str) -> None:
    """Security 2.3, network by network: first, last and some in between."""
    whole = ipaddress.ip_network(network)
    step = max(whole.num_addresses // 97, 1)
    ends: list[Any] = [whole[0], whole[-1]]
    assert not any(is_public(one) for one in [*ends, *(whole[at * step] for at in range(90))])


def test_an_allowance_is_for_one_name_and_port_alone() -> None:
    here = [Allowance("receiver.localhost", 8443, "127.0.0.1")]
    url = "https://receiver.localhost:8443/hook"
    assert destination(url, here) == Destination("receiver.localhost", 8443, "/hook")
    for other in (
        url,
        "https://receiver.localhost/hook",
        "https://receiver.localhost:8444/hook",
        "https://other.localhost:8443/hook",
        "http://receiver.localhost:8443/hook",
    ):
        with pytest.raises(NotAllowed):
            destination(other, here if other != url else ())
