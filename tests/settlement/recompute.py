"""What every statement of a sealed file must say, from its grants, draws and terms, by other hands.

Imports nothing of the hub: `python recompute.py FILE` prints {party: [line, ...]}, a line being
[code, original code or null ("in" or "out" of 402; of what a dispute left "code cycle released" or
"code cycle corrected"), points, entries, yen or null], in the order of the codes.
"""

import json
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Line = tuple[int, int | str | None, int, int, int | None]
BREAKAGE = {
    "PROMO_FUND": ("promotion", 701),
    "HUB_REVENUE": ("operator", 502),
    "RETURN_TO_FUNDER": (None, 501),
}


OF_COUPONS = {101: 104, 111: 115, 121: 124, 131: 132, 201: 204, 202: 205, 701: 701, 702: 702}


def coupon(row: Row) -> bool:
    """Whether a coupon took it off a price: it stands in lines of its own, and is told nowhere."""
    return bool(row["rule"].startswith("coupon:"))


def lines_of(row: Row, puts: list[tuple]) -> list[tuple]:  # type: ignore[type-arg]
    """The same, but for a coupon in its own lines."""
    if not coupon(row):
        return puts
    return [(party, OF_COUPONS[code], sign) for party, code, sign in puts if sign]


def nth_of(rule: str) -> int:
    """0 通常, 1 キャンペーン, 2 ランク等."""
    return {"base": 0, "coupon": 0, "campaign": 1}.get(rule.split(":", maxsplit=1)[0], 2)


def put_at_issue(row: Row, nth: int, who: dict[str, str], breakage: str) -> list[tuple]:  # type: ignore[type-arg]
    """The funder pays when a point is granted; whoever honours it is paid from the fund."""
    fund = who.get("fund")
    if row["type"] == "grant":
        return [(row["funder"], 151 if over(row) else 101 + nth, -1), (fund, 701, +1)]
    if over(row):
        return [(fund, 702, -1), (row["funder"], 151, +1)]
    if row["kind"] == "lapse":
        kind, code = BREAKAGE[breakage]
        return [(fund, 702, -1), (who[kind] if kind else row["funder"], code, +1)]
    taken = row["points"] > 0
    if row["kind"] == "redemption" or (row["kind"] == "unreturn" and taken and not stead(row)):
        return [(fund, 702, -1), (row["tenant"], 201, +1)]
    if row["kind"] == "unreturn" and not stead(row):
        return [(row["funder"], 101 + nth, -1), (fund, 701, +1)]
    if stead(row):
        sign = 1 if taken else -1
        return [(fund, 702, -sign), (row["stead"], 111 + nth_of(row["stead_rule"]), sign)]
    if not taken:
        return [(fund, 701, +1), (row["tenant"], 202, -1)]
    return [(fund, 702, -1), (row["funder"], 111 + nth, +1)]


def put_at_redemption(row: Row, nth: int) -> list[tuple]:  # type: ignore[type-arg]
    """The funder pays when a point is used."""
    if over(row) or row["type"] == "grant" or row["kind"] == "lapse":
        return []
    taken = row["points"] > 0
    if stead(row):
        sign = 1 if taken else -1
        return [(row["funder"], 141, -sign), (row["stead"], 141, sign)]
    if row["kind"] == "unreturn" and not taken:
        return []
    if row["kind"] == "redemption" or (row["kind"] == "unreturn" and taken):
        return [(row["funder"], 121 + nth, -1), (row["tenant"], 201, +1)]
    if not taken:
        return [(row["funder"], 131, +1), (row["tenant"], 202, -1)]
    return []


def over(row: Row) -> bool:
    """Whether points only changed from one scheme to another."""
    return bool(row["kind"] == "changeover")


def stead(row: Row) -> bool:
    """Whether one funder's points paid for another's grant."""
    return row.get("stead") not in (None, row["funder"])


def short(row: Row) -> bool:
    """Whether a shop kept it from a refund."""
    return bool(row["kind"] == "shortage")


def memo(row: Row, nth: int) -> list[tuple]:  # type: ignore[type-arg]
    """What is told and moves no money."""
    if over(row) or stead(row) or short(row):
        return []
    again = row["kind"] == "unreturn" and row["points"] < 0
    if row["type"] == "grant" or again:
        return [(row["funder"], 801 + nth, 0), (row["tenant"], 831, 0)]
    if row["kind"] == "lapse":
        return [(row["funder"], 821, 0)]
    if row["kind"] in ("redemption", "unreturn") or row["points"] < 0:
        return []
    return [(row["funder"], 811 + nth, 0), (row["tenant"], 832, 0)]


def issued(row: Row) -> tuple[str, int]:
    """Whose net issue of base points a row changes, and by how many."""
    rule = row["stead_rule"] if stead(row) else row["rule"]
    if over(row) or rule.split(":")[0] != "base":
        return "", 0
    if row["type"] == "grant":
        return row["funder"], row["points"]
    if stead(row):
        return row["stead"], -row["points"]
    if short(row):
        return row["funder"], -row["points"]
    if row["kind"] == "unreturn":
        return (row["funder"], -row["points"]) if row["points"] < 0 else ("", 0)
    if row["kind"] in ("redemption", "lapse") or row["points"] < 0:
        return "", 0
    return row["funder"], -row["points"]


def read(path: Path) -> list[Row]:
    """The lines of a sealed file."""
    return [json.loads(text)["line"] for text in path.read_bytes().splitlines()[:-1]]


def add_up(rows: list[Row]) -> tuple[Any, dict[str, int], dict[tuple[str, str], int]]:
    """What points come to: the lines of every party, whose base points were issued, and the yen of
    each shop."""
    first_on = rows[0]["first_on"]
    schemes = {row["scheme"]: row for row in rows if row["type"] == "scheme"}
    parties = {row["party"]: row["kind"] for row in rows if row["type"] == "party"}
    who = {kind: party for party, kind in parties.items()}
    told: dict[str, dict[tuple[int, Any], list]] = {party: {} for party in parties}  # type: ignore[type-arg]
    counted: dict[object, set[object]] = defaultdict(set)
    base: dict[str, int] = defaultdict(int)
    at_shops: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        if row["type"] not in ("grant", "draw"):
            continue
        party, points = issued(row)
        base[party] += points
        nth, scheme = nth_of(row["rule"]), schemes[row["scheme"]]
        puts = memo(row, nth)
        if short(row) and scheme["funding"] != "redeemer-bears":
            sign = 1 if row["points"] > 0 else -1
            puts += [(row["tenant"], 114, -sign), (row["funder"], 111 + nth, sign)]
        elif short(row):
            puts = []
        elif scheme["funding"] == "at-issue":
            puts += put_at_issue(row, nth, who, scheme.get("breakage", "PROMO_FUND"))
        elif scheme["funding"] == "at-redemption":
            puts += put_at_redemption(row, nth)
        for party, code, sign in lines_of(row, puts):
            late = sign and str(row["business_date"]) < first_on
            place = (401, code) if late else (code, 0)
            line = told[party].setdefault(place, [0, 0, 0 if sign else None])
            line[0] += abs(row["points"])
            counted[party, place].add(row["entry"])
            line[1] = len(counted[party, place])
            if sign:
                line[2] += sign * abs(row["points"])
            if party == row["tenant"]:
                at_shops[party, row["shop"]] += sign * abs(row["points"])
    return told, base, at_shops


def recompute(path: Path) -> dict[str, list[Line]]:
    """Every party's statement."""
    rows = read(path)
    told, base, _ = add_up(rows)
    decide(rows, told)
    who = {row["kind"]: row["party"] for row in rows if row["type"] == "party"}
    charge(rows, told, base, who)
    return {
        party: [
            *((code, which or None, *lines[code, which]) for code, which in in_order(lines)),
            (900, None, 0, 0, sum(line[2] or 0 for line in lines.values())),
        ]
        for party, lines in told.items()
    }


def decide(rows: list[Row], told: dict[str, Any]) -> None:
    """What disputes left of earlier cycles: of each, what one side gets the other gives."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        if row["type"] == "adjustment":
            assert row["of_cycle"] < rows[0]["cycle"]
            left[row["dispute"], row["settles"]] += row["yen"]
            which = f"{row['code']} {row['of_cycle']} {row['settles']}"
            line = told[row["party"]].setdefault((401, which), [0, 0, 0])
            line[2] += row["yen"]
    assert not any(left.values())


def recompute_splits(path: Path) -> dict[tuple[str, str], int]:
    """What of each net that is split stands with which unit; "" is the party itself."""
    statements, rows = recompute(path), read(path)
    at_shops = add_up(rows)[2]
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["type"] == "unit":
            party, yen = row["party"], at_shops[row["party"], row["shop"]]
            found.setdefault((party, ""), statements[party][-1][4] or 0)
            found[party, ""] -= yen
            found[party, row["unit"]] = found.get((party, row["unit"]), 0) + yen
    return found


def stated_splits(path: Path) -> dict[tuple[str, str], int]:
    """The same as the file has it."""
    return {
        (row["party"], row.get("unit", "")): row["yen"]
        for row in read(path)
        if row["type"] == "split"
    }


def in_order(lines: dict[tuple[int, Any], Any]) -> list[tuple[int, Any]]:
    """By code, then by the code it would have had; 402 in, then out."""
    return sorted(lines, key=lambda place: (place[0], str(place[1]).zfill(3)))


def days(first: date, last: date) -> list[date]:
    """Every day from one to another."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def floored(amount: int, times: int, of: int) -> int:
    """The magnitude rounded down."""
    return (abs(amount) * times // of) * (-1 if amount < 0 else 1)


def charge(
    rows: list[Row], told: dict[str, Any], base: dict[str, int], who: dict[str, str]
) -> None:
    """Fees, tax and carries, party by party, and the operator's side of them all."""
    cycle = days(date.fromisoformat(rows[0]["first_on"]), date.fromisoformat(rows[0]["last_on"]))
    terms = {row["party"]: row for row in rows if row["type"] == "terms"}
    carries = {row["party"]: row["yen"] for row in rows if row["type"] == "carry"}
    sums: dict[tuple[int, Any], int] = {}

    def put(party: str, code: int, which: Any, points: int, yen: int) -> None:
        told[party][code, which] = [points, 0, yen]
        mirror = {402: 402, 601: 611}.get(code, 311)
        sums[mirror, which] = sums.get((mirror, which), 0) - yen

    for party in terms.keys() | carries.keys():
        lines, own = told[party], terms.get(party)
        points_yen = sum(line[2] or 0 for line in lines.values())
        if own is not None:
            honoured = sum(
                line[2] for (code, which), line in lines.items() if {code, which} & {201, 202}
            )
            fees = {
                211: (honoured, floored(honoured, own["redeem_fee_bp"], 10_000)),
                301: (base[party], floored(base[party], own["point_fee_milliyen"], 1000)),
                302: (0, monthly(own, cycle)),
            }
            agreed = {
                211: own["redeem_fee_bp"] and honoured,
                301: own["point_fee_milliyen"] and base[party],
                302: fees[302][1],
            }
            for code, (reckoned, fee) in fees.items():
                if agreed[code]:
                    put(party, code, 0, abs(reckoned), -fee)
                    points_yen -= fee
            if any(agreed.values()):
                net = sum(fee for code, (_, fee) in fees.items() if agreed[code])
                tax = floored(net, own["tax_bp"], 10_000)
                put(party, 601, 0, 0, -tax)
                points_yen -= tax
        if carries.get(party):
            put(party, 402, "in", 0, carries[party])
        left = points_yen + carries.get(party, 0)
        least = own["minimum_yen"] if own is not None else 0
        half_year = any((day.month, day.day) in ((3, 31), (9, 30)) for day in cycle)
        if left and abs(left) < least and not half_year:
            put(party, 402, "out", 0, -left)
    for (code, which), yen in sums.items():
        told[who["operator"]][code, which] = [0, 0, yen]


def monthly(own: Row, cycle: list[date]) -> int:
    """The month that ends in the cycle, if one does."""
    ends = [day for day in cycle if (day + timedelta(1)).day == 1]
    if not ends:
        return 0
    month = days(ends[0].replace(day=1), ends[0])
    joined, left = own.get("joined_on", "0"), own.get("left_on", "9")
    there = [day for day in month if joined <= day.isoformat() <= left]
    whole: int = own["monthly_fee_yen"] + own["terminals"] * own["terminal_fee_yen"]
    if not own["prorated"]:
        return whole if there else 0
    return whole * len(there) // len(month)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(recompute(Path(sys.argv[1])), indent=1) + "\n")
