"""What every statement of a sealed file must say, from its grants and draws, by other hands.

Imports nothing of the hub: `python recompute.py FILE` prints {party: [line, ...]}, a line being
[code, original code or null, points, entries, yen or null], in the order of the codes.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

Row = dict[str, str | int]
Line = tuple[int, int | None, int, int, int | None]


def put_at_issue(row: Row, nth: int, fund: str | None, promotion: str | None) -> list[tuple]:  # type: ignore[type-arg]
    """The funder pays when a point is granted; whoever honours it is paid from the fund."""
    if row["type"] == "grant":
        return [(row["funder"], 151 if over(row) else 101 + nth, -1), (fund, 701, +1)]
    if over(row):
        return [(fund, 702, -1), (row["funder"], 151, +1)]
    if row["kind"] == "lapse":
        return [(fund, 702, -1), (promotion, 701, +1)]
    if row["kind"] == "redemption":
        return [(fund, 702, -1), (row["tenant"], 201, +1)]
    if int(row["points"]) < 0:
        return [(fund, 701, +1), (row["tenant"], 202, -1)]
    return [(fund, 702, -1), (row["funder"], 111 + nth, +1)]


def put_at_redemption(row: Row, nth: int) -> list[tuple]:  # type: ignore[type-arg]
    """The funder pays when a point is used."""
    if over(row):
        return []
    if row["type"] == "draw" and row["kind"] == "redemption":
        return [(row["funder"], 121 + nth, -1), (row["tenant"], 201, +1)]
    if row["type"] == "draw" and int(row["points"]) < 0:
        return [(row["funder"], 131, +1), (row["tenant"], 202, -1)]
    return []


def over(row: Row) -> bool:
    """Whether points only changed from one scheme to another."""
    return row["kind"] == "changeover"


def memo(row: Row, nth: int) -> list[tuple]:  # type: ignore[type-arg]
    """What is told and moves no money."""
    if over(row):
        return []
    if row["type"] == "grant":
        return [(row["funder"], 801 + nth, 0), (row["tenant"], 831, 0)]
    if row["kind"] == "lapse":
        return [(row["funder"], 821, 0)]
    if row["kind"] == "redemption" or int(row["points"]) < 0:
        return []
    return [(row["funder"], 811 + nth, 0), (row["tenant"], 832, 0)]


def recompute(path: Path) -> dict[str, list[Line]]:
    """Every party's statement."""
    rows: list[Row] = [json.loads(text)["line"] for text in path.read_bytes().splitlines()[:-1]]
    first_on = str(rows[0]["first_on"])
    funding = {row["scheme"]: row["funding"] for row in rows if row["type"] == "scheme"}
    parties = {str(row["party"]): row["kind"] for row in rows if row["type"] == "party"}
    fund, promotion = (
        next((party for party, kind in parties.items() if kind == wanted), None)
        for wanted in ("fund", "promotion")
    )
    told: dict[str, dict[tuple[int, int], list]] = {party: {} for party in parties}  # type: ignore[type-arg]
    counted: dict[object, set[object]] = defaultdict(set)
    for row in rows:
        if row["type"] not in ("grant", "draw"):
            continue
        rule = str(row["rule"]).split(":")[0]
        nth = {"base": 0, "campaign": 1}.get(rule, 2)
        way = funding[row["scheme"]]
        puts = memo(row, nth)
        if way == "at-issue":
            puts += put_at_issue(row, nth, fund, promotion)
        elif way == "at-redemption":
            puts += put_at_redemption(row, nth)
        for party, code, sign in puts:
            late = sign and str(row["business_date"]) < first_on
            place = (401, code) if late else (code, 0)
            line = told[party].setdefault(place, [0, 0, 0 if sign else None])
            line[0] += abs(int(row["points"]))
            counted[party, place].add(row["entry"])
            line[1] = len(counted[party, place])
            if sign:
                line[2] += sign * abs(int(row["points"]))
    return {
        party: [
            *((code, original or None, *lines[code, original]) for code, original in sorted(lines)),
            (900, None, 0, 0, sum(line[2] or 0 for line in lines.values())),
        ]
        for party, lines in told.items()
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(recompute(Path(sys.argv[1])), indent=1) + "\n")
