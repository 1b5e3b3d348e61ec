"""The tests' own reader of bank files: column positions from the published tables (domain
4.1, 4.2), one slice after the other. It knows nothing of `settlement/bank`, and shares no line
with it."""

from dataclasses import dataclass, field

HEADER = {
    "business": (2, 3),
    "encoding": (4, 4),
    "originator_code": (5, 14),
    "originator_name": (15, 54),
    "month_day": (55, 58),
    "bank": (59, 62),
    "bank_name": (63, 77),
    "branch": (78, 80),
    "branch_name": (81, 95),
    "deposit": (96, 96),
    "account": (97, 103),
    "rest": (104, 120),
}
TRANSFER = {
    "bank": (2, 5),
    "bank_name": (6, 20),
    "branch": (21, 23),
    "branch_name": (24, 38),
    "clearing_house": (39, 42),
    "deposit": (43, 43),
    "account": (44, 50),
    "holder": (51, 80),
    "yen": (81, 90),
    "new_code": (91, 91),
    "customer_1": (92, 101),
    "customer_2": (102, 111),
    "edi": (92, 111),
    "speed": (112, 112),
    "identified": (113, 113),
    "rest": (114, 120),
}
TRANSFER_TRAILER = {"count": (2, 7), "yen": (8, 19), "rest": (20, 120)}
DEBIT = {
    "bank": (2, 5),
    "bank_name": (6, 20),
    "branch": (21, 23),
    "branch_name": (24, 38),
    "unused": (39, 42),
    "deposit": (43, 43),
    "account": (44, 50),
    "holder": (51, 80),
    "yen": (81, 90),
    "new_code": (91, 91),
    "customer": (92, 111),
    "result": (112, 112),
    "rest": (113, 120),
}
DEBIT_TRAILER = {
    "count": (2, 7),
    "yen": (8, 19),
    "done_count": (20, 25),
    "done_yen": (26, 37),
    "failed_count": (38, 43),
    "failed_yen": (44, 55),
    "rest": (56, 120),
}


@dataclass
class Group:
    """One header with its lines and its trailer."""

    header: dict[str, str]
    lines: list[dict[str, str]] = field(default_factory=list)
    trailer: dict[str, str] = field(default_factory=dict)


def sliced(record: str, columns: dict[str, tuple[int, int]]) -> dict[str, str]:
    """A record by its columns, which are counted from 1 and both included."""
    return {name: record[first - 1 : last] for name, (first, last) in columns.items()}


def looked_at(content: bytes, line_end: bytes) -> list[Group]:
    """Every group of a file; each thing that the tables fix is asserted on the way."""
    step = 120 + len(line_end)
    assert len(content) % step == 0
    groups: list[Group] = []
    over = False
    for at in range(0, len(content), step):
        assert content[at + 120 : at + step] == line_end
        record = content[at : at + 120].decode("shift_jis")
        assert len(record) == 120, "one byte is one letter"
        kind = record[0]
        assert not over, "nothing follows the end"
        if kind == "1":
            groups.append(Group(sliced(record, HEADER)))
            assert groups[-1].header["encoding"] == "0"
            assert groups[-1].header["rest"] == " " * 17
            continue
        if kind == "9":
            assert record[1:] == " " * 119
            over = True
            continue
        group = groups[-1]
        transfers = group.header["business"] == "21"
        assert transfers or group.header["business"] == "91"
        assert not group.trailer
        if kind == "2":
            group.lines.append(sliced(record, TRANSFER if transfers else DEBIT))
        else:
            assert kind == "8"
            group.trailer = sliced(record, TRANSFER_TRAILER if transfers else DEBIT_TRAILER)
    assert over
    for group in groups:
        summed(group)
    return groups


def summed(group: Group) -> None:
    """The trailer says what the lines come to; what is not used is empty."""
    assert int(group.trailer["count"]) == len(group.lines)
    assert int(group.trailer["yen"]) == sum(int(line["yen"]) for line in group.lines)
    assert not group.trailer["rest"].strip(" ")
    for line in group.lines:
        assert not line["rest"].strip(" ")
        assert line.get("clearing_house", "0000") == "0000"
        assert not line.get("unused", "").strip(" ")
        assert line.get("speed", "7") == "7"
        assert line.get("identified", " ") in " Y"
