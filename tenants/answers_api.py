"""What an operation may answer, for the OpenAPI document: its receipt, and its refusals by slug."""

from collections import defaultdict
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


def answers(
    status: int, receipt: type[Any] | None, *refusals: type[Refusal]
) -> dict[int, ResponseSpec]:
    """The responses of an operation: its own, those of every token, and these refusals."""
    by_status: defaultdict[int, set[str]] = defaultdict(set)
    by_status[401] |= {"invalid-token", "invalid-dpop-proof", "use-dpop-nonce"}
    by_status[403].add("insufficient-scope")
    by_status[429].add("rate-limited")
    by_status[503].add("busy")
    for refusal in refusals:
        by_status[refusal.status].add(slug_of(refusal))
    told = {
        code: ResponseSpec(
            Problem,
            description=" · ".join(sorted(slugs)),
            media_type=PROBLEM,
            generate_examples=False,
        )
        for code, slugs in sorted(by_status.items())
    }
    if receipt is not None:
        told[status] = ResponseSpec(receipt, description="OK", generate_examples=False)
    return told
