"""世界: what a replay comes to under each of several thoughts, cycle by cycle. Pure."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from msgspec import Struct, structs

from federation.days import TOKYO
from federation.page import Row
from settlement import calendar
from settlement.fees import CARRIED, Agreed
from settlement.lines import Carry, Charge, Draw, Grant, Party, Result, Scheme
from settlement.netting import CLAIMS, Roles, moved_by, settled
from settlement.schemes import Calendar
from settlement.splitting import results
from settlement.tally import Tally
from settlement.whatif.asking import Booked
from settlement.whatif.happened import Place
from settlement.whatif.thought import AS_IT_IS, Thought, scheme_under


class Codes(Struct, frozen=True):
    """The names under which numbers stand in a sealed file."""

    parties: Mapping[int, str]
    places: Mapping[int, Place]
    name: Callable[[int, int], str]
    shortages_after: int


class Parts(Struct, frozen=True):
    """What settlement sees of one entry."""

    cycle_id: int
    made_up: bool
    business_date: date
    booked_at: datetime
    grants: list[Grant]
    draws: list[Draw]


def parts_of(booked: Booked, codes: Codes) -> Parts | None:
    """The lines of an entry, numbered as sealed; None where it moves nothing that is settled."""
    row, happened = booked.row, booked.happened
    if row["kind"] == "merge":
        return None
    moved = [one for one in booked.draws if one["kind"] != "merge"]
    kept = [
        one
        for one in booked.shorts
        if one["met"] == "deducted" and one["cycle_id"] > codes.shortages_after
    ]
    if not (booked.granted or moved or kept):
        return None
    place = codes.places[row["shop_id"]]
    common: Row = {
        "entry": codes.name(row["member_id"], booked.entry_id),
        "business_date": row["business_date"],
        "tenant": codes.parties[row["tenant_id"]],
        "shop": place.code,
    }
    moved.sort(key=lambda one: (one["lot_entry_id"], one["lot_part"], one["n"]))
    kept.sort(key=lambda one: one["part"])
    shorts = [{**one, "kind": "shortage", "for_rule": None, "for_funder_id": None} for one in kept]
    return Parts(
        row["cycle_id"],
        happened is None,
        row["business_date"],
        row["at"],
        [grant_of(one, row["kind"], common, codes) for one in booked.granted],
        [draw_of(n, one, common, codes) for n, one in enumerate([*moved, *shorts])],
    )


def grant_of(lot: Row, kind: str, common: Row, codes: Codes) -> Grant:
    """A lot that came into being, as a sealed line."""
    return Grant(
        n=lot["part"],
        kind=kind,
        rule=lot["rule"],
        points=lot["points"],
        funder=codes.parties[lot["funder_id"]],
        scheme=str(lot["scheme_id"]),
        **common,
    )


def draw_of(n: int, drawn: Row, common: Row, codes: Codes) -> Draw:
    """A draw, or what a shop kept instead, as a sealed line."""
    stead: Row = {}
    if drawn["for_funder_id"] is not None:
        stead = {"stead": codes.parties[drawn["for_funder_id"]], "stead_rule": drawn["for_rule"]}
    return Draw(
        n=n,
        kind=drawn["kind"],
        rule=drawn["rule"],
        points=drawn["points"],
        funder=codes.parties[drawn["funder_id"]],
        scheme=str(drawn["scheme_id"]),
        **common,
        **stead,
    )


class Period(Struct, frozen=True):
    """One cycle of a world: its days, and until when entries came to it."""

    cycle_id: int
    first_on: date
    last_on: date
    shut_at: datetime


def regrouped(live: Sequence[Period], kind: Calendar) -> list[Period]:
    """The same days in other cycles, each shut when its bank days are over; the last ends with the
    last of the live ones."""
    last = live[-1]
    found = [
        calendar.Cycle(one.first_on, min(one.last_on, last.last_on))
        for one in calendar.following(live[0].first_on, last.last_on, lambda _: kind)
    ]
    return [
        Period(
            one.cycle_id,
            one.first_on,
            one.last_on,
            datetime.combine(calendar.closes_on(one) + timedelta(days=1), time(0), TOKYO),
        )
        for one in found
    ]


class Seen(Struct):
    """An entry between two parties, and the yen that it brings one of them (+) or costs it (-)."""

    entry: str
    kind: str
    business_date: date
    shop: str
    made_up: bool
    yen: int = 0


class Between:
    """The entries by which one party owes another something in a world, as the first sees them."""

    def __init__(self, party: str, other: str, parties: Sequence[Party]) -> None:
        self._receives, self._pays = (other, party), (party, other)
        self._roles = Roles(parties)
        self.entries: dict[str, Seen] = {}

    def add(self, part: Grant | Draw, scheme: Scheme, made_up: bool) -> None:
        """Note one part, if it moves money between these two."""
        part = settled(part)
        claim = CLAIMS.get((scheme.funding, moved_by(part, scheme)))
        if claim is None:
            return
        sides = self._roles.of(claim.debtor, part), self._roles.of(claim.creditor, part)
        if sides not in (self._receives, self._pays):
            return
        told = part.entry, part.kind, part.business_date, part.shop, made_up
        seen = self.entries.setdefault(part.entry, Seen(*told))
        seen.yen += claim.sign * abs(part.points) * (1 if sides == self._receives else -1)


class World:
    """What parts come to under one thought; the entries `between` two parties where asked for."""

    def __init__(
        self,
        thought: Thought,
        live: Sequence[Period],
        schemes: Mapping[str, Scheme],
        parties: Sequence[Party],
        agreed: Callable[[Period], Agreed],
    ) -> None:
        self.thought = thought
        self.between: Between | None = None
        self.periods = regrouped(live, thought.calendar) if thought.calendar else list(live)
        self._live = {one.cycle_id for one in live}
        self._schemes = {name: scheme_under(one, thought) for name, one in schemes.items()}
        self._parties = parties
        self._by_id = {one.cycle_id: one for one in self.periods}
        self.tallies = {
            one.cycle_id: Tally(parties, {unit.party for unit in agreed(one).units})
            for one in self.periods
        }

    def add(self, parts: Parts) -> None:
        """Count the parts of one entry in its cycle, if that is asked about."""
        period = self._period(parts)
        if period is None:
            return
        tally, late = self.tallies[period.cycle_id], parts.business_date < period.first_on
        every: list[Grant | Draw] = [*parts.grants, *parts.draws]
        for part in every:
            scheme = self._schemes[part.scheme]
            tally.add(part, scheme, late)
            if self.between is not None:
                self.between.add(part, scheme, parts.made_up)

    def _period(self, parts: Parts) -> Period | None:
        if parts.made_up:
            days = (p for p in self.periods if p.first_on <= parts.business_date <= p.last_on)
            return next(days, None)
        if parts.cycle_id not in self._live:
            return None
        if self.thought.calendar is None:
            return self._by_id[parts.cycle_id]
        open_then = [p for p in self.periods if parts.booked_at < p.shut_at] or self.periods[-1:]
        own = (p for p in open_then if p.first_on <= parts.business_date <= p.last_on)
        return next(own, open_then[0])


class Told(Struct, frozen=True):
    """What one cycle of a world comes to."""

    period: Period
    results: list[Result]


def told(
    world: World,
    agreed: Mapping[int, Agreed],
    parties: Sequence[Party],
    stated: Container[int],
) -> list[Told]:
    """Every cycle of a world; what one carries on comes to the next, unless that is stated."""
    found: list[Told] = []
    carried: tuple[Carry, ...] | None = None
    for period in world.periods:
        under = agreed[period.cycle_id]
        as_stated = world.thought == AS_IT_IS and period.cycle_id in stated
        if carried is not None and not as_stated:
            under = structs.replace(under, carries=carried)
        tally = world.tallies[period.cycle_id]
        came = results(tally.flows(), tally.entries, parties, under, tally.yen_by_shop)
        found.append(Told(period, came))
        carried = carries_of(came, parties)
    return found


def carries_of(came: Iterable[Result], parties: Sequence[Party]) -> tuple[Carry, ...]:
    """What a cycle carries on, but for the operator's mirror."""
    operators = {one.party for one in parties if one.kind == "operator"}
    return tuple(
        Carry(one.party, -one.yen)
        for one in came
        if isinstance(one, Charge)
        and (one.code, one.carry) == (CARRIED, "out")
        and one.party not in operators
        and isinstance(one.yen, int)
    )
