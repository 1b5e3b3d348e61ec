"""与信枠と預託金: caps and deposits as dated rows, what tenants stand at, and the look that stops
or frees their points."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, structs
from psycopg import AsyncConnection, errors

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from settlement.agreeing import TERMINALS, agreements, tax_rates
from settlement.exposure.fees import NOTHING, Bases, fees_of, owes
from settlement.exposure.levels import Cap, Exposure, Level, Part, exposed, why
from settlement.fees import Agreed, Beside, charges_of
from settlement.lines import Party, Terms
from settlement.passes import HASHED, whole
from settlement.refusals import DepositTooSmall
from settlement.schemes import terms_of
from settlement.stages import party_ids
from tenants import granting
from tenants.layout import Why

OWED = statement(__file__, "owed")
OWES = owes()
CHARGED = statement(__file__, "charged")
CAPS = statement(__file__, "caps")
CAP_HISTORY = statement(__file__, "cap_history")
ADD_CAP = statement(__file__, "add_cap")
ADD_PREFUNDING = statement(__file__, "add_prefunding")
PREFUNDED = statement(__file__, "prefunded")
PREFUNDING = statement(__file__, "prefunding")
LEVELS = statement(__file__, "levels")
LEVEL_HISTORY = statement(__file__, "level_history")
ADD_LEVEL = statement(__file__, "add_level")
# One agrees, moves a deposit or looks at a time; a look that finds another at it leaves.
TURN = "SELECT pg_advisory_xact_lock(hashtext('settlement.exposure'))"
TRY = "SELECT pg_try_advisory_xact_lock(hashtext('settlement.exposure'))"
WATCH = "watch"
ANYBODY = {"party_id": None}


class Moved(Struct, frozen=True):
    """預託金の動き: paid in (+) or back (-), and what was there then."""

    number: int
    moved_on: date
    yen: int
    balance_yen: int
    author: str
    reason: str


class Passed(Struct, frozen=True):
    """A level that a tenant passed, with what it was judged by."""

    number: int
    level: Level
    owed_yen: int
    prefunded_yen: int
    exposure_yen: int
    warning_yen: int | None
    refusal_yen: int | None
    author: str
    reason: str
    at: datetime


class Account(Struct, frozen=True):
    """All that is known of a tenant's cap: how it stands, and how it came to that."""

    exposure: Exposure
    caps: tuple[Cap, ...]
    prefunding: tuple[Moved, ...]
    levels: tuple[Passed, ...]


async def agree(
    conn: AsyncConnection,
    party: str,
    from_on: date,
    warning_yen: int | None,
    refusal_yen: int | None,
    reason: Why,
    now: datetime,
) -> int:
    """A tenant's cap from a day on; its version. `NotFound` for any other party."""
    if warning_yen is not None and refusal_yen is not None and warning_yen > refusal_yen:
        raise Validation(pointer="/warning_yen")
    async with conn.transaction():
        await conn.execute(TURN)
        asked = {"party": party, "from_on": from_on, "warning_yen": warning_yen}
        asked |= {"refusal_yen": refusal_yen, "now": now, **structs.asdict(reason)}
        found = await rows(conn, ADD_CAP, asked)
    if not found:
        raise NotFound(pointer="/party")
    return int(found[0]["version"])


async def move_deposit(
    conn: AsyncConnection, party: str, yen: int, moved_on: date, reason: Why, now: datetime
) -> int:
    """預託金: yen that were paid in (+) or back (-) by today; what is then there. `NotFound`;
    `DepositTooSmall` where less is there than is paid back."""
    if yen == 0 or moved_on > day_of(now):
        raise Validation(pointer="/yen" if yen == 0 else "/moved_on")
    asked = {"party": party, "yen": yen, "moved_on": moved_on, "now": now}
    try:
        async with conn.transaction():
            await conn.execute(TURN)
            found = await rows(conn, ADD_PREFUNDING, {**asked, **structs.asdict(reason)})
    except errors.CheckViolation:
        raise DepositTooSmall from None
    if not found:
        raise NotFound(pointer="/party")
    return int(found[0]["balance_yen"])


async def exposures(
    conn: AsyncConnection, on: date, party: tuple[int, str] | None = None, *, capped: bool = False
) -> dict[int, Exposure]:
    """What tenants stand at on a day, by their number: all that owe or are owed anything and all
    that have a cap, only the latter, or one."""
    number = party[0] if party else None
    asked = {"party_id": number, "on": on}
    caps = {row["party_id"]: row for row in await rows(conn, CAPS, asked)}
    codes = {row["party_id"]: row["party"] for row in caps.values()}
    parts: dict[int, list[Part]] = {}
    bases: dict[date, dict[str, Bases]] = {}
    of_whom = {"party_id": number, "capped": capped, "owes": OWES}
    for row in await whole(conn, OWED, of_whom, HASHED):
        codes[row["party_id"]] = row["party"]
        if row["part"] == "running":
            of_cycle = bases.setdefault(row["cycle"], {})
            of_cycle[row["party"]] = Bases(row["issued"], row["honoured"])
        if row["yen"]:
            own = parts.setdefault(row["party_id"], [])
            own.append(Part(row["part"], row["cycle"], row["yen"]))
    wanted = {party[0]} if party else set(codes) if capped else None
    for (party_id, code), part in await fees(conn, on, wanted, bases):
        codes[party_id] = code
        parts.setdefault(party_id, []).append(part)
    paid_in = {row["party_id"]: row["yen"] for row in await rows(conn, PREFUNDED, asked)}
    stood = {row["party_id"]: row["level"] for row in await rows(conn, LEVELS, asked)}
    codes |= {party[0]: party[1]} if party else {}
    return {
        one: exposed(
            codes[one],
            on,
            parts.get(one, ()),
            paid_in.get(one, 0),
            cap_of(caps[one]) if one in caps else None,
            stood.get(one, "clear"),
        )
        for one in sorted(codes)
    }


async def fees(
    conn: AsyncConnection,
    on: date,
    wanted: Container[int] | None,
    bases: Mapping[date, Mapping[str, Bases]],
) -> list[tuple[tuple[int, str], Part]]:
    """What cycles that run come to in fees and tax, of all tenants or of those that are wanted."""
    numbers = {
        one: number
        for one, number in (await party_ids(conn)).items()
        if wanted is None or number in wanted
    }
    ids = {one.party: (number, one.party) for one, number in numbers.items()}
    found = []
    for terms, first_on, last_on in await agreed(conn, on, list(numbers)):
        for code, yen in fees_of(terms, bases.get(first_on, {}), first_on, last_on).items():
            found.append((ids[code], Part("fees", first_on, yen)))
    return found


async def running_charges(
    conn: AsyncConnection, party: tuple[int, str], on: date, cycle: date
) -> list[Beside]:
    """The lines of fees and tax that a cycle that runs comes to for one tenant, so far."""
    asked = {"party_id": party[0], "capped": False, "owes": OWES}
    bases = NOTHING
    for row in await whole(conn, OWED, asked, HASHED):
        if row["part"] == "running" and row["cycle"] == cycle:
            bases = Bases(row["issued"], row["honoured"])
    numbers = [one for one in await party_ids(conn) if one.party == party[1]]
    for terms, first_on, last_on in await agreed(conn, on, numbers):
        if first_on == cycle:
            known = Agreed(first_on, last_on)
            return [
                charge
                for own in terms
                for charge in charges_of(own, bases.issued, bases.honoured, known)
            ]
    return []


async def agreed(
    conn: AsyncConnection, on: date, parties: Sequence[Party]
) -> list[tuple[tuple[Terms, ...], date, date]]:
    """The terms under which each cycle that runs will be stated, its first and its last day."""
    known = await agreements(conn)
    if not known:
        return []
    terminals = {row["party"]: row["terminals"] for row in await rows(conn, TERMINALS, {})}
    rates = [(one.from_on, one.rate_bp) for one in await tax_rates(conn)]
    found = []
    for cycle in await rows(conn, CHARGED, {"on": on}):
        last_on = cycle["last_on"]
        tax_bp = max(((day, bp) for day, bp in rates if day <= last_on), default=(on, 0))[1]
        terms = terms_of(known, parties, terminals, tax_bp, last_on)
        found.append((terms, cycle["first_on"], last_on))
    return found


async def account(conn: AsyncConnection, party: tuple[int, str], on: date) -> Account:
    """Everything about one tenant's cap."""
    asked = {"party_id": party[0]}
    return Account(
        exposure=(await exposures(conn, on, party))[party[0]],
        caps=tuple(map(cap_of, await rows(conn, CAP_HISTORY, asked))),
        prefunding=tuple(Moved(**row) for row in await rows(conn, PREFUNDING, asked)),
        levels=tuple(Passed(**row) for row in await rows(conn, LEVEL_HISTORY, asked)),
    )


def cap_of(row: dict[str, object]) -> Cap:
    """A cap from its row."""
    return Cap(**{name: row[name] for name in Cap.__struct_fields__})  # type: ignore[arg-type]  # its columns


async def look(conn: AsyncConnection, now: datetime, *, wait: bool = True) -> list[Exposure] | None:
    """Measure every tenant that has, or had, a cap, and write down who passed a level; whoever is
    over the refusal level may give no points of its own from this commit on. What was measured;
    without `wait`, None where another looks at this moment."""
    async with conn.transaction():
        got = await (await conn.execute(TURN if wait else TRY)).fetchone()
        if not wait and (got is None or not got[0]):
            return None
        found = await exposures(conn, day_of(now), capped=True)
        stood = {row["party_id"]: row["level"] for row in await rows(conn, LEVELS, ANYBODY)}
        for party_id, one in found.items():
            was = stood.get(party_id, "clear")
            if one.level != was:
                await passed(conn, party_id, one, was, now)
        return list(found.values())


async def passed(
    conn: AsyncConnection, party_id: int, one: Exposure, was: Level, now: datetime
) -> None:
    """Write down that a tenant passed a level, and stop or free its points where that follows."""
    reason = Why(WATCH, why(one))
    figures = {name: getattr(one, name) for name in one.__struct_fields__ if name.endswith("_yen")}
    asked = {**figures, "party_id": party_id, "level": one.level, "now": now}
    await conn.execute(ADD_LEVEL, {**asked, **structs.asdict(reason)})
    if "refused" in (one.level, was):
        await granting.decide(conn, party_id, reason, now, stopped=one.level == "refused")
