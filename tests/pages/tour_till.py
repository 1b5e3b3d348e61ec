"""The till's page as it greets a browser that is no till yet; its screens are looked at at the till
itself (test_till.py), since they belong to whoever has enrolled."""

from tests.mall import Mall
from tests.people.persons import Person, Staff


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """A stranger who opens the till."""
    return [("enrol", None, "/till")]
