"""What an operation may answer, for the OpenAPI document: its receipt, and its refusals by slug."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from federation.refusals import (
    Busy,
    CardNotActive,
    NotFound,
    Refusal,
    SlipCancelled,
    SlipFiledAway,
    SlipReused,
    TenantSuspended,
    TillNotActive,
    TooLarge,
    TooLate,
    UnsupportedMediaType,
    Validation,
    slug_of,
)
from federation.refusals import ClockAhead as Ahead

PROBLEM = "application/problem+json"
CSV = "text/csv"
AS_CSV = {200: (CSV,)}  # a status, and what else may be answered with it
ANY_TILL = (TillNotActive, TenantSuspended, NotFound, Validation)
ANY_BODY = (*ANY_TILL, Ahead, TooLarge, UnsupportedMediaType, TooLate, CardNotActive)
ANY_SLIP = (*ANY_BODY, SlipReused, SlipFiledAway, SlipCancelled, Busy)


class Problem(Struct, frozen=True):
    """A refusal (RFC 9457); the page at `type` explains it in both languages."""

    type: str
    status: int
    title: str
    title_en: str
    staff_text: str
    do: str
    pointer: str | None = None


OF_EVERY_TOKEN = {
    401: {"invalid-token", "invalid-dpop-proof", "use-dpop-nonce"},
    403: {"insufficient-scope"},
    429: {"rate-limited"},
    503: {"busy"},
}


def answers(
    status: int, receipt: type[Any] | None, *refusals: type[Refusal]
) -> dict[int, ResponseSpec]:
    """The responses of an operation: its own, those of every token, and these refusals."""
    told = _told(refusals, OF_EVERY_TOKEN)
    if receipt is not None:
        told[status] = ResponseSpec(receipt, description="OK", generate_examples=False)
    return told


def shown(*refusals: type[Refusal]) -> dict[int, ResponseSpec]:
    """What a page that is open to anyone may answer beside itself."""
    return _told(refusals, {})


def _told(
    refusals: Iterable[type[Refusal]], others: Mapping[int, set[str]]
) -> dict[int, ResponseSpec]:
    by_status = defaultdict(set, {status: set(slugs) for status, slugs in others.items()})
    for refusal in refusals:
        by_status[refusal.status].add(slug_of(refusal))
    return {
        code: ResponseSpec(
            Problem,
            description=" · ".join(sorted(slugs)),
            media_type=PROBLEM,
            generate_examples=False,
        )
        for code, slugs in sorted(by_status.items())
    }
