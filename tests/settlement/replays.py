"""What the books say, said again by a replay: entry by entry, and a sealed file byte by byte."""

from collections.abc import Callable
from datetime import UTC, datetime

from psycopg import AsyncConnection

from federation.purse import DAY
from federation.reading import rows
from settlement import sealing
from settlement.agreeing import stated_under
from settlement.lines import SECTIONS, Line, Party, Scheme, order, parse
from settlement.netting import ranked
from settlement.reading import cycle_id_of
from settlement.seal import LEAF, Sealer
from settlement.splitting import results
from settlement.stages import standing
from settlement.tally import Tally
from settlement.whatif.asking import Rules
from settlement.whatif.carving import Carver
from settlement.whatif.ground import PLACES, SPENDING
from settlement.whatif.happened import Place
from settlement.whatif.history import families
from settlement.whatif.replay import Group
from settlement.whatif.simulate import Simulation, simulate
from settlement.whatif.thought import AS_IT_IS
from settlement.whatif.worlds import Parts

Name = Callable[[int, int], str]


async def off(conn: AsyncConnection, until: datetime) -> list[str]:
    """Every entry that a replay of everything does not book as it was booked."""
    places = {row["shop_id"]: Place(**row) for row in await rows(conn, PLACES, {})}
    days = [(row["from_on"], row["limited_first"]) for row in await rows(conn, SPENDING, {})]
    rules = Rules(
        Carver(AS_IT_IS, places, {}, 1).lots,
        places,
        lambda on: next((said for since, said in reversed(days) if since <= on), False),
        proportional=False,
        made_up=False,
        until=until.date(),
    )
    found = []
    async for some in families(conn, until + DAY):  # it may be booked a moment after its clock
        for family in some:
            group = Group(family.members, rules)
            again = {one.entry_id: one for one in group.replay(family.entries)}
            if group.unreached_points:
                found.append(f"members {family.members}: {group.unreached_points} out of reach")
            for then in family.entries:
                now = again.get(then.entry_id)
                drawn = [
                    (d.lot_entry_id, d.lot_part, d.kind, d.points, d.for_rule) for d in then.draws
                ]
                granted = [(lot.part, lot.funder_id, lot.points) for lot in then.lots]
                short = [(one.rule, one.met, one.points) for one in then.shorts]
                if now is None:
                    if drawn or granted:
                        found.append(f"{then.kind} {then.entry_id} is not there")
                    continue
                redrawn = [
                    (d["lot_entry_id"], d["lot_part"], d["kind"], d["points"], d["for_rule"])
                    for d in now.draws
                ]
                regranted = [(g["part"], g["funder_id"], g["points"]) for g in now.granted]
                shorted = [(s["rule"], s["met"], s["points"]) for s in now.shorts]
                if sorted(map(str, drawn)) != sorted(map(str, redrawn)):
                    found.append(f"{then.kind} {then.entry_id} drew {drawn}, now {redrawn}")
                if granted != regranted:
                    found.append(f"{then.kind} {then.entry_id} gave {granted}, now {regranted}")
                if then.kind == "return" and short != shorted:
                    found.append(f"{then.kind} {then.entry_id} lacked {short}, now {shorted}")
    return found


async def rebuilt(conn: AsyncConnection, name: str, named: Name) -> tuple[bytes, bytes]:
    """A sealed file as it was sealed, and as a replay as things were writes it."""
    cycle_id = cycle_id_of(name)
    sealed, piece = b"", 0
    while body := await sealing.read_body(conn, cycle_id, piece):
        sealed, piece = sealed + body, piece + 1
    found = LEAF.fullmatch(sealed.splitlines(keepends=True)[0])
    assert found is not None
    header = parse(found[2])
    seen: list[Parts] = []
    asked = Simulation((name,), AS_IT_IS)
    told = await simulate(conn, asked, datetime.now(UTC), see=seen.append, named=named)
    assert (told.agrees, told.differing) == (True, ())
    cycle = await standing(conn, cycle_id)
    key, previous = (
        await (
            await conn.execute(
                "SELECT salts.salt_key, seals.previous FROM settlement.salts"
                " INNER JOIN settlement.seals USING (cycle_id) WHERE cycle_id = %s",
                (cycle_id,),
            )
        ).fetchone()
    ) or (b"", b"")
    so_far = sealing.SoFar(bytes(key), bytes(previous) if previous else None, -1, -1, 0, b"")
    head = list(await sealing.head(conn, cycle, so_far))[1:]
    lines = [
        header,
        *head,
        *body_of([one for one in seen if one.cycle_id == cycle_id], head),
    ]
    parties = [one for one in head if isinstance(one, Party)]
    schemes = {one.scheme: one for one in head if isinstance(one, Scheme)}
    agreed = await stated_under(conn, cycle, parties)
    tally = Tally(parties, {unit.party for unit in agreed.units})
    for line in lines[1 + len(head) :]:
        tally.add(line, schemes[line.scheme], line.business_date < cycle.first_on)  # type: ignore[union-attr, arg-type]
    lines += results(tally.flows(), tally.entries, parties, agreed, tally.yen_by_shop)
    sealer = Sealer(so_far.salt_key)
    written = [sealer.write(line) for line in lines]
    return sealed, b"".join([*written, sealer.foot(so_far.previous)])


def body_of(seen: list[Parts], head: list[Line]) -> list[Line]:
    """Grants and draws in the order of the file."""
    ranks = ranked([one for one in head if isinstance(one, Party)])
    parts: list[Line] = [part for one in seen for part in (*one.grants, *one.draws)]
    return sorted(parts, key=lambda part: (SECTIONS.index(type(part)), order(part, ranks)))
