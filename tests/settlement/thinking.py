"""A mall's cycles under another scheme; and as they are, so that their sealed files come out."""

from collections.abc import Sequence
from datetime import date

from settlement.verify import examine
from settlement.whatif.simulate import ANY_NUMBER, Simulated, Simulation, simulate
from settlement.whatif.thought import AS_IT_IS, Thought
from tests.mall import Mall


async def simulated(
    mall: Mall, cycles: Sequence[str], thought: Thought = AS_IT_IS, most: int = ANY_NUMBER
) -> Simulated:
    """Cycles of a mall under another scheme, as the operator asks for it."""
    asked = Simulation(tuple(cycles), thought)
    async with mall.hub.pools.bare("auditor") as conn:
        return await simulate(conn, asked, mall.now, mall.hub.closing.name_entry, most)


async def resealed(mall: Mall, *days: date) -> None:
    """The replay of each day's cycle, as things were, writes its sealed file byte for byte."""
    for day in days:
        name = (await mall.cycle_of(day)).first_on.isoformat()
        found = await simulated(mall, [name])
        assert (found.agrees, found.differing) == (True, ())
        assert found.seals == {name: examine(await mall.sealed(day)).seal}
