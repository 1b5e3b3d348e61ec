"""与信の水準: what a tenant owes beyond its deposit, and whether that is too much. Pure.

Owed is what the tenant would pay if everything that is not settled were netted today: running
cycles, statements that are out, payments that have not moved. The deposit (預託金) comes off it.
Over the refusal level its own points are stopped, and stay so until it is back at the warning
level, so that a tenant at the edge does not flicker.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

Level = Literal["clear", "warned", "refused"]
PartOf = Literal["running", "fees", "stated", "beside", "unpaid", "disputed", "carried"]
TOLD: dict[PartOf, tuple[str, str]] = {
    "running": ("締め前", "of a cycle that runs"),
    "fees": ("締め前の手数料と消費税", "fees and tax of a cycle that runs"),
    "stated": ("速報前の精算書", "stated, not confirmed"),
    "beside": ("精算書外の調整", "beside the statement"),
    "unpaid": ("未決済の支払", "not paid yet"),
    "disputed": ("異議中の債務", "a debt in dispute"),
    "carried": ("次期繰越", "carried to the next cycle"),
}


class Cap(Struct, frozen=True):
    """与信枠 of a tenant from a day on, in yen; None: no such level."""

    version: int
    from_on: date
    warning_yen: int | None
    refusal_yen: int | None
    author: str
    reason: str


class Part(Struct, frozen=True):
    """What one cycle still leaves with a tenant: it is owed (+), or owes (-)."""

    part: PartOf
    cycle: date
    yen: int

    @property
    def told(self) -> str:
        """What it is, in both languages."""
        return " / ".join(TOLD[self.part])


class Exposure(Struct, frozen=True):
    """What the operator stands to lose with one tenant, cycle by cycle, against its cap."""

    party: str
    on: date
    owed_yen: int
    prefunded_yen: int
    exposure_yen: int
    warning_yen: int | None
    refusal_yen: int | None
    headroom_yen: int | None
    level: Level
    stopped: bool
    parts: tuple[Part, ...]


def level_of(exposure_yen: int, cap: Cap | None, was: Level) -> Level:
    """Where an exposure stands: a level is passed by more than it, and a tenant that was
    refused stays so until it is back at the level of warning (else of refusal)."""
    if cap is None:
        return "clear"
    warning_yen, refusal_yen = cap.warning_yen, cap.refusal_yen
    if refusal_yen is not None:
        back_yen = refusal_yen if warning_yen is None else warning_yen
        if exposure_yen > (back_yen if was == "refused" else refusal_yen):
            return "refused"
    return "warned" if warning_yen is not None and exposure_yen > warning_yen else "clear"


def exposed(
    party: str,
    on: date,
    parts: Iterable[Part],
    prefunded_yen: int,
    cap: Cap | None,
    was: Level = "clear",
) -> Exposure:
    """What a tenant's parts come to: claims of one cycle stand against debts of another."""
    known = tuple(sorted(parts, key=lambda one: (one.cycle, one.part)))
    owed_yen = max(0, -sum(one.yen for one in known))
    exposure_yen = max(0, owed_yen - prefunded_yen)
    refusal_yen = cap.refusal_yen if cap else None
    return Exposure(
        party=party,
        on=on,
        owed_yen=owed_yen,
        prefunded_yen=prefunded_yen,
        exposure_yen=exposure_yen,
        warning_yen=cap.warning_yen if cap else None,
        refusal_yen=refusal_yen,
        headroom_yen=None if refusal_yen is None else refusal_yen - exposure_yen,
        level=level_of(exposure_yen, cap, was),
        stopped=was == "refused",
        parts=known,
    )


def why(one: Exposure) -> str:
    """Why a tenant passed a level, for the row that says so; in yen."""
    owed = f"未精算 {one.owed_yen:,} − 預託 {one.prefunded_yen:,} = {one.exposure_yen:,} 円"
    levels = f"警告 {_yen(one.warning_yen)} 停止 {_yen(one.refusal_yen)}"
    return f"{owed} ({levels}) / owed less deposit, against warning and refusal"


def _yen(yen: int | None) -> str:
    return "–" if yen is None else f"{yen:,}"
