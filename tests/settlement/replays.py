"""What the books say, said again by a replay, entry by entry."""

from datetime import datetime

from psycopg import AsyncConnection

from federation.purse import DAY
from federation.reading import rows
from settlement.lines import Scheme
from settlement.whatif.asking import Rules
from settlement.whatif.carving import Carver
from settlement.whatif.ground import PLACES, SCHEMES, SPENDING
from settlement.whatif.happened import Place
from settlement.whatif.history import families
from settlement.whatif.replay import Group
from settlement.whatif.thought import AS_IT_IS, proportional


async def off(conn: AsyncConnection, until: datetime) -> list[str]:
    """Every entry that a replay of everything does not book as it was booked."""
    places = {row["shop_id"]: Place(**row) for row in await rows(conn, PLACES, {})}
    days = [(row["from_on"], row["limited_first"]) for row in await rows(conn, SPENDING, {})]
    schemes = [Scheme(**row) for row in await rows(conn, SCHEMES, {})]
    rules = Rules(
        Carver(AS_IT_IS, places, {}, 1).lots,
        places,
        lambda on: next((said for since, said in reversed(days) if since <= on), False),
        proportional=proportional(schemes, AS_IT_IS),
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
