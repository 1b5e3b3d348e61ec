"""A pass over everything says how it is planned, and nothing that is read after it."""

import pytest

from settlement import passes
from tests.mall import Mall

NAMES = ("enable_sort", "enable_hashagg", "enable_nestloop", "work_mem")
SAID = "SELECT " + ", ".join(f"current_setting('{name}') AS {name}" for name in NAMES)


@pytest.mark.parametrize("how", [passes.HASHED, passes.JOINED, passes.SORTED])
async def test_what_is_read_after_a_pass_is_planned_as_before(mall: Mall, how: str) -> None:
    async with mall.hub.pools.use("auditor") as auditor:
        [before] = await passes.rows(auditor, SAID, {})
        [within] = await passes.whole(auditor, SAID, {}, how)
        [after] = await passes.rows(auditor, SAID, {})
    assert within != before
    assert after == before
