"""Whatever is changed in a sealed file, the verifier names the line."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from settlement.commands import verify as command
from settlement.lines import Charge, Draw, Grant, Line, Net, Party, Scheme
from settlement.verify import examine, verify
from tests.settlement.papers import (
    AT_REDEMPTION,
    EXAMPLE_2,
    FUND,
    HUB,
    PARTIES,
    PROMOTION,
    A,
    B,
    C,
    altered,
    draw,
    forged,
    grant,
    opened,
    papers,
    party,
    scheme,
    sealed,
)
from tests.settlement.recompute import recompute
from tests.settlement.test_netting import AT_ISSUE, EXAMPLE_1, MALL

FILE = sealed(papers(EXAMPLE_2))
LAST = len(FILE)
ROOT = Path(__file__).parents[2]


def lines_named(file: list[bytes]) -> set[int]:
    return {fault.line for fault in verify(file)}


def number(of: type[Line], which: int = 0, file: list[bytes] = FILE) -> int:
    """The physical line of the n-th line of a type."""
    return [n for n, line in enumerate(opened(file), 1) if isinstance(line, of)][which]


def test_a_sound_file_has_no_fault() -> None:
    verdict = examine(FILE)
    assert verdict.faults == ()
    assert (verdict.leaves, verdict.parties, verdict.grants, verdict.draws) == (
        LAST - 1, len(PARTIES), 5, 4,
    )  # fmt: skip
    assert verdict.seal == json.loads(FILE[-1])["seal"]
    assert verify(FILE, verdict.seal) == []


def digits(text: bytes) -> list[int]:
    return [place for place, byte in enumerate(text) if chr(byte).isdigit()]


@pytest.mark.parametrize("line", range(1, LAST + 1))
def test_every_changed_digit_names_its_line_and_no_other(line: int) -> None:
    """Line, leaf, salt, root, seal: one digit at a time, each of the nine others in turn."""
    others = itertools.count(1)
    text = FILE[line - 1]
    assert digits(text)
    for place in digits(text):
        digit = (text[place] - ord("0") + next(others) % 9 + 1) % 10
        changed = text[:place] + str(digit).encode() + text[place + 1 :]
        assert changed != text
        assert lines_named([*FILE[: line - 1], changed, *FILE[line:]]) == {line}


@pytest.mark.parametrize("line", range(1, LAST + 1))
def test_every_changed_byte_names_its_line(line: int) -> None:
    """Each byte of the file, its line ends too, one bit of it at a time in turn."""
    text = FILE[line - 1]
    for place, byte in enumerate(text):
        changed = text[:place] + bytes([byte ^ 1 << place % 8]) + text[place + 1 :]
        assert line in lines_named([*FILE[: line - 1], changed, *FILE[line:]])


def test_every_changed_byte_of_a_file_as_it_is_read_is_found(tmp_path: Path) -> None:
    """A line end that is gone joins two lines and one that is new parts one: as a file is read."""
    whole, path = b"".join(FILE), tmp_path / "sealed"
    for place in [at for at, byte in enumerate(whole) if byte == ord("\n")] + [0, len(whole) // 2]:
        for other in b"\r\0 0}":
            path.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
            with path.open("rb") as file:
                assert verify(file)
        path.write_bytes(whole[:place] + b"\n" + whole[place + 1 :])
        with path.open("rb") as file:
            assert bool(verify(file)) == (whole[place] != ord("\n"))


@pytest.mark.parametrize("line", range(1, LAST))
def test_swapped_lines_are_named(line: int) -> None:
    swapped = list(FILE)
    swapped[line - 1 : line + 1] = reversed(swapped[line - 1 : line + 1])
    named = lines_named(swapped)
    assert named & {line, line + 1}


@pytest.mark.parametrize("line", range(1, LAST + 1))
def test_a_missing_line_is_noticed_and_a_doubled_one_named(line: int) -> None:
    assert verify([*FILE[: line - 1], *FILE[line:]])
    assert line + 1 in lines_named([*FILE[:line], *FILE[line - 1 :]])


def test_a_missing_result_is_named_where_it_should_stand() -> None:
    for of in (Charge, Net):
        here = number(of)
        faults = verify([*FILE[: here - 1], *FILE[here:]])
        assert faults[0].line == here
        assert "missing" in faults[0].en
    faults = verify(forged(FILE, lambda lines: lines.pop()))
    assert faults[0].line == LAST - 1
    assert '"party":"c"' in faults[0].en


def change(of: type[Line], which: int, **fields: object) -> Callable[[list[Line]], None]:
    def apply(lines: list[Line]) -> None:
        at = number(of, which) - 1
        lines[at] = altered(lines[at], **fields)

    return apply


def results_of_the_file() -> list[int]:
    return [
        n for n, line in enumerate(opened(FILE), 1)
        if not isinstance(line, Grant | Draw | Party | Scheme) and n > 1
    ]  # fmt: skip


@pytest.mark.parametrize("line", results_of_the_file())
def test_a_forged_result_is_named_though_every_hash_fits(line: int) -> None:
    """Matrix, statements and nets are recomputed: whoever changes one and seals again is found."""

    def forge(lines: list[Line]) -> None:
        stated = lines[line - 1]
        fields = {
            name: getattr(stated, name) for name in ("yen", "points") if hasattr(stated, name)
        }
        worth, amount = next((n, v) for n, v in fields.items() if isinstance(v, int))
        lines[line - 1] = altered(stated, **{worth: amount + 1})

    assert line in lines_named(forged(FILE, forge))


def test_a_forged_draw_is_named_by_what_no_longer_follows() -> None:
    """A draw of 48 that became 49: the matrix, statements and nets it touches all differ."""
    faults = verify(forged(FILE, change(Draw, 2, points=49)))
    assert faults
    assert all(fault.line >= number(Charge) - 3 for fault in faults)


def test_a_forgery_that_agrees_with_itself_is_told_by_its_seal() -> None:
    """Grants and draws changed and everything computed again: only the published seal knows."""
    lied = sealed(
        papers(
            [*EXAMPLE_2[:-1], draw("e3", C, A, 33, "campaign:3x", 2, EXAMPLE_2[-1].business_date)]
        )
    )
    assert verify(lied) == []
    told = json.loads(FILE[-1])["seal"]
    assert lines_named(lied) == set()
    assert [fault.line for fault in verify(lied, told)] == [len(lied)]


def test_a_forgery_under_the_published_seal_is_told_by_its_root() -> None:
    """Everything computed again but for the last line, which all have seen."""
    lied = sealed(papers(EXAMPLE_2[:-1]))
    faults = verify([*lied[:-1], FILE[-1]], json.loads(FILE[-1])["seal"])
    assert {fault.line for fault in faults} == {len(lied)}
    assert any("root" in fault.en for fault in faults)


def test_nets_that_do_not_sum_to_zero_are_named() -> None:
    faults = verify(forged(FILE, change(Net, 0, yen=1)))
    assert [fault.line for fault in faults] == [number(Net), LAST]
    assert "sum to 1 yen" in faults[1].en


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([draw("e", B, A, 1), draw("e", B, A, 1)], "out of order"),
        ([draw("e", B, A, 1, on=date(2027, 3, 16))], "later cycle"),
        ([draw("e", B, A, 1, scheme="9")], "scheme 9"),
        ([altered(draw("e", B, A, 1), funder="x")], "x"),
        ([altered(draw("e", B, A, 1), points=-1)], "nothing back"),
    ],
)
def test_a_draw_that_cannot_be_is_named(parts: list[Draw], named: str) -> None:
    lines = papers(())
    at = number(Charge, 0, sealed(lines)) - 1
    faults = verify(sealed([*lines[:at], *parts, *lines[at:]]))
    assert any(fault.line in (at + 1, at + 2) and named in fault.en for fault in faults)


def test_a_party_or_scheme_stated_twice_is_named() -> None:
    twice = [party("a", "promotion")]
    assert any(
        "twice" in fault.en for fault in verify(sealed(papers((), parties=[*PARTIES, *twice])))
    )
    schemes = (AT_REDEMPTION, scheme("at-issue", "1", date(2026, 1, 1)))
    assert any("twice" in fault.en for fault in verify(sealed(papers((), schemes))))


def test_at_issue_without_a_fund_is_named() -> None:
    lines = papers(EXAMPLE_1, (AT_ISSUE,), MALL)
    without = [line for line in lines if not (isinstance(line, Party) and line.kind == "fund")]
    assert any("fund" in fault.en for fault in verify(sealed(without)))


def test_files_at_issue_and_of_two_schemes_verify() -> None:
    assert verify(sealed(papers(EXAMPLE_1, (AT_ISSUE,), MALL))) == []
    both = (AT_ISSUE, scheme("at-redemption", "2", date(2027, 3, 8)))
    parts: list[Grant | Draw] = [*EXAMPLE_1]
    parts += [draw("v", B, A, 30, scheme="2"), draw("w", HUB, A, 5, kind="lapse")]
    assert verify(sealed(papers(parts, both, (*PARTIES[:1], *MALL[1:])))) == []


def test_a_cycle_with_nothing_in_it_verifies() -> None:
    assert verify(sealed(papers(()))) == []
    assert verify(sealed(papers((), schemes=(), parties=()))) == []


def test_the_chain_is_checked() -> None:
    first = sealed(papers(()))
    seal = str(json.loads(first[-1])["seal"])
    head = altered(papers(EXAMPLE_2)[0], previous=seal)
    second = sealed([head, *papers(EXAMPLE_2)[1:]], previous=seal)
    assert examine(second, expected_previous=seal).faults == ()
    assert [f.line for f in examine(second, expected_previous="0" * 64).faults] == [1]
    assert [f.line for f in verify(sealed([head, *papers(EXAMPLE_2)[1:]]))] == [len(second)]


@pytest.mark.parametrize("parts", [(), EXAMPLE_2])
def test_another_hand_recomputes_every_statement(
    parts: tuple[Grant | Draw, ...], tmp_path: Path
) -> None:
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(sealed(papers(parts))))
    assert recompute(path) == stated(path)


def test_another_hand_recomputes_every_statement_at_issue(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    late = date(2027, 2, 1)
    more = (
        draw("t5", C, B, -7, on=late, kind="return"),
        draw("t5", C, B, 3, n=1, on=late, kind="return"),
        draw("t6", HUB, A, 11, kind="lapse"),
    )
    path.write_bytes(b"".join(sealed(papers((*EXAMPLE_1, *more), (AT_ISSUE,), MALL))))
    assert recompute(path) == stated(path)
    path.write_bytes(b"".join(sealed(papers((*EXAMPLE_1, *more), parties=MALL))))
    assert recompute(path) == stated(path)


def stated(path: Path) -> dict[str, list[tuple[int, int | str | None, int, int, int | None]]]:
    """The statements as the file has them."""
    lines = opened(path.read_bytes().splitlines(keepends=True))
    told: dict[str, list[tuple[int, int | str | None, int, int, int | None]]] = {
        line.party: [] for line in lines if isinstance(line, Party)
    }
    for line in lines:
        if isinstance(line, Charge):
            original, yen = (v if isinstance(v, int) else None for v in (line.original, line.yen))
            carry: int | str | None = line.carry if isinstance(line.carry, str) else original
            if isinstance(line.settles, str):
                carry = f"{original} {line.of_cycle} {line.settles}"
            told[line.party].append((line.code, carry, line.points, line.entries, yen))
    return told


JUNK = {
    "empty": b"",
    "a blank line": b"\n",
    "text": "精算書\n".encode(),
    "no line feed": FILE[0][:-1],
    "CRLF": b"".join(FILE).replace(b"\n", b"\r\n"),
    "a BOM": b"\xef\xbb\xbf" + b"".join(FILE),
    "binary": bytes(range(256)) * 1000,
    "an endless line": b"a" * 3_000_000,
    "deep": b'{"leaf":"' + b"0" * 64 + b'","line":' + b'{"a":' * 12_000 + b"}\n",
    "only a foot": FILE[-1],
    "no foot": b"".join(FILE[:-1]),
    "cut": b"".join(FILE)[:-9],
    "a line after the last": b"".join([*FILE, FILE[0]]),
    "two files": b"".join([*FILE, *FILE]),
    "spaces": b"".join(FILE).replace(b":", b": "),
    "UTF-16": b"".join(FILE).decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_gets_a_line_and_never_a_traceback(name: str, tmp_path: Path) -> None:
    path = tmp_path / "junk"
    path.write_bytes(JUNK[name])
    told = CliRunner().invoke(command, [str(path)])
    assert told.exit_code == 1, told.output
    assert isinstance(told.exception, SystemExit)
    assert told.output.startswith("line ")


def test_the_command_says_what_was_verified(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(FILE))
    seal = json.loads(FILE[-1])["seal"]
    told = CliRunner().invoke(command, [str(path), "--seal", seal.upper()])
    assert told.exit_code == 0, told.output
    assert "0 円" in told.output
    assert "0 yen" in told.output
    wrong = CliRunner().invoke(command, [str(path), "--seal", "0" * 64])
    assert wrong.exit_code == 1
    assert wrong.output.startswith(f"line {LAST}: ")
    assert CliRunner().invoke(command, [str(path), "--seal", "seal"]).exit_code == 2
    assert CliRunner().invoke(command, [str(tmp_path / "none")]).exit_code == 2
    assert CliRunner().invoke(command, [str(tmp_path)]).exit_code == 2


def test_the_command_checks_the_file_before(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"".join(sealed(papers(()))))
    seal = json.loads(first.read_bytes().splitlines()[-1])["seal"]
    head, *rest = papers(EXAMPLE_2)
    second.write_bytes(b"".join(sealed([altered(head, previous=seal), *rest], previous=seal)))
    chain = [str(second), "--previous", str(first)]
    assert CliRunner().invoke(command, chain).exit_code == 0
    assert CliRunner().invoke(command, [str(second), "--previous", str(second)]).exit_code == 1
    first.write_bytes(first.read_bytes().replace(b"JPY", b"USD"))
    broken = CliRunner().invoke(command, chain)
    assert broken.exit_code == 1
    assert broken.output.startswith(f"{first}: line 1: ")


def test_the_command_needs_nothing_of_the_hub(tmp_path: Path) -> None:
    """With an empty environment, and without ever coming near a database or the web."""
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(FILE))
    script = (
        "import sys; from settlement.commands import verify;"
        "verify(['" + str(path) + "'], standalone_mode=False);"
        "sys.exit(bool({'psycopg', 'litestar', 'federation', 'jpholiday'} & sys.modules.keys()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "再計算" in run.stdout.decode()


def test_25000_lines_are_verified() -> None:
    days = [date(2027, 3, 1) + timedelta(n) for n in range(15)]
    parts: list[Grant | Draw] = []
    for n in range(12_000):
        giver, taker, on = PARTIES[2 + n % 3], PARTIES[2 + n // 7 % 3], days[n % 15]
        parts.append(grant(f"g{n}", giver, giver, n % 40 + 1, on=on))
        parts.append(draw(f"d{n // 2}", taker, giver, n % 9 + 1, n=n % 2, on=days[n // 2 % 15]))
    file = sealed(papers(parts, parties=(*PARTIES, FUND, PROMOTION)))
    assert verify(file) == []
    assert len(file) > 24_000
