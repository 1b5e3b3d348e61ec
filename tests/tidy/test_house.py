"""The code about itself: small files, statements at home, nothing of this machine in the tree."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from tenants.codes_api import CodeFor, SetPin
from tenants.daily_totals import AccrualsTold, DayEnd, RedemptionsTold
from tenants.earning import Line, Tender
from tenants.lookups_api import LookUp
from tenants.members_api import Added, Replacement, Written
from tenants.office import Adjust, Carry, UndoOffice, Unite, Withdraw
from tenants.quotes import Ask
from tenants.spending import Purchase, Spend
from tenants.undoing import Undo

HOUSE = Path(__file__).parents[2]
PACKAGES = ("federation", "tenants", "auth", "settlement", "deploy")
BELOW = {
    "federation": {"federation"},
    "tenants": {"federation", "tenants"},
    "auth": {"federation", "tenants", "auth"},
    "settlement": {"federation", "tenants", "settlement"},
}
# Raised in the same transaction as whatever it announces: the doors' counter.
DOORS = "federation.doors"
SOURCES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
STATEMENTS = sorted(path for package in BELOW for path in (HOUSE / package).rglob("*.sql"))
BANNED = re.compile(r"^(data|info|item|process|handle|manager|service|helper|utils?|common|base)$")


def name(path: Path) -> str:
    """A path as the tree knows it."""
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    if path.name != "__init__.py" or text:
        assert ast.get_docstring(tree), "a module opens with one sentence"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name
            library = (path.name, node.name) == ("server.py", "data")  # Authlib asks for it
            assert library or not BANNED.match(node.name), node.name


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_writes_at_home_and_reads_only_downwards(path: Path) -> None:
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    home = path.relative_to(HOUSE).parts[0]
    writes = re.findall(
        r"(?:INSERT\s+INTO|DELETE\s+FROM|(?<!FOR )UPDATE)\s+([a-z_]+)\.([a-z_]+)", text
    )
    for schema, table in writes:
        assert schema == home or f"{schema}.{table}" == DOORS
    seen = set(re.findall(r"\b(federation|tenants|auth|settlement)\.[a-z_]+", text))
    assert seen <= BELOW[home]
    assert "now()" not in text.lower().replace(" ", ""), "time is an argument"
    whole = path.read_text(encoding="utf-8")
    assert whole.startswith("-- ") or len(whole.splitlines()) <= 12, (
        "a long one says what it is for"
    )


@pytest.mark.parametrize("path", sorted(HOUSE.glob("requirements*.lock")), ids=name)
def test_a_lock_names_hashes_and_no_host(path: Path) -> None:
    text = path.read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text


def test_no_request_names_its_own_shop() -> None:
    office = (Adjust, Unite, Withdraw, UndoOffice, Replacement, Added, Written, LookUp)
    for body in (Purchase, Spend, Undo, Ask, DayEnd, CodeFor, SetPin, *office):
        assert not {"shop", "tenant", "shop_id", "tenant_id"} & set(body.__struct_fields__)
        assert body.__struct_config__.forbid_unknown_fields


def test_whole_numbers_from_outside_are_bounded() -> None:

    told = (DayEnd, AccrualsTold, RedemptionsTold, Adjust, Carry)
    for body in (Purchase, Spend, Ask, Line, Tender, *told):
        schema = msgspec.json.schema(body)
        for kind in schema["$defs"].values():
            for field, said in kind["properties"].items():
                for one in said.get("anyOf", [said]):
                    if one.get("type") == "integer" and "enum" not in one:
                        assert {"minimum", "maximum"} <= one.keys(), field
