"""Schemathesis asks whatever the OpenAPI document lets anybody ask, and holds the hub to its word:
no 5xx, no status, media type or body that is not in the document, and no route that opens without
the key that the document says it takes. A till and an office of two tenants ask, and the operator:
random cases of every operation, as many as are told, and beside them each edge of every schema
that their scopes reach: `MEGURI_CASES=10000 make test ARGS=tests/fuzz`.

It knows no states and breaks no bytes; tests/fuzz/test_fuzz.py does.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
import schemathesis
from msgspec import Struct
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from auth.scopes import BACKOFFICE, OPERATOR, TILL
from tests.auth.doors import StandIn
from tests.conftest import Given
from tests.fuzz.contract import DOCUMENT
from tests.fuzz.town import Town
from tests.mall import Client, scopes_of, serving, settings_for

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
SEED = 11
AT_LEAST = 2  # random cases of each operation, by each identity
OFTEN = 0.7  # so often a field holds what somebody in the town knows
CLOCK = "/v1/admin/clock"  # makes every token old: the other fuzz turns it back each time
Paths = dict[str, dict[str, Any]]
PATHS: Paths = {path: told for path, told in DOCUMENT["paths"].items() if path != CLOCK}


class Identity(Struct, frozen=True):
    """Somebody who asks, and what they may."""

    client: Client
    scopes: frozenset[str]

    def reached(self) -> Paths:
        """The operations that are open, or that one of their scopes opens."""
        return {
            path: {method: one for method, one in told.items() if self.may(one["security"])}
            for path, told in PATHS.items()
        }

    def may(self, ways_in: list[dict[str, list[str]]]) -> bool:
        return not ways_in or any(
            self.scopes.issuperset(scopes) for way in ways_in for scopes in way.values()
        )


class Asking:
    """What is asked of one hub, and what came of it."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town = town
        self.seed = seed
        self.statuses: Counter[int] = Counter()
        self.asked: Counter[str] = Counter()
        self.wrong: dict[tuple[str, str, int], str] = {}

    async def ask(
        self, who: Identity, paths: Paths, how: Literal["coverage", "fuzzing"], cases: int = 1
    ) -> None:
        """Everything that this phase of Schemathesis thinks of, for these operations."""
        known = self.town.known
        told = {
            "seed": self.seed,
            "base-url": self.town.mall.url,
            "headers": {"Authorization": f"Bearer {await who.client.token()}"},
            "continue-on-failure": True,
            "generation": {"max-examples": cases, "no-shrink": True, "database": "none"},
            "checks": {"enabled": False, **{one: {"enabled": True} for one in CHECKS}},
            "phases": {
                one: {"enabled": one == how}
                for one in ("examples", "coverage", "fuzzing", "stateful")
            },
            "dictionaries": {name: {"values": values} for name, values in known.items()},
            "parameters": {
                f"{where}.{name}": {"dictionary": name, "probability": OFTEN}
                for name in known
                for where in ("path", "query", "body")
            },
        }
        config = SchemathesisConfig.from_dict(told)
        schema = schemathesis.openapi.from_dict({**DOCUMENT, "paths": paths}, config=config)
        await asyncio.to_thread(lambda: [self.hear(one) for one in from_schema(schema).execute()])

    def hear(self, event: events.EngineEvent) -> None:
        """Count what was asked, and keep one of each kind that was answered wrongly."""
        match event:
            case events.NonFatalError():
                self.wrong[event.label, "error", 0] = repr(event.value)
            case events.FatalError():
                self.wrong["", "error", 0] = repr(event.exception)
            case events.ScenarioFinished(recorder=seen):
                answered = {
                    case: one.response.status_code if one.response else 0
                    for case, one in seen.interactions.items()
                }
                self.asked[seen.label] += len(answered)
                self.statuses.update(answered.values())
                for case, checks in seen.checks.items():
                    for one in checks:
                        if one.status != Status.SUCCESS and (told := one.failure_info) is not None:
                            what = (seen.label, one.name, answered.get(case, 0))
                            self.wrong.setdefault(what, f"{told.failure}\n{told.code_sample}")


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> Mapping[str, bytes]:
    """Lines of JSON, which the document has as a text."""
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")}


@pytest.mark.long
async def test_the_document_is_kept_to_the_letter_whoever_asks(
    given: Given, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    cases = int(os.environ.get("MEGURI_CASES", "0"))
    seed = int(request.config.getoption("--hypothesis-seed") or SEED)
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, sign_in=StandIn()) as mall:  # leaving, it looks at its promises
        town = Town(mall)
        await town.open()
        office = await mall.office(town.clients["another"])
        clients = {TILL: town.clients["till"], BACKOFFICE: office, OPERATOR: await mall.operator()}
        crowd = [Identity(one, frozenset(scopes_of(kind))) for kind, one in clients.items()]
        asking = Asking(town, seed)
        for who in crowd if cases else ():
            await asking.ask(who, who.reached(), "coverage")
        edges, operations = asking.asked.total(), sum(map(len, PATHS.values()))
        left = max(cases, 1)
        while left > 0:  # an operation with nothing to choose has one case, and not its share
            for who in crowd:
                share = max(AT_LEAST, -(-left // len(crowd) // operations))
                await asking.ask(who, PATHS, "fuzzing", share)
            left, asking.seed = cases - (asking.asked.total() - edges), asking.seed + 1
    drawn = asking.asked.total() - edges
    told = f"▸ {edges} edges, {drawn} random cases of {operations} operations: {asking.statuses}"
    print(told, file=sys.__stderr__, flush=True)
    assert not asking.wrong, "\n\n".join(f"{k}: {v}" for k, v in asking.wrong.items())
    assert len(asking.asked) == operations
    assert drawn >= cases
    assert asking.statuses[401] >= 50, "doors that open were tried without a key, and with another"
    assert asking.statuses[403] >= 50, "and those of other people's with one's own"
    assert asking.statuses[200] >= 50
