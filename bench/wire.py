"""What tills ask, as the bytes that go over the wire: distinct slips, receipts and cards."""

from collections.abc import Iterator

from msgspec import Struct

STRIDE = 104_729  # another than the past had; a member's turn comes again only after everybody's


class Asker(Struct, frozen=True):
    """A till and its token."""

    till: str
    token: str


class Script(Struct, frozen=True):
    """Who asks what: the n-th request is by the n-th till in turn, for the n-th member in turn.

    So many of a hundred are redemptions; where `card` is set, all are for that one.
    """

    askers: list[Asker]
    run: str
    first: int
    members: int
    business_date: str
    at: str
    redemptions: int = 0
    card: str | None = None


def card(member: int) -> str:
    """The card of the member of that number."""
    return f"6304{member:012}"


def requests(script: Script) -> Iterator[bytes]:
    """One after the other, without end."""
    heads = [(one.till, f"authorization: Bearer {one.token}\r\n") for one in script.askers]
    n = script.first
    while True:
        till, token = heads[n % len(heads)]
        number = script.card or card(n * STRIDE % script.members + 1)
        # Redemptions are spread among the others, neither bunched nor always the same till's.
        if n * 37 % 100 < script.redemptions:
            yield request("redemptions", token, redemption(script, till, number, n))
        else:
            yield request("accruals", token, sale(script, till, number, n))
        n += 1


def sale(script: Script, till: str, number: str, n: int) -> str:
    """The body of an accrual: 1,100 to 9,900 yen."""
    return (
        f'{{"slip":"{script.run}-{n}","till":"{till}","business_date":"{script.business_date}",'
        f'"at":"{script.at}","card":"{number}","receipt_no":"{script.run}{n}",'
        f'"paid_yen":{1100 + n * 131 % 8800}}}'
    )


def redemption(script: Script, till: str, number: str, n: int) -> str:
    """The body of a redemption: up to ten points."""
    return (
        f'{{"slip":"{script.run}-{n}","till":"{till}","business_date":"{script.business_date}",'
        f'"at":"{script.at}","card":"{number}","points":{1 + n % 10},"payable_yen":1000}}'
    )


def request(call: str, token: str, body: str) -> bytes:
    """One request, whole."""
    return (
        f"POST /v1/{call} HTTP/1.1\r\nhost: localhost\r\n{token}"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()
