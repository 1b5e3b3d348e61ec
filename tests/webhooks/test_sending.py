"""One try: to the address that was checked, as the name it was checked for, and of the answer no
more than its status."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from tenants.webhooks.guard import Allowance
from tenants.webhooks.sending import Failed, Tried, answered, attempt
from tests.webhooks.receiver import HOST, Receiver, certificates, receiving

BODY = b'{"data":{}}'


async def nobody(host: str, port: int) -> list[str]:
    raise AssertionError("looked up")


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "ca.pem")


async def sent(receiver: Receiver, folder: Path, path: str = "/hook", **more: Any) -> Tried:
    """One try at the receiver, which is allowed."""
    here = [Allowance(HOST, receiver.port, "127.0.0.1")]
    asked = {"trust": trusting(folder), "resolve": nobody, "allowances": here, **more}
    return await attempt(receiver.url(path), {"webhook-id": "e"}, BODY, **asked)


async def failure(url: str, *addresses: str) -> str | None:
    """Why nothing is sent to a URL whose name leads to these addresses."""

    async def led(host: str, port: int) -> list[str]:
        return list(addresses)

    tried = await attempt(url, {}, BODY, trust=ssl.create_default_context(), resolve=led)
    assert tried.status is None
    return tried.failure


async def test_the_receiver_sees_the_name_the_body_and_the_headers(
    receiver: Receiver, folder: Path
) -> None:
    tried = await sent(receiver, folder, "/seen?a=b")
    assert (tried.status, tried.failure) == (204, None)
    came = receiver.came[-1]
    assert came.path == "/seen?a=b"
    assert came.body == BODY
    assert came.headers["host"] == f"{HOST}:{receiver.port}"
    assert came.headers["webhook-id"] == "e"
    assert came.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
async def test_a_redirect_or_a_refusal_is_no_delivery_and_is_not_followed(
    receiver: Receiver, folder: Path, status: int
) -> None:
    receiver.answers = lambda path, event: status
    receiver.extra = f"location: https://{HOST}:{receiver.port}/elsewhere\r\n".encode()
    before = len(receiver.came)
    tried = await sent(receiver, folder)
    receiver.answers, receiver.extra = (lambda path, event: 204), b""
    assert (tried.status, tried.delivered) == (status, False)
    assert len(receiver.came) == before + 1


async def test_a_name_that_leads_to_one_private_address_among_many_is_sent_nothing() -> None:
    """As nip.io and its like do, and whoever answers for a name of his own."""
    for addresses in (
        ["127.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
        ["64:ff9b::7f00:1"],
        [],
    ):
        assert await failure("https://127.0.0.1.nip.io/", *addresses) == "no-address"


async def test_a_name_that_changes_its_answer_is_asked_once_per_try_and_checked_each_time(
    receiver: Receiver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: public when it is checked, private a moment later. What was checked is what is
    connected to, and the next try asks again."""
    answers = iter([["203.0.112.9"], ["127.0.0.1"], ["203.0.112.9"]])
    connected: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    async def noting(address: str, port: int, **more: Any) -> Any:
        connected.append(address)
        assert more["server_hostname"] == "hooks.example.com"
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", noting)
    tries = [
        await attempt(
            "https://hooks.example.com/", {}, BODY, trust=trusting(folder), resolve=rebinding
        )
        for _ in range(3)
    ]
    assert [one.failure for one in tries] == ["no-connection", "no-address", "no-connection"]
    assert connected == ["203.0.112.9"] * 2
    assert next(answers, None) is None


async def test_a_name_inside_that_is_not_there_is_told_as_one_that_is() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    trust = ssl.create_default_context()
    tried = await attempt("https://a.example.com/", {}, BODY, trust=trust, resolve=unknown)
    assert tried.failure == await failure("https://a.example.com/", "10.0.0.1") == "no-address"


async def test_a_certificate_of_another_name_or_an_unknown_ca_gets_nothing(
    tmp_path: Path, receiver: Receiver
) -> None:
    strangers = ssl.create_default_context(cafile=certificates(tmp_path, "other.localhost")[0])
    tried = await sent(receiver, tmp_path, trust=strangers)
    assert tried.failure == "no-tls", "a CA that nobody here knows"
    async with receiving(tmp_path) as other:
        tried = await sent(other, tmp_path)
        assert (tried.failure, other.came) == ("no-tls", []), "a certificate of another name"


async def test_a_receiver_that_says_nothing_is_given_up_in_time(
    receiver: Receiver, folder: Path
) -> None:
    hangs = asyncio.Event()

    async def never(path: str, event: Any) -> int:
        await hangs.wait()
        return 204

    receiver.answers = never
    tried = await sent(receiver, folder, seconds=0.05)
    receiver.answers = lambda path, event: 204
    hangs.set()
    assert tried.failure == "time-out"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"junk\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 12_000 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000 + b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["nothing", "half", "short", "two", "icy", "junk", "long", "endless"],
)
async def test_what_is_no_answer_or_too_long_a_one_is_a_failure(said: bytes) -> None:
    reader = asyncio.StreamReader(limit=64 * 1024)
    reader.feed_data(said)
    reader.feed_eof()
    with pytest.raises((Failed, EOFError, asyncio.LimitOverrunError)):
        await answered(reader)


async def test_what_is_said_in_between_is_passed_over() -> None:
    reader = asyncio.StreamReader(limit=64 * 1024)
    reader.feed_data(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nx: y\r\n\r\nbody")
    assert await answered(reader) == 204
